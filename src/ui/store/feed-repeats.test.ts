import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL, REPEAT_WITHIN_US, type ReplicaView } from './view-model.ts';

const N1 = nodeId(1);
const S0 = shardId(0);

const role = (
  is: ReplicaView['role'],
  reason: 'won the election' | 'election timeout',
  timeUs: number,
  shard = S0,
): TraceEvent => ({
  timeUs,
  type: 'RoleChanged',
  node: N1,
  shard,
  role: is,
  term: 1,
  leader: nodeId(0),
  votedFor: N1,
  reason,
  from: nodeId(0),
});
const commit = (commitIndex: number, timeUs: number, shard = S0): TraceEvent => ({
  timeUs,
  type: 'CommitAdvanced',
  node: N1,
  shard,
  commitIndex,
  term: 1,
});
const leads = [role('leader', 'won the election', 10), role('leader', 'won the election', 10, shardId(1))];
const feedAfter = (...events: readonly TraceEvent[]) => reduceAll(EMPTY_MODEL, events).feed;
const commits = (...events: readonly TraceEvent[]) =>
  feedAfter(...leads, ...events).filter(({ topic }) => topic === 'write');

test('repeats are one item that moves to the end, with its first and last time', () => {
  const found = commits(commit(1, 100), commit(1, 110, shardId(1)), commit(2, 120), commit(5, 130));
  expect(found.map(({ shard, text, count, sinceUs, timeUs }) => [shard, text, count, sinceUs, timeUs])).toEqual([
    [1, 'committed 1', 1, 110, 110],
    [0, 'committed 3–5', 3, 100, 130],
  ]);
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
});

test('repeats are two items when time lies between them', () => {
  const found = commits(commit(1, 100), commit(2, 100 + REPEAT_WITHIN_US), commit(3, 200 + 2 * REPEAT_WITHIN_US));
  expect(found.map(({ count }) => count)).toEqual([2, 1]);
});

test('a node that asks for pre-votes again and again is one item, with its newest cause', () => {
  const asks = [200_000, 400_000, 650_000].map((timeUs) => role('precandidate', 'election timeout', timeUs));
  expect(feedAfter(...asks)).toMatchObject([{ text: 'asked for pre-votes for term 2', count: 3, timeUs: 650_000 }]);
});

test('a node that is cut off with many shards is one item in each, and hides nothing that happened before', () => {
  const shards = Array.from({ length: 16 }, (_, i) => shardId(i));
  const rounds = [200_000, 400_000, 600_000].flatMap((timeUs) =>
    shards.map((shard) => role('precandidate', 'election timeout', timeUs, shard)),
  );
  const found = feedAfter(...rounds);
  expect(found.map(({ count, sinceUs, timeUs }) => [count, sinceUs, timeUs])).toEqual(
    shards.map(() => [3, 200_000, 600_000]),
  );
});
