import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Digest } from './digest.ts';

type Item = number | Uint8Array | string;

function digestOf(...items: readonly Item[]): string {
  const digest = new Digest();
  for (const item of items) {
    if (typeof item === 'number') digest.number(item);
    else if (typeof item === 'string') digest.text(item);
    else digest.bytes(item);
  }
  return digest.hex();
}

test('known answers: they may change only together with the engine version', () => {
  expect(digestOf()).toBe('1388a0fbede1521e');
  expect(digestOf(1, 2 ** 40, -1)).toBe('f785dd2b36ae4bda');
  expect(digestOf('héllo', Uint8Array.of(0, 255))).toBe('d6444e27da78baa0');
});

const integer = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31)),
);
const item: fc.Arbitrary<Item> = fc.oneof(integer, fc.uint8Array({ maxLength: 9 }), fc.string({ maxLength: 5 }));
const differ = (a: string, b: string): void => {
  // Each half by itself notices: neither is there for show.
  expect(a.slice(0, 8)).not.toBe(b.slice(0, 8));
  expect(a.slice(8)).not.toBe(b.slice(8));
};

test('every number, however large, and its sign enter', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), integer, integer, (before, a, b) => {
      if (a !== b) differ(digestOf(...before, a, 7), digestOf(...before, b, 7));
    }),
  );
  differ(digestOf(-1), digestOf(2 ** 32 - 1));
  differ(digestOf(5), digestOf(2 ** 32 + 5));
});

test('every byte, the length and the order enter', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, flip) => {
        const other = bytes.slice();
        other[at % bytes.length] = (other[at % bytes.length] as number) ^ flip;
        differ(digestOf(bytes), digestOf(other));
        differ(digestOf(bytes), digestOf(Uint8Array.of(...bytes, 0)));
      },
    ),
  );
  differ(digestOf(1, 2), digestOf(2, 1));
  differ(digestOf('ab', 'c'), digestOf('a', 'bc'));
  differ(digestOf(), digestOf(0));
});

test('reset begins anew', () => {
  const digest = new Digest();
  digest.number(5);
  digest.reset();
  expect(digest.hex()).toBe(digestOf());
});

describe('plain values', () => {
  const digestOf = (value: unknown): string => {
    const digest = new Digest();
    digest.value(value);
    return digest.hex();
  };

  test('equal values enter equally, whatever the order of their fields; undefined is absent', () => {
    expect(digestOf({ a: 1, b: [true, 'x'], c: undefined })).toBe(digestOf({ b: [true, 'x'], a: 1 }));
  });

  test('every difference shows', () => {
    const values = [0, 1, -1, 0.5, '', '1', true, false, null, [], [0], [[]], {}, { a: 1 }, { b: 1 }, { a: { b: 1 } }];
    const more = [{ a: {}, b: 1 }, Uint8Array.of(), Uint8Array.of(0), [1, 2], [2, 1], [[1], 2], [[1, 2]]];
    const digests = [...values, ...more].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
  });
});
