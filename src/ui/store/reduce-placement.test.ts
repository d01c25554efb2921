import { describe, expect, test } from 'vitest';
import { NO_NODE, nodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent, WorldEvent } from '../../core/cluster/trace-event.ts';
import { META_GROUP } from '../../core/meta/meta-state.ts';
import { entries, N1, N2, N3, replicaRecovered, S0 } from '../testing/trace-events.ts';
import { FOUNDED } from './placement-view.ts';
import { reduceAll } from './reduce.ts';
import { ringNodesOf } from './ring-now.ts';
import { EMPTY_MODEL } from './view-model.ts';

const N4 = nodeId(4);
type Of<T extends WorldEvent['type']> = Extract<WorldEvent, { readonly type: T }>;

const joins = (timeUs = 10): TraceEvent[] => [
  { timeUs, type: 'NodeStateChanged', subject: N4, from: 'unknown', to: 'joining', incarnation: 1 },
  { timeUs, type: 'RingChanged', epoch: 2, vnodes: 150, moving: [S0, META_GROUP] },
];
const stage = (is: Of<'MoveStageChanged'>['stage'], timeUs: number, shard = S0, from = N2): TraceEvent => ({
  timeUs,
  type: 'MoveStageChanged',
  shard,
  to: N4,
  from,
  stage: is,
  token: timeUs,
});
const ended = (outcome: Of<'MoveEnded'>['outcome'], timeUs: number): TraceEvent => ({
  timeUs,
  type: 'MoveEnded',
  shard: S0,
  to: N4,
  from: N2,
  outcome,
});
const dropped = (node: number, timeUs: number): TraceEvent => ({
  timeUs,
  type: 'ReplicaDropped',
  shard: S0,
  node: nodeId(node),
  replicaId: 9,
});
const holds = (node: number, shard = S0): TraceEvent => ({ ...replicaRecovered(nodeId(node)), shard }) as TraceEvent;
const wiped = (timeUs: number): TraceEvent => ({ timeUs, type: 'DiskWiped', node: N2, incarnation: 2 });
const progressed = (bytes: number): TraceEvent => ({
  timeUs: 30,
  type: 'SnapshotProgressed',
  shard: S0,
  node: N1,
  follower: N4,
  index: 5,
  bytes,
});
const compared = (isEqual: boolean, shard = S0): TraceEvent => ({
  timeUs: 40,
  type: 'CopyCompared',
  shard,
  node: N1,
  learner: N4,
  index: 7,
  isEqual,
});
const reduced = (...events: readonly TraceEvent[]) => reduceAll(EMPTY_MODEL, events);

test('of a move that ended before a reload only what came of it is kept', () => {
  const earlier = { ...ended('finished', 30), isEarlier: true } as TraceEvent;
  const { placement } = reduced(...joins(), stage('catchUp', 20), earlier);
  expect(placement.members.get(N4)).toBe('joining');
  expect(placement.moves.size).toBe(0);
  expect(placement.ended).toEqual([]);
});

describe('who is on the ring', () => {
  test('a change of the ring keeps the one before it, with the nodes as they were', () => {
    const { placement } = reduced(...joins());
    expect(placement.members.get(N4)).toBe('joining');
    expect(placement.ring).toMatchObject({ epoch: 2, vnodes: 150 });
    expect(placement.ring.members.has(N4)).toBe(true);
    expect(placement.change).toEqual({ timeUs: 10, before: FOUNDED.ring, moving: [S0, META_GROUP] });
  });

  test('the ring of an epoch is of those who were on it then, whatever becomes of them', () => {
    const left: TraceEvent = {
      timeUs: 30,
      type: 'NodeStateChanged',
      subject: N1,
      from: 'normal',
      to: 'leaving',
      incarnation: 1,
    };
    const { placement } = reduced(...joins(), left);
    expect(ringNodesOf({ nodes: 3 }, placement.ring.members)).toEqual([1, 2, 3, 4]);
    expect(ringNodesOf({ nodes: 3 }, placement.members)).toEqual([2, 3, 4]);
  });
});

describe('a move', () => {
  test('keeps its beginning, its bytes and its comparison from stage to stage', () => {
    const { placement } = reduced(stage('learner', 20), progressed(71), compared(true), stage('joint', 50));
    expect(placement.moves.get(S0)).toEqual({
      shard: S0,
      to: N4,
      from: N2,
      stage: 'joint',
      sinceUs: 20,
      stageSinceUs: 50,
      source: N1,
      bytes: 71,
      isEqual: true,
    });
  });

  test('another move of the shard begins anew', () => {
    const { placement } = reduced(stage('learner', 20), progressed(71), stage('learner', 50, S0, N3));
    expect(placement.moves.get(S0)).toMatchObject({ from: N3, sinceUs: 50, bytes: 0, source: NO_NODE });
  });

  test('a follower that is sent a snapshot without moving is no move', () => {
    expect(reduced(progressed(71)).placement).toBe(FOUNDED);
  });

  test('is over when it is, and whoever goes has deleted its copy when it says so', () => {
    const over = reduced(holds(2), stage('leave', 20), ended('finished', 60));
    expect(over.placement.moves.size).toBe(0);
    expect(over.placement.ended).toMatchObject([{ outcome: 'finished', endedUs: 60, surplus: 'awaited' }]);
    const stranger = reduceAll(over, [dropped(4, 70)]);
    expect(stranger.placement.ended).toEqual(over.placement.ended);
    // Of another shard.
    const other = reduceAll(over, [{ ...dropped(2, 65), shard: shardId(5) } as TraceEvent]);
    expect(other.placement.ended).toEqual(over.placement.ended);
    const gone = reduceAll(over, [dropped(2, 70)]);
    expect(gone.placement.ended).toMatchObject([{ endedUs: 60, surplus: 'dropped', overUs: 70 }]);
  });

  test('whoever has left is not waited for', () => {
    const left: TraceEvent = {
      timeUs: 70,
      type: 'NodeStateChanged',
      subject: N2,
      from: 'leaving',
      to: 'left',
      incarnation: 1,
    };
    const over = reduced(holds(2), stage('leave', 20), ended('finished', 60));
    expect(reduceAll(over, [left]).placement.ended[0]?.surplus).toBe('left');
    expect(reduceAll(over, [dropped(2, 65), left]).placement.ended[0]?.surplus).toBe('dropped');
  });

  test('whoever has lost its copy with its disk has none to delete', () => {
    const before = reduced(holds(2), holds(2, META_GROUP), wiped(10), stage('leave', 20), ended('finished', 60));
    expect(before.placement.ended).toMatchObject([{ surplus: 'none', overUs: 60 }]);
    const after = reduced(holds(2), stage('leave', 20), ended('finished', 60), wiped(65));
    expect(after.placement.ended[0]?.surplus).toBe('none');
    const restarted = reduced(holds(2), holds(2), holds(2, shardId(1)));
    expect([...(restarted.placement.copies.get(N2) ?? [])].sort()).toEqual([0, 1]);
    const anew = reduced(holds(2), wiped(10), holds(2), stage('leave', 20), ended('finished', 60));
    expect(anew.placement.ended[0]?.surplus).toBe('awaited');
  });

  test('one that was undone before the newcomer had a replica leaves nothing to delete', () => {
    expect(reduced(stage('learner', 20), ended('rolledBack', 60)).placement.ended[0]?.surplus).toBe('none');
  });

  test('one that was undone waits for the newcomer to delete what it had', () => {
    const over = reduced(holds(4), stage('catchUp', 20), ended('rolledBack', 60));
    expect(over.placement.ended).toMatchObject([{ outcome: 'rolledBack', surplus: 'awaited' }]);
    expect(reduceAll(over, [dropped(4, 70)]).placement.ended).toMatchObject([{ surplus: 'dropped', overUs: 70 }]);
  });

  test('the meta group’s own is one as well, though nothing else of that group is shown', () => {
    const { placement, feed } = reduced(stage('learner', 20, META_GROUP), compared(true, META_GROUP));
    expect(placement.moves.get(META_GROUP)).toMatchObject({ to: N4, isEqual: true });
    expect(feed.map(({ text, shard }) => [text, shard])).toEqual([['is to have the meta group', undefined]]);
  });
});

test('a replica that was deleted is not shown, and one that is made is a learner without a log', () => {
  const has: TraceEvent = {
    timeUs: 5,
    type: 'EntriesAppended',
    node: N2,
    shard: shardId(0),
    truncatedFrom: 0,
    entries: entries(1, 3, 1),
  };
  const gone = reduced(has, dropped(2, 70));
  expect(gone.shards.get(S0)?.has(N2)).toBe(false);
  const made = reduceAll(gone, [{ timeUs: 80, type: 'ReplicaCreated', node: N2, shard: S0, replicaId: 12 }]);
  expect(made.shards.get(S0)?.get(N2)).toMatchObject({ learns: true, lastIndex: 0, entries: [] });
});
