import { encodeUtf8 } from './utf8.ts';

/** MurmurHash3 x86 32-bit (Austin Appleby), over bytes, so that non-ASCII keys hash as everywhere else. Unsigned. */
export function murmur3Bytes(bytes: Uint8Array, seed: number): number {
  const blocks = bytes.length >>> 2;
  let h = seed | 0;
  for (let b = 0; b < blocks; b++) {
    const i = b << 2;
    const k =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h = Math.imul(rotate(h ^ mixBlock(k), 13), 5) + 0xe6546b64;
  }
  const tail = blocks << 2;
  // The last one to three bytes, low byte first.
  let k = 0;
  for (let i = bytes.length - 1; i >= tail; i--) k = (k << 8) | (bytes[i] as number);
  if (tail < bytes.length) h ^= mixBlock(k);
  return finalize(h ^ bytes.length);
}

export const murmur3 = (text: string, seed: number): number => murmur3Bytes(encodeUtf8(text), seed);

/** Folds one 32-bit number into a running hash: murmur3's body without its length and tail. Signed in, signed out. */
export const mix32 = (h: number, value: number): number =>
  (Math.imul(rotate(h ^ mixBlock(value | 0), 13), 5) + 0xe6546b64) | 0;

/** murmur3's fmix32: spreads every input bit over the result. Unsigned. */
export function finalize(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const mixBlock = (k: number): number => Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
