import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { type Evidence, inOrder, namesOf, type Sentence } from './circumstances.ts';
import { whyEventualShard } from './why-eventual.ts';

/** Whether the shard's replicas hold what they should, as far as anybody looked: the last check, and whoever was found damaged since, with what became of it. */
export function whyShard(shard: ShardId, { events, nowUs }: Pick<Evidence, 'events' | 'nowUs'>): readonly Sentence[] {
  const ofShard = events.filter((event) => event.timeUs <= nowUs && 'shard' in event && event.shard === shard);
  const lastCheck = ofShard.findLast(({ type }) => type === 'CheckCompleted');
  const checked = lastCheck === undefined ? [] : tell(lastCheck, shard);
  const nodes = new Set(ofShard.flatMap((event) => (isBeginning(event) ? [event.node] : [])));
  const eventual = whyEventualShard(shard, { events: ofShard, nowUs });
  return inOrder([...[...nodes].flatMap((node) => quarantineOf(shard, node, ofShard)), ...checked, ...eventual]);
}

/** Of whoever served nobody at that moment: since when, why, and how far its repair was. */
export function whoWasQuarantined(
  shard: ShardId,
  { events, nowUs }: Pick<Evidence, 'events' | 'nowUs'>,
  sinceUs: Micros,
): readonly Sentence[] {
  const ofShard = events.filter((event) => event.timeUs <= nowUs && 'shard' in event && event.shard === shard);
  const nodes = new Set(ofShard.flatMap((event) => (isBeginning(event) ? [event.node] : [])));
  return [...nodes].flatMap((node) => {
    const endUs = ofShard.findLast((event) => isEnd(event) && event.node === node)?.timeUs ?? -1;
    const begunUs = ofShard.findLast((event) => isBeginning(event) && event.node === node)?.timeUs ?? 0;
    return endUs > begunUs && endUs < sinceUs ? [] : quarantineOf(shard, node, ofShard);
  });
}

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

const isBeginning = (event: TraceEvent): event is Of<'ReplicaQuarantined' | 'ReplicaDamaged'> =>
  event.type === 'ReplicaQuarantined' || event.type === 'ReplicaDamaged';
const isEnd = (event: TraceEvent): event is Of<'ReplicaRepaired' | 'ReplicaRebuilt'> =>
  event.type === 'ReplicaRepaired' || event.type === 'ReplicaRebuilt';

/** The last quarantine of this node's replica, from what was found to its end. */
function quarantineOf(shard: ShardId, node: NodeId, events: readonly TraceEvent[]): readonly Sentence[] {
  const own = events.filter((event) => 'node' in event && event.node === node);
  const begun = own.findLastIndex(isBeginning);
  const before = own.slice(0, begun).findLastIndex(isEnd);
  return own.slice(before + 1).flatMap((event) => tell(event, shard));
}

function tell(event: TraceEvent, shard: ShardId): readonly Sentence[] {
  const text = textOf(event, shardName(shard));
  return text === undefined ? [] : [{ timeUs: event.timeUs, text }];
}

function textOf(event: TraceEvent, shard: string): string | undefined {
  switch (event.type) {
    case 'RowDamaged':
      return `${nodeName(event.node)} lost what it held of a row of ${shard}, by order, without a trace that a checksum would tell of`;
    case 'BlockCorrupt':
      return `${nodeName(event.node)} found block ${event.block} of table ${event.fileNumber} corrupt, which holds a part of ${shard}`;
    case 'ReplicaDamaged':
      return `${nodeName(event.node)} serves nobody from its replica of ${shard}: a block of it cannot be read; it asks for a snapshot`;
    case 'ReplicaQuarantined':
      return `${nodeName(event.node)} serves nobody from its replica of ${shard}: behind entry ${event.index} it came to the Merkle root ${event.found}, a majority to ${event.expected}`;
    case 'RepairStarted':
      return `${nodeName(event.node)} compares what it holds of ${shard} behind entry ${event.index} with ${nodeName(event.from)}, and applies nothing meanwhile`;
    case 'RepairAbandoned':
      return `${nodeName(event.node)} gave a repair of ${shard} up (${event.reason}), and asks for another one`;
    case 'ReplicaRepaired':
      return `${nodeName(event.node)} serves ${shard} again: ${event.by === 'snapshot' ? 'a snapshot took the place of what it held' : `what differed was put right (rows written ${event.written}, leaves ${event.leaves})`}`;
    case 'ReplicaRebuilt':
      return `${nodeName(event.node)} serves ${shard} again: a snapshot took the place of what it held`;
    case 'CheckCompleted':
      return checkText(event, shard);
    default:
      return undefined;
  }
}

function checkText({ index, verdict, damaged, missing, roots }: Of<'CheckCompleted'>, shard: string): string {
  const what = `the replicas of ${shard} were compared behind entry ${index}`;
  switch (verdict) {
    case 'equal':
      return `${what}: ${namesOf(roots.map(({ node }) => node))} hold the same${missing.length === 0 ? '' : `; ${namesOf(missing)} did not answer`}`;
    case 'outvoted':
      return `${what}: a majority holds the same, ${namesOf(damaged)} something else`;
    case 'undecided':
      return `${what}: no majority holds the same, so that nothing is repaired`;
    default:
      return `${what}: too few answered to say who is right`;
  }
}
