import { beforeEach, expect, test } from 'vitest';
import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import type { OperationResult } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Entry } from '../core/raft/entry.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import { ClusterView } from './cluster-view.ts';
import { MetaView } from './meta-view.ts';

const NODES = [1, 2, 3].map(nodeId);
const S0 = shardId(0);
const GROUND = { shard: S0, node: nodeId(1), term: 1, index: 1, acks: 2, voters: 3, elapsedUs: 1, attempts: 1 };
const client = clientActorId(100);
const entry = (index: number): Entry => ({ index, term: 1, kind: 'noop', stampUs: 1, command: new Uint8Array() });
let view: ClusterView;

const see = (...events: object[]): void => {
  for (const event of events) view.apply({ timeUs: 1, shard: S0, ...event } as TraceEvent);
};
const start = (node: number, boot = 1): void =>
  see({ type: 'NodeStarted', node, boot }, { type: 'NodeRecovered', node });
const role = (node: number, name: string, term: number) => ({ type: 'RoleChanged', node, role: name, term });
const apply = (node: number, index: number, keys: number) => ({ type: 'EntryApplied', node, index, keys });
const append = (node: number, truncatedFrom: number, ...entries: Entry[]) => ({
  type: 'EntriesAppended',
  node,
  truncatedFrom,
  entries,
});
const complete = (id: number, result: OperationResult) =>
  see(
    { type: 'OperationInvoked', id, client },
    { type: 'OperationCompleted', id, client, outcome: { status: 'ok', result, ...GROUND } },
  );

const FOUNDED = { nodes: NODES, vnodes: 150, shards: 1, replicationFactor: 3 };

beforeEach(() => {
  view = new ClusterView(new HashRing(NODES, 150, 1, 3), NODES, new MetaView(FOUNDED));
  for (const node of NODES) start(node);
});

test('the leader is the live one of the highest term', () => {
  expect(view.leader(S0)).toBeUndefined();
  see(role(1, 'leader', 2), role(2, 'leader', 1));
  expect(view.leader(S0)).toBe(1);
  see({ type: 'NodeKilled', node: 1 });
  expect(view.leader(S0)).toBe(2);
  see(role(2, 'follower', 3));
  expect(view.leader(S0)).toBeUndefined();
  expect(view.everyShardLed()).toBe(false);
  expect(view.shardSnapshots()[0]).toMatchObject({ id: 's0', leader: null, term: 3 });
});

const SOUND = { slowdown: 1, full: false, failing: false, damage: null, isMendable: false };

test('what is wrong with a disk is known until it is mended, and damage for good', () => {
  see({ type: 'DiskChanged', node: 3, slowdown: 20, full: true, failing: false });
  see({ type: 'DiskDamaged', node: 3, what: 'bit 1' });
  see({ type: 'NodeStarted', node: 3, boot: 2 });
  expect(view.nodeSnapshots()[2]?.disk).toEqual({
    slowdown: 20,
    full: true,
    failing: false,
    damage: 'bit 1',
    isMendable: false,
  });
  see({ type: 'DiskChanged', node: 3, slowdown: 1, full: false, failing: false });
  expect(view.nodeSnapshots()[2]?.disk).toEqual({ ...SOUND, damage: 'bit 1' });
});

test('a node recovers before it is up, and shows why it crashed until it starts again', () => {
  see({ type: 'NodeCrashed', node: 2, reason: 'disk on fire' });
  expect(view.nodeSnapshots()[1]).toEqual({
    id: 'n2',
    state: 'down',
    recovering: false,
    crashReason: 'disk on fire',
    boot: 1,
    disk: SOUND,
    unreadable: [],
  });
  see({ type: 'NodeStarted', node: 2, boot: 2 });
  expect(view.nodeSnapshots()[1]).toMatchObject({ state: 'up', recovering: true, crashReason: null, boot: 2 });
  expect(view.isUp(nodeId(2))).toBe(false);
  see({ type: 'NodeRecovered', node: 2 });
  expect(view.isUp(nodeId(2))).toBe(true);
});

test('counters: writes, reads, elections, and the keys of the replica that is furthest', () => {
  complete(1, { type: 'Written', existed: false });
  complete(2, { type: 'Swapped', swapped: false, actual: undefined });
  complete(3, { type: 'Value', value: undefined });
  complete(4, { type: 'Range', pairs: [], more: false });
  complete(5, { type: 'Value', value: undefined });
  see({ type: 'OperationCompleted', id: 6, client, outcome: { status: 'fail', code: 'Busy', ...GROUND } });
  see(role(1, 'leader', 1), role(1, 'follower', 2), role(2, 'leader', 2), role(3, 'candidate', 3));
  see(apply(1, 1, 5), apply(2, 1, 5), apply(2, 2, 4), apply(3, 1, 5));
  expect(view.counters()).toEqual({ writes: 2, reads: 3, keys: 4, elections: 2 });
  const next = new ClusterView(new HashRing(NODES, 150, 1, 3), NODES, new MetaView(FOUNDED));
  next.restoreCounters(view.counters());
  expect(next.counters()).toEqual({ writes: 2, reads: 3, keys: 0, elections: 2 });
});

test('a replica follows its log: appended, truncated, recovered', () => {
  see(append(1, 0, entry(1), entry(2), entry(3)), append(1, 2, entry(2)));
  expect(view.replicaOf(S0, nodeId(1))?.entries.map(({ index }) => index)).toEqual([1, 2]);
  see({ type: 'CommitAdvanced', node: 1, commitIndex: 2 });
  expect(view.shardSnapshots()[0]?.commitIndex).toBe(2);
  see({
    type: 'ReplicaRecovered',
    node: 1,
    role: 'follower',
    term: 4,
    commitIndex: 1,
    appliedIndex: 1,
    keys: 9,
    entries: [entry(1)],
  });
  expect(view.replicaOf(S0, nodeId(1))).toEqual({
    role: 'follower',
    term: 4,
    commitIndex: 1,
    appliedIndex: 1,
    keys: 9,
    isDamaged: false,
    isQuarantined: false,
    entries: [entry(1)],
  });
});

test('quiet: led, nothing open, and every live replica has applied all that the leader holds', () => {
  expect(view.quiet()).toBe(false);
  see(role(1, 'leader', 1), append(1, 0, entry(1)), append(2, 0, entry(1)), append(3, 0, entry(1)));
  see(apply(1, 1, 0), apply(2, 1, 0));
  expect(view.quiet()).toBe(false);
  see({ type: 'NodeKilled', node: 3 });
  expect(view.quiet()).toBe(true);
  see({ type: 'OperationInvoked', id: 1, client });
  expect(view.quiet()).toBe(false);
});
