import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { OperationResult } from './operation.ts';

/** What one shard answered: its first pairs in key order, or its last ones against it; `more` = it holds others in the range after the last of them. */
export interface ShardRange {
  readonly pairs: readonly Pair[];
  readonly more: boolean;
}

type Order = (a: Uint8Array, b: Uint8Array) => number;

interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * The first `limit` pairs over all shards, in key order (`reverse`: the last ones, last first). A shard that was cut short says nothing about keys after its last one, so
 * the merged range ends there at the latest, even below the limit.
 */
export function mergeRanges(ranges: readonly ShardRange[], limit: number, reverse = false): OperationResult {
  const order: Order = reverse ? (a, b) => compareBytes(b, a) : compareBytes;
  for (const range of ranges) assertSorted(range, order);
  const pairs: Pair[] = [];
  /** Per shard, how many of its pairs are merged. */
  const taken = ranges.map(() => 0);
  while (pairs.length < limit && !ranges.some(({ more, pairs: own }, i) => more && taken[i] === own.length)) {
    const shard = nextShard(ranges, taken, order);
    if (shard < 0) break;
    const at = taken[shard] as number;
    pairs.push(ranges[shard]?.pairs[at] as Pair);
    taken[shard] = at + 1;
  }
  const more = ranges.some((range, i) => range.more || range.pairs.length > (taken[i] as number));
  return { type: 'Range', pairs, more };
}

/** The shard whose next pair is the first in this order; −1 when all pairs are taken. */
function nextShard(ranges: readonly ShardRange[], taken: readonly number[], order: Order): number {
  let shard = -1;
  let first: Pair | undefined;
  for (let i = 0; i < ranges.length; i++) {
    const next = ranges[i]?.pairs[taken[i] as number];
    if (next === undefined || (first !== undefined && order(first.key, next.key) <= 0)) continue;
    shard = i;
    first = next;
  }
  return shard;
}

function assertSorted({ pairs }: ShardRange, order: Order): void {
  pairs.forEach((pair, i) => {
    const before = pairs[i - 1];
    assert(before === undefined || order(before.key, pair.key) < 0, 'a shard answers a scan in its order');
  });
}
