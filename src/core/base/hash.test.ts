import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finalize, mix32, murmur3, murmur3Bytes } from './hash.ts';

/** SMHasher's self-test: hashes of the keys [], [0], [0,1] … under seed 256−i, hashed once more. */
function smhasherVerification(): number {
  const hashes = new Uint8Array(256 * 4);
  const view = new DataView(hashes.buffer);
  for (let i = 0; i < 256; i++) {
    const key = Uint8Array.from({ length: i }, (_, k) => k);
    view.setUint32(i * 4, murmur3Bytes(key, 256 - i), true);
  }
  return murmur3Bytes(hashes, 0);
}

describe('murmur3 x86 32', () => {
  test('SMHasher verification value', () => expect(smhasherVerification()).toBe(0xb0f57ee3));

  test.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['abc', 0x9747b28c, 0xc84a62dd],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('published vector %j seed %i', (text, seed, hash) => expect(murmur3(text, seed)).toBe(hash));

  test.each([
    [[0xff, 0xff, 0xff, 0xff], 0x76293b50],
    [[0x21, 0x43, 0x65, 0x87], 0xf55b516b],
    [[0x21, 0x43, 0x65], 0x7e4a8634],
    [[0x21, 0x43], 0xa0f7b07a],
    [[0x21], 0x72661cf4],
    [[0, 0, 0, 0], 0x2362f9de],
    [[0, 0, 0], 0x85f0b427],
    [[0, 0], 0x30f4c306],
    [[0], 0x514e28b7],
  ])('published vector %j', (bytes, hash) => expect(murmur3Bytes(Uint8Array.from(bytes), 0)).toBe(hash));

  test('is unsigned, and independent of where the bytes lie in their buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer(), (bytes, seed) => {
        const shifted = new Uint8Array(bytes.length + 3);
        shifted.set(bytes, 3);
        const hash = murmur3Bytes(bytes, seed);
        expect(hash >>> 0).toBe(hash);
        expect(murmur3Bytes(shifted.subarray(3), seed)).toBe(hash);
      }),
    );
  });

  test('mix32 and finalize compose to murmur3 of whole words', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 0xf5, 0xf6, 0xf7, 0xf8);
    const folded = mix32(mix32(42, 0x04030201), 0xf8f7f6f5);
    expect(finalize(folded ^ 8)).toBe(murmur3Bytes(bytes, 42));
  });
});
