import type { Micros, NodeId, ShardId } from '../../core/base/ids.ts';
import { learnsIn } from '../../core/cluster/membership.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Configuration } from '../../core/raft/configuration.ts';
import type { Draft } from './draft.ts';
import { entryView } from './entry-view.ts';
import { fallBack, reach, startingAt } from './milestones.ts';
import { LOG_WINDOW, leaderLastIndex, type TimerView } from './view-model.ts';

/** One replica's Raft state and log. A dead node's stays as it last reported it, until it recovers and reports anew. */
export function reduceReplica(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'ReplicaRecovered':
      recover(draft, event);
      return;
    case 'ReplicaDropped':
      draft.forgetReplica(event.shard, event.node);
      return;
    case 'ReplicaCreated':
      // An empty one, which learns until it is in a configuration that says otherwise.
      draft.forgetReplica(event.shard, event.node);
      draft.changeReplica(event.shard, event.node, { learns: true });
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
    case 'VoteGranted':
      draft.changeReplica(event.shard, event.node, { votedFor: event.to });
      return;
    case 'EntriesAppended':
      append(draft, event);
      return;
    case 'LogCompacted':
      forget(draft, event);
      return;
    case 'SnapshotInstalled':
      restore(draft, event);
      return;
    case 'EntriesPersisted':
      reach(draft.log(event.shard, event.node).persisted, event.lastIndex, event.timeUs);
      draft.changeReplica(event.shard, event.node, { persistedIndex: event.lastIndex });
      caughtUp(draft, event.shard, event.node);
      return;
    case 'CommitAdvanced':
      reach(draft.log(event.shard, event.node).committed, event.commitIndex, event.timeUs);
      draft.changeReplica(event.shard, event.node, { commitIndex: event.commitIndex });
      caughtUp(draft, event.shard, event.node);
      return;
    case 'EntryApplied':
    case 'StateRestored':
      reach(draft.log(event.shard, event.node).applied, event.index, event.timeUs);
      draft.changeReplica(event.shard, event.node, { appliedIndex: event.index, keys: event.keys });
      return;
    case 'DeadlineSet':
      draft.changeReplica(event.shard, event.node, { timer: lasting(event) });
      return;
    case 'LeaseSet':
      draft.changeReplica(event.shard, event.node, { lease: lasting(event) });
      return;
    case 'ConfigurationChanged':
      draft.changeReplica(event.shard, event.node, memberOf(event));
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

const memberOf = ({ node, configuration }: { readonly node: NodeId; readonly configuration: Configuration }) => ({
  configuration,
  learns: learnsIn(configuration, node),
});

const lasting = (event: { readonly timeUs: Micros; readonly waitUs: Micros }): TimerView | undefined =>
  event.waitUs === 0 ? undefined : { setAtUs: event.timeUs, waitUs: event.waitUs };

function recover(draft: Draft, event: Extract<TraceEvent, { type: 'ReplicaRecovered' }>): void {
  const last = event.entries[event.entries.length - 1]?.index ?? event.baseIndex;
  draft.changeReplica(event.shard, event.node, {
    role: event.role,
    term: event.term,
    votedFor: event.votedFor,
    leader: 0 as NodeId,
    ...memberOf(event),
    entries: event.entries.slice(-LOG_WINDOW).map((entry) => entryView(entry, undefined)),
    lastIndex: last,
    persistedIndex: last,
    commitIndex: event.commitIndex,
    appliedIndex: event.appliedIndex,
    catchingUp: (draft.view.nodes.get(event.node)?.boot ?? 1) > 1,
    persisted: startingAt(last),
    committed: startingAt(event.commitIndex),
    applied: startingAt(event.appliedIndex),
    truncation: undefined,
    timer: undefined,
    lease: undefined,
    keys: event.keys,
    progress: new Map(),
    votes: [],
  });
}

/** The window shows what the log holds, and no more. */
function forget(draft: Draft, { shard, node, baseIndex }: Extract<TraceEvent, { type: 'LogCompacted' }>): void {
  const { entries } = draft.log(shard, node);
  entries.splice(0, baseIndex + 1 - (entries[0]?.index ?? baseIndex + 1));
}

/** The log begins anew behind the snapshot; it is durable when that is reported. */
function restore(draft: Draft, event: Extract<TraceEvent, { type: 'SnapshotInstalled' }>): void {
  const { shard, node, index, keys, timeUs } = event;
  const before = draft.replica(shard, node);
  const log = draft.log(shard, node);
  const persistedIndex = Math.min(before.persistedIndex, before.commitIndex);
  log.entries.length = 0;
  fallBack(log.persisted, persistedIndex + 1);
  reach(log.committed, index, timeUs);
  reach(log.applied, index, timeUs);
  draft.changeReplica(shard, node, {
    ...memberOf(event),
    lastIndex: index,
    persistedIndex,
    commitIndex: index,
    appliedIndex: index,
    keys,
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
  draft.changeReplica(event.shard, event.node, {
    role,
    term,
    leader,
    votedFor,
    votes: [],
    timer: undefined,
    lease: undefined,
    progress: new Map(),
  });
}

function append(draft: Draft, event: Extract<TraceEvent, { type: 'EntriesAppended' }>): void {
  const { shard, node, truncatedFrom, entries: added, timeUs } = event;
  const before = draft.replica(shard, node);
  const log = draft.log(shard, node);
  const cut = truncatedFrom > 0 ? truncatedFrom : Number.POSITIVE_INFINITY;
  const from = Math.min(cut, added[0]?.index ?? cut);
  const removed = log.entries.splice(Math.max(0, from - (log.entries[0]?.index ?? from)));
  for (const entry of added.slice(-LOG_WINDOW)) log.entries.push(entryView(entry, timeUs));
  if (log.entries.length > LOG_WINDOW) log.entries.splice(0, log.entries.length - LOG_WINDOW);
  fallBack(log.persisted, from);
  draft.changeReplica(shard, node, {
    lastIndex: added[added.length - 1]?.index ?? Math.min(before.lastIndex, from - 1),
    // What replaces a durable entry is not durable itself until it is reported so.
    persistedIndex: Math.min(before.persistedIndex, from - 1),
    ...(removed.length > 0 ? { truncation: { timeUs, removed } } : {}),
  });
}
