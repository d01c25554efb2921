import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomStream } from './random.ts';

const draws = (seed: number, use: string, owner: string, boot: number, n = 4): number[] => {
  const stream = createRandomStream(seed, use, owner, boot);
  return Array.from({ length: n }, () => stream.uint32());
};

describe('createRandomStream', () => {
  // Every saved run rests on these: if they change, ENGINE_VERSION must.
  test('known answers', () => {
    expect(draws(42, 'election', 'n1', 0)).toEqual([3525081279, 1491836730, 1712391478, 1740215928]);
    expect(draws(42, 'link', 'n1>n2', 0)).toEqual([2068857511, 135336519, 3589869884, 1360097435]);
    expect(draws(0, 'cut', 'n3', 2)).toEqual([886076826, 1975795115, 2871695066, 4202462]);
  });

  test('every part of the name matters', () => {
    const streams = [
      draws(1, 'link', 'n1>n2', 0),
      draws(2, 'link', 'n1>n2', 0),
      draws(1, 'election', 'n1>n2', 0),
      draws(1, 'link', 'n2>n1', 0),
      draws(1, 'link', 'n1>n2', 1),
    ];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  test('streams do not disturb each other', () => {
    const alone = draws(9, 'disk', 'n1', 0, 10);
    const a = createRandomStream(9, 'disk', 'n1', 0);
    const b = createRandomStream(9, 'disk', 'n2', 0);
    expect(alone.map(() => [a.uint32(), b.uint32()][0])).toEqual(alone);
  });

  test('between includes both ends and nothing outside', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -1e9, max: 1e9 }), fc.nat(1e9), (seed, min, width) => {
        const value = createRandomStream(seed, 'x', 'y', 0).between(min, min + width);
        expect(Number.isInteger(value) && value >= min && value <= min + width).toBe(true);
      }),
    );
    const die = createRandomStream(1, 'die', 'n1', 0);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6000; i++) {
      const face = die.between(1, 6);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    // 1000 ± 5 sd of a binomial with p = 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });

  test('chance', () => {
    const coin = createRandomStream(1, 'coin', 'n1', 0);
    const heads = Array.from({ length: 10_000 }, () => coin.chance(0.3)).filter(Boolean).length;
    expect(Math.abs(heads - 3000)).toBeLessThan(230);
    expect(Array.from({ length: 100 }, () => coin.chance(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => coin.chance(1))).not.toContain(false);
  });
});
