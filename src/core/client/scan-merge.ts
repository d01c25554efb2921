import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { OperationResult } from './operation.ts';

/** What one shard answered: its first pairs in key order; `more` = it holds others in the range after the last of them. */
export interface ShardRange {
  readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
  readonly more: boolean;
}

/**
 * The first `limit` pairs over all shards, in key order. A shard that was cut short says nothing about keys after its last one, so
 * the merged range ends there at the latest, even below the limit.
 */
export function mergeRanges(ranges: readonly ShardRange[], limit: number): OperationResult {
  for (const range of ranges) assertSorted(range);
  const cutShort = ranges.filter((range) => range.more);
  if (cutShort.some((range) => range.pairs.length === 0)) return { type: 'Range', pairs: [], more: true };
  const all = ranges.flatMap((range) => range.pairs).sort((a, b) => compareBytes(a.key, b.key));
  const covered = all.filter(({ key }) =>
    cutShort.every((range) => compareBytes(key, (range.pairs.at(-1) as { key: Uint8Array }).key) <= 0),
  );
  const pairs = covered.slice(0, limit);
  return { type: 'Range', pairs, more: cutShort.length > 0 || pairs.length < all.length };
}

function assertSorted({ pairs }: ShardRange): void {
  pairs.forEach((pair, i) => {
    const before = pairs[i - 1];
    assert(before === undefined || compareBytes(before.key, pair.key) < 0, 'a shard answers a scan in key order');
  });
}
