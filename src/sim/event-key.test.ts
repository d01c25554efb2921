import { expect, test } from 'vitest';
import { atTime, compareKeys } from './event-key.ts';

const key = (timeUs: number, target: number, origin: number, sequence: number) => ({
  timeUs,
  target,
  origin,
  sequence,
});

test('time decides first, then target, then origin, then the counter of the origin', () => {
  const ascending = [key(1, 9, 9, 9), key(2, 1, 9, 9), key(2, 2, 1, 9), key(2, 2, 2, 0), key(2, 2, 2, 1)];
  for (const [i, a] of ascending.entries())
    for (const [j, b] of ascending.entries()) expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(i - j));
});

test('atTime is before every event of its time and after every earlier one', () => {
  expect(compareKeys(atTime(5), key(5, 1, 1, 0))).toBeLessThan(0);
  expect(compareKeys(atTime(5), key(4, 900, 900, 9e9))).toBeGreaterThan(0);
});
