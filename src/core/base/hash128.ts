import { finalize } from './hash.ts';

/** Four words, unsigned, in the order in which the reference writes them. */
export type Hash128 = readonly [number, number, number, number];

/** The first half of a `Hash128`: every bit of it depends on every bit of what was hashed. Unsigned words. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** MurmurHash3 x86 128-bit (Austin Appleby). Against accidents, not against whoever looks for two inputs of one hash. */
export function murmur3Hash128(bytes: Uint8Array, seed: number): Hash128 {
  let h1 = seed | 0;
  let h2 = h1;
  let h3 = h1;
  let h4 = h1;
  const end = bytes.length & ~15;
  for (let at = 0; at < end; at += 16) {
    h1 ^= mix1(word(bytes, at));
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= mix2(word(bytes, at + 4));
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= mix3(word(bytes, at + 8));
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= mix4(word(bytes, at + 12));
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const { length } = bytes;
  h1 ^= mix1(partialWord(bytes, end)) ^ length;
  h2 ^= mix2(partialWord(bytes, end + 4)) ^ length;
  h3 ^= mix3(partialWord(bytes, end + 8)) ^ length;
  h4 ^= mix4(partialWord(bytes, end + 12)) ^ length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  const f1 = finalize(h1);
  const f2 = finalize(h2 + h1);
  const f3 = finalize(h3 + h1);
  const f4 = finalize(h4 + h1);
  const first = (f1 + f2 + f3 + f4) >>> 0;
  return [first, (f2 + first) >>> 0, (f3 + first) >>> 0, (f4 + first) >>> 0];
}

export function murmur3Hash64(bytes: Uint8Array, seed: number): Hash64 {
  const [high, low] = murmur3Hash128(bytes, seed);
  return { high, low };
}

export const equalHashes = (a: Hash64, b: Hash64): boolean => a.high === b.high && a.low === b.low;

/** 16 hexadecimal digits. */
export const hashText = ({ high, low }: Hash64): string => `${hex(high)}${hex(low)}`;

const hex = (value: number): string => value.toString(16).padStart(8, '0');

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, C1), 15), C2);
const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, C2), 16), C3);
const mix3 = (k: number): number => Math.imul(rotate(Math.imul(k, C3), 17), C4);
const mix4 = (k: number): number => Math.imul(rotate(Math.imul(k, C4), 18), C1);

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** What there is of the word, low byte first; 0 behind the end, which every `mix` leaves as it is. */
function partialWord(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = Math.min(bytes.length, at + 4) - 1; i >= at; i--) value = (value << 8) | (bytes[i] as number);
  return value;
}
