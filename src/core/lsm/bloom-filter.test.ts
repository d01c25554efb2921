import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../base/utf8.ts';
import { BloomFilterBuilder } from './bloom-filter.ts';

const KEYS = 1_000_000;

/** ASCII, other scripts, emoji, and raw bytes with the high bit set, by turns; all distinct. */
function keyNumber(i: number): Uint8Array {
  if (i === 0) return new Uint8Array(0);
  if (i % 4 === 0) return encodeUtf8(`clé-ключ-キー-${i}`);
  if (i % 4 === 1) return encodeUtf8(`🔑${i}`);
  if (i % 4 === 2)
    return new Uint8Array([
      0xff,
      0x80 | (i & 0x7f),
      0x80 | ((i >> 7) & 0x7f),
      0x80 | ((i >> 14) & 0x7f),
      i >> 21,
      0xff,
    ]);
  return encodeUtf8(`user:${i}`);
}

describe('BloomFilter', () => {
  const builder = new BloomFilterBuilder();
  for (let i = 0; i < KEYS; i++) builder.add(keyNumber(i));
  const filter = builder.finish(10);

  test('has 10 bits and 7 probes a key', () => {
    expect(filter.bits.length).toBe((KEYS * 10) / 8);
    expect(filter.probes).toBe(7);
  });

  test('bug 17: never denies a key that was added: empty, non-ASCII, bytes of 0x80 and above (node-bloem #2, murmurHash3js #6)', () => {
    let denied = 0;
    for (let i = 0; i < KEYS; i++) if (!filter.mayContain(keyNumber(i))) denied++;
    expect(denied).toBe(0);
  });

  test('bug 18: believes in at most 1.1 % of absent keys (1.4 % where the second hash is made of the first)', () => {
    let believed = 0;
    for (let i = KEYS; i < 2 * KEYS; i++) if (filter.mayContain(keyNumber(i))) believed++;
    expect(believed / KEYS).toBeLessThanOrEqual(0.011);
    expect(believed).toBeGreaterThan(0);
  });

  test('is never empty', () => {
    const empty = new BloomFilterBuilder().finish(10);
    expect(empty.bits.length).toBe(8);
    expect(empty.mayContain(new Uint8Array(0))).toBe(false);
  });
});
