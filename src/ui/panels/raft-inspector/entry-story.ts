import type { LogIndex, Micros, NodeId, ShardId, Term } from '../../../core/base/ids.ts';
import { milestoneOf } from '../../store/milestones.ts';
import type { EntryView, Milestone, ReplicaView, RequestView, ViewModel } from '../../store/view-model.ts';
import { entryAt } from './log-columns.ts';

/** Index and term: what makes an entry that entry (§5.3, Log Matching). */
export interface EntryId {
  readonly index: LogIndex;
  readonly term: Term;
}

/** All that the model knows of one entry. */
export interface EntryStory {
  readonly entry: EntryView;
  readonly request: RequestView | undefined;
  readonly replicas: readonly ReplicaStory[];
}

export interface ReplicaStory {
  readonly node: NodeId;
  /** `other`: it holds another entry at this index; `truncated`: it held this one. */
  readonly holds: 'yes' | 'no' | 'other' | 'truncated';
  readonly received: Moment;
  readonly stored: Moment;
  readonly committed: Moment;
  readonly applied: Moment;
}

/** `not yet`, `earlier` (before the replica's last start), or when, in virtual time. */
export type Moment = 'not yet' | 'earlier' | Micros;

/** Undefined: no replica holds it any more within the window that is kept. */
export function entryStory(model: ViewModel, shard: ShardId, id: EntryId): EntryStory | undefined {
  const replicas = [...(model.shards.get(shard) ?? [])].sort((a, b) => a[0] - b[0]);
  const entry = replicas.map(([, replica]) => held(replica, id) ?? removed(replica, id)).find(Boolean);
  if (entry === undefined) return undefined;
  const request = model.requests.get(shard)?.findLast(({ index, term }) => index === id.index && term === id.term);
  return { entry, request, replicas: replicas.map(([node, replica]) => replicaStory(node, replica, id)) };
}

function replicaStory(node: NodeId, replica: ReplicaView, id: EntryId): ReplicaStory {
  const entry = held(replica, id);
  if (entry === undefined) {
    const none = { received: 'not yet', stored: 'not yet', committed: 'not yet', applied: 'not yet' } as const;
    if (removed(replica, id) !== undefined) return { node, holds: 'truncated', ...none };
    return { node, holds: entryAt(replica, id.index) === undefined ? 'no' : 'other', ...none };
  }
  return {
    node,
    holds: 'yes',
    received: entry.appendedAtUs ?? 'earlier',
    stored: momentOf(replica.persisted, id.index),
    committed: momentOf(replica.committed, id.index),
    applied: momentOf(replica.applied, id.index),
  };
}

function held(replica: ReplicaView, { index, term }: EntryId): EntryView | undefined {
  const entry = entryAt(replica, index);
  return entry?.term === term ? entry : undefined;
}

const removed = (replica: ReplicaView, { index, term }: EntryId): EntryView | undefined =>
  replica.truncation?.removed.find((entry) => entry.index === index && entry.term === term);

function momentOf(milestones: readonly Milestone[], index: LogIndex): Moment {
  const milestone = milestoneOf(milestones, index);
  return milestone === undefined ? 'not yet' : (milestone.timeUs ?? 'earlier');
}
