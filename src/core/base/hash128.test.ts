import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalHashes, hashText, murmur3Hash64, murmur3Hash128 } from './hash128.ts';
import { encodeUtf8 } from './utf8.ts';

const hex = (text: string, seed = 0): string =>
  murmur3Hash128(encodeUtf8(text), seed)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');

test("SMHasher's verification value of MurmurHash3 x86 128", () => {
  const hashes = new Uint8Array(256 * 16);
  const view = new DataView(hashes.buffer);
  for (let i = 0; i < 256; i++) {
    const key = Uint8Array.from({ length: i }, (_, k) => k);
    for (const [at, word] of murmur3Hash128(key, 256 - i).entries()) view.setUint32(i * 16 + at * 4, word, true);
  }
  expect(murmur3Hash128(hashes, 0)[0]).toBe(0xb3ece62a);
});

test('published vectors', () => {
  expect(hex('')).toBe('0'.repeat(32));
  expect(hex("I will not buy this tobacconist's, it is scratched.")).toBe('9b5b7ba2ef3f7866889adeaf00f3f98e');
});

test('64 bits of it: as text, and independent of where the bytes lie in their buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer(), (bytes, seed) => {
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      const [high, low] = murmur3Hash128(bytes, seed);
      const hash = murmur3Hash64(shifted.subarray(3), seed);
      expect(hash).toEqual({ high, low });
      expect(hashText(hash)).toMatch(/^[0-9a-f]{16}$/);
      expect(equalHashes(hash, { high, low })).toBe(true);
      expect(equalHashes(hash, { high: high ^ 1, low })).toBe(false);
      expect(equalHashes(hash, { high, low: low ^ 1 })).toBe(false);
    }),
  );
});
