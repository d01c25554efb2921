import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { mergeRanges, type ShardRange } from './scan-merge.ts';

/** Distinct keys dealt to shards; a shard answers its first few and says whether it cut something off. */
const cluster = fc.record({
  keys: fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 2 }), { selector: String, maxLength: 30 }),
  shards: fc.integer({ min: 1, max: 4 }),
  limit: fc.integer({ min: 1, max: 12 }),
  ownLimit: fc.integer({ min: 1, max: 12 }),
  reverse: fc.boolean(),
});

test('a merged scan is a true prefix of all keys in its direction, and says whether it is all', () => {
  fc.assert(
    fc.property(cluster, ({ keys, shards, limit, ownLimit, reverse }) => {
      const sorted = (reverse ? [...keys].sort(compareBytes).reverse() : [...keys].sort(compareBytes)).map((key) => ({
        key,
        value: key,
      }));
      const cut = Math.min(limit, ownLimit);
      const ranges: ShardRange[] = Array.from({ length: shards }, (_, s) => {
        const own = sorted.filter(({ key }) => ((key[0] as number) + key.length) % shards === s);
        return { pairs: own.slice(0, cut), more: own.length > cut };
      });
      const result = mergeRanges(ranges, limit, reverse);
      if (result.type !== 'Range') throw new Error('a range');
      expect(result.pairs).toEqual(sorted.slice(0, result.pairs.length));
      expect(result.more).toBe(result.pairs.length < sorted.length);
      if (ownLimit >= limit) expect(result.pairs).toHaveLength(Math.min(limit, sorted.length));
    }),
    { numRuns: 500 },
  );
});
