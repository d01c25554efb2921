import { type ClientActorId, type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { encodeCommand } from '../../core/node/write-command.ts';
import { simpleConfiguration } from '../../core/raft/configuration.ts';
import type { Entry } from '../../core/raft/entry.ts';
import { loadRareWords } from '../store/late-words.ts';
import { reduceAll } from '../store/reduce.ts';
import { EMPTY_MODEL, type ReplicaView, type ViewModel } from '../store/view-model.ts';

// As on a page where something rare has happened before.
await loadRareWords();

/** Events as nodes report them, with what tests do not care about filled in. */
export const N1 = nodeId(1);
export const N2 = nodeId(2);
export const N3 = nodeId(3);
export const S0 = shardId(0);
export const ALL_VOTE = simpleConfiguration({ voters: [N1, N2, N3], learners: [] });
export const CLIENT = 100 as ClientActorId;

const put = (key: string): Uint8Array =>
  encodeCommand({
    type: 'Write',
    session: 1,
    sequence: 1,
    write: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8('v') },
  });
export const entry = (index: number, term: number, key = `k${index}`): Entry => ({
  index,
  term,
  kind: 'command',
  stampUs: 0,
  command: put(key),
});
export const entries = (from: number, to: number, term: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term));

export const started = (node: NodeId, timeUs = 0, boot = 1): TraceEvent => ({
  timeUs,
  type: 'NodeStarted',
  node,
  boot,
  recoveryUs: 12,
  logRecords: 31,
});
export const recovered = (node: NodeId, timeUs = 1): TraceEvent => ({
  timeUs,
  type: 'NodeRecovered',
  node,
  recoveryUs: 1,
  logRecords: 0,
  tables: 0,
  tornBytes: 0,
});
export const role = (
  node: NodeId,
  is: ReplicaView['role'],
  term: number,
  shard: ShardId = S0,
  timeUs = 10,
): TraceEvent => ({
  timeUs,
  type: 'RoleChanged',
  node,
  shard,
  role: is,
  term,
  leader: is === 'leader' ? node : nodeId(0),
  votedFor: node,
  reason: is === 'leader' ? 'won the election' : 'saw a higher term',
  from: nodeId(0),
});
export const vote = (node: NodeId, term: number, from: NodeId, granted: boolean): TraceEvent => ({
  timeUs: 15,
  type: 'VoteReceived',
  node,
  shard: S0,
  term,
  from,
  granted,
  preVote: false,
});
/** A follower of term 4 that starts with three entries, the second of them committed and the first applied. */
export const replicaRecovered = (node: NodeId): TraceEvent => ({
  timeUs: 60,
  type: 'ReplicaRecovered',
  node,
  shard: S0,
  role: 'follower',
  term: 4,
  votedFor: N2,
  baseIndex: 0,
  baseTerm: 0,
  baseConfiguration: ALL_VOTE,
  configuration: ALL_VOTE,
  stateHash: 0,
  entries: entries(1, 3, 1),
  commitIndex: 2,
  appliedIndex: 1,
  keys: 7,
});
export const appended = (node: NodeId, added: readonly Entry[], truncatedFrom = 0, timeUs = 20): TraceEvent => ({
  timeUs,
  type: 'EntriesAppended',
  node,
  shard: S0,
  truncatedFrom,
  entries: added,
});
export const persisted = (node: NodeId, lastIndex: number): TraceEvent => ({
  timeUs: 30,
  type: 'EntriesPersisted',
  node,
  shard: S0,
  lastIndex,
});
export const sent = (id: number, timeUs = 40): TraceEvent => ({
  timeUs,
  type: 'MessageSent',
  id,
  from: N1,
  to: N2,
  bytes: 10,
  deliverAtUs: timeUs + 10,
  items: [{ kind: 'AppendEntries', shard: S0, term: 1, index: 3, entries: 1, ok: true }],
});

export const modelAfter = (...events: TraceEvent[]): ViewModel => reduceAll(EMPTY_MODEL, events);
export const replica = (model: ViewModel, node: NodeId): ReplicaView => {
  const view = model.shards.get(S0)?.get(node);
  if (view === undefined) throw new Error(`no replica on n${node}`);
  return view;
};
