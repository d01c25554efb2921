import { createRandomStream, type RandomStream } from '../../core/base/random.ts';

export const KEY_BYTES = 16;
export const VALUE_BYTES = 100;
export const PAIR_BYTES = KEY_BYTES + VALUE_BYTES;

export interface Pair {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Random bytes from which values are cut: nothing that a browser's own compression could make smaller. */
const NOISE = new Uint8Array(1 << 20);
const noise = createRandomStream(1, 'bench', 'noise', 0);
for (let at = 0; at < NOISE.length; at++) NOISE[at] = noise.uint32() >>> 24;

/** 16 decimal digits, as in db_bench: in the order of the numbers. */
export function keyOf(number: number): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(KEY_BYTES);
  let rest = number;
  for (let at = KEY_BYTES - 1; at >= 0; at--) {
    key[at] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return key;
}

/** Between the keys of two records: nobody ever wrote it. */
export function missingKeyOf(number: number): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(KEY_BYTES + 1);
  key.set(keyOf(number));
  key[KEY_BYTES] = 120;
  return key;
}

export function noiseOf(random: RandomStream, bytes: number): Uint8Array<ArrayBuffer> {
  const from = random.between(0, NOISE.length - Math.min(bytes, NOISE.length));
  if (bytes <= NOISE.length) return NOISE.slice(from, from + bytes);
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += NOISE.length) out.set(NOISE.subarray(0, Math.min(NOISE.length, bytes - at)), at);
  return out;
}

export const pairOf = (number: number, random: RandomStream): Pair => ({
  key: keyOf(number),
  value: noiseOf(random, VALUE_BYTES),
});

/** 0 … count−1, each once, in random order (Fisher–Yates). */
export function shuffled(count: number, random: RandomStream): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.between(0, i);
    const kept = numbers[i] as number;
    numbers[i] = numbers[j] as number;
    numbers[j] = kept;
  }
  return numbers;
}
