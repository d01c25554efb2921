import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { ComparedRoots } from './compared-roots.ts';

const HOMES = [3, 1, 2].map(nodeId);
const SHARD = shardId(4);
const event = (type: string, node: number, more: object = {}): TraceEvent =>
  ({ type, node: nodeId(node), shard: SHARD, timeUs: 0, ...more }) as unknown as TraceEvent;
const started = (node: number, peer: number, sync = 1) => event('SyncStarted', node, { peer, sync });
const root = (node: number, peer: number, differing: readonly number[] = [], sync = 1) =>
  event('SyncCompared', node, { peer, sync, level: 'root', count: 1, differing });
const applied = (node: number, isChanged = true) => event('RowApplied', node, { isChanged });
const ended = (node: number, peer: number, more: object) => event('SyncEnded', node, { peer, sync: 1, ...more });

function groupsAfter(...events: readonly TraceEvent[]) {
  const roots = new ComparedRoots(SHARD);
  for (const each of events) roots.take(each);
  return roots.groups(HOMES);
}

test('homes are alike by one root, also where two were never compared with each other', () => {
  expect(groupsAfter()).toEqual([[1], [2], [3]]);
  const two = [started(1, 3), root(1, 3)];
  expect(groupsAfter(...two)).toEqual([[1, 3], [2]]);
  expect(groupsAfter(...two, started(2, 3, 7), root(2, 3, [], 7))).toEqual([[1, 2, 3]]);
  expect(groupsAfter(started(1, 3), root(1, 3, [0]))).toEqual([[1], [2], [3]]);
});

test('whose rows change is alike to nobody until it is compared again', () => {
  const all = [started(1, 2), root(1, 2), started(1, 3), root(1, 3)];
  expect(groupsAfter(...all, applied(3, false))).toEqual([[1, 2, 3]]);
  expect(groupsAfter(...all, applied(3))).toEqual([[1, 2], [3]]);
  expect(groupsAfter(...all, ended(2, 3, { taken: 0, sent: 1 }))).toEqual([[1, 2], [3]]);
  expect(groupsAfter(...all, ended(2, 3, { taken: 2, sent: 0 }))).toEqual([[1, 3], [2]]);
  expect(groupsAfter(...all, applied(1), started(3, 1, 2), root(3, 1, [], 2))).toEqual([[1, 3], [2]]);
});

test('a root that was told before the rows changed says nothing of them', () => {
  expect(groupsAfter(started(1, 2), applied(2), root(1, 2))).toEqual([[1], [2], [3]]);
});

test('other shards, and what is not the root, do not count', () => {
  expect(groupsAfter(event('SyncCompared', 1, { peer: 2, sync: 1, level: 'inner', differing: [] }))).toHaveLength(3);
  expect(groupsAfter({ ...root(1, 2), shard: shardId(5) } as TraceEvent)).toHaveLength(3);
});
