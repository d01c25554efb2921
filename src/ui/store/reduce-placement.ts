import { NO_NODE, type NodeId, type ShardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import {
  ENDED_MOVES_KEPT,
  type EndedMoveView,
  loserOf,
  type Members,
  type MoveView,
  type PlacementView,
} from './placement-view.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** Who is on the ring, and which replicas are on their way. */
export function reducePlacement(draft: Draft, event: TraceEvent): void {
  const { placement } = draft.view;
  const changed = after(placement, event);
  if (changed !== placement) draft.placement = changed;
}

function after(placement: PlacementView, event: TraceEvent): PlacementView {
  switch (event.type) {
    case 'NodeStateChanged':
      return withMember(placement, event);
    case 'RingChanged': {
      const { ring: before, members } = placement;
      const { timeUs, epoch, vnodes, moving } = event;
      return { ...placement, ring: { epoch, vnodes, members }, change: { timeUs, before, moving } };
    }
    case 'MoveStageChanged':
      return withMove(placement, staged(placement.moves.get(event.shard), event));
    case 'MoveEnded':
      return withEnded(placement, event);
    case 'SnapshotStarted':
      return withCopy(placement, event.shard, event.follower, { source: event.node, bytes: 0 });
    case 'SnapshotProgressed':
      return withCopy(placement, event.shard, event.follower, { source: event.node, bytes: event.bytes });
    case 'CopyCompared':
      return withCopy(placement, event.shard, event.learner, { isEqual: event.isEqual });
    case 'ReplicaRecovered':
      return withCopies(placement, event.node, [...otherCopies(placement, event), event.shard]);
    case 'ReplicaDropped': {
      const { timeUs: overUs, node, shard } = event;
      const without = withCopies(placement, node, otherCopies(placement, event));
      return settled(without, node, { surplus: 'dropped', overUs }, shard);
    }
    case 'DiskWiped': {
      const members = wiped(placement.members, event.node);
      return settled({ ...withCopies(placement, event.node, []), members }, event.node, { surplus: 'none' });
    }
    default:
      return placement;
  }
}

function withMember(placement: PlacementView, { subject, to }: Of<'NodeStateChanged'>): PlacementView {
  const members = new Map(placement.members).set(subject, to);
  const changed = { ...placement, members };
  return to === 'left' ? settled(changed, subject, { surplus: 'left' }) : changed;
}

/** What this node was to delete, of this shard or of all, is waited for no more. */
function settled(
  placement: PlacementView,
  node: NodeId,
  change: Partial<Pick<EndedMoveView, 'surplus' | 'overUs'>>,
  shard?: ShardId,
): PlacementView {
  const ended = placement.ended.map((move) =>
    move.surplus === 'awaited' && loserOf(move) === node && (shard ?? move.shard) === move.shard
      ? { ...move, ...change }
      : move,
  );
  return { ...placement, ended };
}

/** Whoever joins or leaves goes on with that; of whoever is simply part of the ring nothing else will be told before it is replaced. */
const wiped = (members: Members, node: NodeId): Members =>
  (members.get(node) ?? 'normal') === 'normal' ? new Map(members).set(node, 'blank') : members;

const copiesOn = ({ copies }: PlacementView, node: NodeId): readonly ShardId[] => copies.get(node) ?? [];

const otherCopies = (placement: PlacementView, { node, shard }: Of<'ReplicaRecovered' | 'ReplicaDropped'>) =>
  copiesOn(placement, node).filter((other) => other !== shard);

const withCopies = (placement: PlacementView, node: NodeId, shards: readonly ShardId[]): PlacementView => ({
  ...placement,
  copies: new Map(placement.copies).set(node, shards),
});

/** The same move in another stage, or another one. */
function staged(before: MoveView | undefined, { timeUs, shard, to, from, stage }: Of<'MoveStageChanged'>): MoveView {
  const isSame = before?.to === to && before.from === from;
  const begun = isSame ? before : { sinceUs: timeUs, source: NO_NODE, bytes: 0, isEqual: undefined };
  return { ...begun, shard, to, from, stage, stageSinceUs: timeUs };
}

const withMove = (placement: PlacementView, move: MoveView): PlacementView => ({
  ...placement,
  moves: new Map(placement.moves).set(move.shard, move),
});

/** What is told of a copy that is no move's is of a follower that fell behind. */
function withCopy(
  placement: PlacementView,
  shard: ShardId,
  to: NodeId,
  change: Partial<Pick<MoveView, 'source' | 'bytes' | 'isEqual'>>,
): PlacementView {
  const move = placement.moves.get(shard);
  return move?.to === to ? withMove(placement, { ...move, ...change }) : placement;
}

function withEnded(placement: PlacementView, { timeUs, shard, outcome, isEarlier }: Of<'MoveEnded'>): PlacementView {
  const moves = new Map(placement.moves);
  const move = moves.get(shard);
  if (move === undefined) return placement;
  moves.delete(shard);
  // Nobody knows any more when it began and ended: the list tells of what this page has seen.
  if (isEarlier === true) return { ...placement, moves };
  const surplus = copiesOn(placement, loserOf({ ...move, outcome })).includes(shard) ? 'awaited' : 'none';
  const ended: EndedMoveView = { ...move, outcome, endedUs: timeUs, surplus, overUs: timeUs };
  return { ...placement, moves, ended: [...placement.ended.slice(1 - ENDED_MOVES_KEPT), ended] };
}
