import { type ActorId, NO_NODE, type NodeId, type ShardId } from '../../core/base/ids.ts';
import { isMetaGroup, nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { NodeStanding } from '../../core/meta/node-standing.ts';
import type { Draft } from './draft.ts';
import type { RareEvent } from './late-words.ts';
import type { FeedItem } from './view-model.ts';

type Of<T extends RareEvent['type']> = Extract<RareEvent, { readonly type: T }>;
type Said = readonly [text: string, why: string, tone: FeedItem['tone']];

const WORLD = 0 as ActorId;

/** Who joins and leaves, and how replicas move, in plain words. `draft` still holds what was before the event. */
export function tellPlacement(draft: Draft, event: RareEvent): void {
  // What was told before a reload is not told again, under another time.
  if ('isEarlier' in event) return;
  const told = toldOf(draft, event);
  if (told === undefined) return;
  const [actor, [text, why, tone], group] = told;
  // The meta group is no shard that one could look at.
  const shard = group === undefined || isMetaGroup(group) ? undefined : group;
  draft.tell({ actor, shard, text, why, tone, topic: 'move' });
}

function toldOf(
  draft: Draft,
  event: RareEvent,
): readonly [actor: ActorId, said: Said, group?: ShardId | undefined] | undefined {
  switch (event.type) {
    case 'NodeAdded':
      return [
        event.node,
        ['was added', 'because you asked for it: a machine with an empty disk, which nobody knows yet', 'plain'],
      ];
    case 'DiskWiped': {
      const why = 'because you asked for it: what it held is gone';
      return [event.node, [`has an empty disk, its ${ordinal(event.incarnation)}`, why, 'bad']];
    }
    case 'NodeStateChanged':
      return [event.subject, stateSaid(event)];
    case 'RingChanged': {
      const shards = event.moving.filter((shard) => !isMetaGroup(shard)).length;
      const why = `${shards} ${shards === 1 ? 'shard is' : 'shards are'} meant to have other replicas now`;
      return [WORLD, [`The ring has epoch ${event.epoch}`, why, 'plain']];
    }
    case 'MoveStageChanged': {
      const said = stageSaid(draft, event);
      return said && [moved(event), said, event.shard];
    }
    case 'MoveEnded':
      return [moved(event), endSaid(event), event.shard];
    case 'CopyCompared':
      return [event.node, comparedSaid(event), event.shard];
    case 'ReplicaCreated': {
      const why = 'a learner: it gets a snapshot, and counts for nothing yet';
      return [event.node, [`made an empty replica of ${groupWords(event.shard)}`, why, 'plain'], event.shard];
    }
    case 'ReplicaDropped': {
      const why = 'because no configuration has it any more';
      return [event.node, [`deleted its replica of ${groupWords(event.shard)}`, why, 'plain'], event.shard];
    }
    case 'MetaRefused':
      return [WORLD, [`Refused: ${event.text}`, 'by the meta group, which places all replicas', 'bad']];
    default:
      return undefined;
  }
}

export const groupWords = (shard: ShardId): string => (isMetaGroup(shard) ? 'the meta group' : shardName(shard));

/** Whose replica it is about: who comes, or else who goes. */
const moved = ({ to, from }: { readonly to: NodeId; readonly from: NodeId }): NodeId => (to === NO_NODE ? from : to);

const STATES: Readonly<Record<NodeStanding, Said>> = {
  unknown: ['is not known', 'nobody has let it in', 'plain'],
  blank: ['is blank', 'its disk was wiped: it neither votes nor acknowledges until its replicas are replaced', 'bad'],
  joining: ['joins the ring', 'it has its points there: replicas come to it, one after the other', 'plain'],
  normal: ['is a normal node', 'it has every replica that it is meant to have', 'good'],
  leaving: ['leaves the ring', 'its replicas move to others; then it has left', 'plain'],
  left: ['has left for ever', 'nothing of it is left, and its number is not used again', 'good'],
  down: ['counts as down', 'it has not answered for too long: its replicas are made elsewhere', 'bad'],
};

function stateSaid({ from, to, incarnation }: Of<'NodeStateChanged'>): Said {
  if (from === to) {
    return [`is known to have its ${ordinal(incarnation)} disk`, 'what it held is replaced by new replicas', 'plain'];
  }
  if (to === 'normal' && (from === 'down' || from === 'leaving'))
    return ['is on the ring again', 'it has come back', 'good'];
  return STATES[to];
}

/** Where it begins and where it turns back; what lies between is told by the group and by the two that are compared. */
function stageSaid(draft: Draft, { shard, to, from, stage }: Of<'MoveStageChanged'>): Said | undefined {
  const before = draft.view.placement.moves.get(shard);
  const name = groupWords(shard);
  if (stage === 'rollBack') return [`is not to have ${name} after all`, 'the move is being undone', 'bad'];
  if (before?.to === to && before.from === from) return undefined;
  if (to === NO_NODE) return [`is to give ${name} up`, 'it is one replica more than the ring wants', 'plain'];
  return from === NO_NODE
    ? [`is to have ${name}`, 'a replica is missing there', 'plain']
    : [`is to have ${name}`, `in place of ${nodeName(from)}`, 'plain'];
}

function endSaid({ shard, to, from, outcome }: Of<'MoveEnded'>): Said {
  const name = groupWords(shard);
  if (outcome === 'rolledBack')
    return [`does not have ${name}`, 'the move is undone: its voters are what they were', 'bad'];
  if (to === NO_NODE) return [`votes in ${name} no longer`, 'that is committed', 'good'];
  return [
    `votes in ${name}`,
    from === NO_NODE ? 'that is committed' : `in place of ${nodeName(from)}: that is committed`,
    'good',
  ];
}

function comparedSaid({ shard, learner, index, isEqual }: Of<'CopyCompared'>): Said {
  const text = `compared its ${groupWords(shard)} with ${nodeName(learner)}’s`;
  return isEqual
    ? [text, `the Merkle roots behind entry ${index} are equal: it may vote`, 'good']
    : [text, `the Merkle roots behind entry ${index} differ: it may not vote`, 'bad'];
}

/** `2nd`. A node has few disks. */
const ordinal = (n: number): string => `${n}${['th', 'st', 'nd', 'rd'][n < 4 ? n : 0]}`;
