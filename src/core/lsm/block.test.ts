import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockCursor, openBlock } from './block.ts';
import { BlockBuilder } from './block-builder.ts';
import { BlockCache } from './block-cache.ts';
import { CorruptStore, corrupt } from './corrupt-store.ts';
import { compareInternal, type InternalEntry, SEQUENCE_MAX } from './internal-key.ts';
import { entry } from './testing/bytes.ts';

const fail = (why: string): CorruptStore => corrupt('table 7, extent 0', why);

function build(entries: readonly InternalEntry[]): Uint8Array {
  const builder = new BlockBuilder();
  for (const each of entries) {
    const bound = builder.bytesWith(each);
    builder.add(each);
    expect(builder.bytes).toBeLessThanOrEqual(bound);
  }
  const bytes = builder.bytes;
  const block = builder.finish();
  expect(block.length).toBe(bytes);
  return block;
}

const entriesArb = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 4 }),
      sequence: fc.oneof(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48 + 5, SEQUENCE_MAX),
      ),
      value: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 60, selector: (each) => `${each.name}/${each.sequence}` },
  )
  .map((list) =>
    list
      .map(({ name, sequence, value }) => entry(name, sequence, value))
      .sort((a, b) => compareInternal(a.key, a.sequence, b.key, b.sequence)),
  );

describe('block', () => {
  test('gives back the entries, and finds the first at or after any position', () => {
    fc.assert(
      fc.property(entriesArb, entriesArb, (entries, sought) => {
        const cursor = new BlockCursor(openBlock(build(entries), fail));
        cursor.seekToFirst();
        for (const expected of entries) {
          expect(cursor.entry).toEqual(expected);
          cursor.next();
        }
        expect(cursor.entry).toBeUndefined();
        for (const { key, sequence } of [...sought, ...entries]) {
          cursor.seek(key, sequence);
          const expected = entries.find((e) => compareInternal(e.key, e.sequence, key, sequence) >= 0);
          expect(cursor.entry).toEqual(expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('finds every version where one key runs across restarts', () => {
    const sequences = Array.from({ length: 50 }, (_, i) => 100 - 2 * i);
    const cursor = new BlockCursor(openBlock(build(sequences.map((sequence) => entry('k', sequence, 'v'))), fail));
    for (let at = 1; at <= 101; at++) {
      cursor.seek(entry('k', at).key, at);
      expect(cursor.entry?.sequence).toBe(sequences.find((sequence) => sequence <= at));
    }
  });

  test('any flipped bit fails its checksum', () => {
    const good = build([entry('a', 3, 'x'), entry('b', 2), entry('c', 1, '')]);
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice();
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openBlock(bad, fail)).toThrow(CorruptStore);
      expect(() => openBlock(bad, fail)).toThrow('table 7, extent 0');
    }
  });

  test('refuses entries out of order', () => {
    expect(() => build([entry('b', 1, 'x'), entry('a', 2, 'y')])).toThrow('internal order');
    expect(() => build([entry('a', 1, 'x'), entry('a', 2, 'y')])).toThrow('internal order');
  });
});

describe('BlockCache', () => {
  const block = openBlock(build([entry('a', 1, 'x')]), fail);
  const size = block.bytes.length;

  test('drops the least recently used beyond its bytes', () => {
    const cache = new BlockCache(size * 2);
    cache.set(1, 0, block);
    cache.set(1, 1, block);
    expect(cache.get(1, 0)).toBe(block);
    cache.set(2, 0, block);
    expect([cache.get(1, 0), cache.get(1, 1), cache.get(2, 0)]).toEqual([block, undefined, block]);
    cache.set(2, 0, block);
    expect(cache.statistics).toEqual({
      blocks: 2,
      bytes: size * 2,
      bytesMax: size * 2,
      hits: 3,
      misses: 1,
      evictions: 1,
    });
  });

  test('holds nothing that is larger than itself', () => {
    const cache = new BlockCache(size - 1);
    cache.set(1, 0, block);
    expect(cache.statistics).toMatchObject({ blocks: 0, bytes: 0, evictions: 0 });
  });
});
