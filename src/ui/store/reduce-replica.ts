import type { LogIndex, NodeId, ShardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Entry } from '../../core/raft/entry.ts';
import type { Draft } from './draft.ts';
import { entryView } from './entry-view.ts';
import { type EntryView, LOG_WINDOW, leaderLastIndex } from './view-model.ts';

/** One replica's Raft state and log. A dead node's stays as it last reported it, until it recovers and reports anew. */
export function reduceReplica(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'ReplicaRecovered':
      recover(draft, event);
      return;
    case 'RoleChanged':
      changeRole(draft, event);
      return;
    case 'VoteReceived': {
      const { votes } = draft.replica(event.shard, event.node);
      const others = votes.filter((vote) => vote.from !== event.from);
      draft.changeReplica(event.shard, event.node, {
        votes: [...others, { from: event.from, granted: event.granted }],
      });
      return;
    }
    case 'EntriesAppended':
      append(draft, event.shard, event.node, event.truncatedFrom, event.entries);
      return;
    case 'EntriesPersisted':
      draft.changeReplica(event.shard, event.node, { persistedIndex: event.lastIndex });
      caughtUp(draft, event.shard, event.node);
      return;
    case 'CommitAdvanced':
      draft.changeReplica(event.shard, event.node, { commitIndex: event.commitIndex });
      caughtUp(draft, event.shard, event.node);
      return;
    case 'EntryApplied':
      draft.changeReplica(event.shard, event.node, { appliedIndex: event.index, keys: event.keys });
      return;
    case 'FollowerProgressed': {
      const progress = new Map(draft.replica(event.shard, event.node).progress);
      progress.set(event.follower, { matchIndex: event.matchIndex, nextIndex: event.nextIndex });
      draft.changeReplica(event.shard, event.node, { progress });
      return;
    }
    default:
  }
}

function recover(draft: Draft, event: Extract<TraceEvent, { type: 'ReplicaRecovered' }>): void {
  const last = event.entries[event.entries.length - 1]?.index ?? event.appliedIndex;
  draft.changeReplica(event.shard, event.node, {
    role: event.role,
    term: event.term,
    votedFor: event.votedFor,
    leader: 0 as NodeId,
    entries: event.entries.slice(-LOG_WINDOW).map(entryView),
    lastIndex: last,
    persistedIndex: last,
    commitIndex: event.commitIndex,
    appliedIndex: event.appliedIndex,
    catchingUp: (draft.view.nodes.get(event.node)?.boot ?? 1) > 1,
    keys: event.keys,
    progress: new Map(),
    votes: [],
  });
}

/** Ends the catching up of a replica that has on disk all that its leader's log holds. */
function caughtUp(draft: Draft, shard: ShardId, node: NodeId): void {
  const { catchingUp, persistedIndex } = draft.replica(shard, node);
  const last = catchingUp ? leaderLastIndex(draft.view, shard) : 0;
  if (last > 0 && persistedIndex >= last) draft.changeReplica(shard, node, { catchingUp: false });
}

function changeRole(draft: Draft, event: Extract<TraceEvent, { type: 'RoleChanged' }>): void {
  const { role, term, leader, votedFor } = event;
  draft.changeReplica(event.shard, event.node, { role, term, leader, votedFor, votes: [], progress: new Map() });
}

function append(draft: Draft, shard: ShardId, node: NodeId, truncatedFrom: LogIndex, added: readonly Entry[]): void {
  const before = draft.replica(shard, node);
  const cut = truncatedFrom > 0 ? truncatedFrom : Number.POSITIVE_INFINITY;
  const from = Math.min(cut, added[0]?.index ?? cut);
  const kept = from <= before.lastIndex ? before.entries.filter((entry) => entry.index < from) : before.entries;
  const entries: readonly EntryView[] = [...kept, ...added.slice(-LOG_WINDOW).map(entryView)].slice(-LOG_WINDOW);
  const lastIndex = added[added.length - 1]?.index ?? Math.min(before.lastIndex, from - 1);
  // What replaces a durable entry is not durable itself until it is reported so.
  draft.changeReplica(shard, node, { entries, lastIndex, persistedIndex: Math.min(before.persistedIndex, from - 1) });
}
