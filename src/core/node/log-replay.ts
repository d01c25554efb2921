import type { LogIndex, ShardId } from '../base/ids.ts';
import { type Entry, type HardState, LOG_START, type LogBase } from '../raft/entry.ts';
import type { ReplicaRecord } from './log-record.ts';

/** What the physical log says about one replica. */
export interface ReplicaLog {
  readonly replicaId: number;
  hardState: HardState;
  base: LogBase;
  /** Entry with index i lies at i − base.index − 1. */
  entries: Entry[];
}

/** A replica that has never been written about. */
export const emptyReplicaLog = (replicaId: number): ReplicaLog => ({
  replicaId,
  hardState: { currentTerm: 0, votedFor: 0, commitIndex: 0 },
  base: LOG_START,
  entries: [],
});

export const lastIndexOf = ({
  base,
  entries,
}: {
  readonly base: LogBase;
  readonly entries: readonly Entry[];
}): LogIndex => base.index + entries.length;

/**
 * Folds one record into the replicas' logs.
 * @returns why it cannot follow the records before it; undefined when it does
 */
export function replayRecord(replicas: Map<ShardId, ReplicaLog>, record: ReplicaRecord): string | undefined {
  const known = replicas.get(record.shard);
  const isNew = record.type === 'Checkpoint' && known !== undefined && record.replicaId > known.replicaId;
  if (isNew && record.hardState.currentTerm < known.hardState.currentTerm) return 'goes back to an older term';
  // A snapshot took its place, under a replica id of its own.
  const before = isNew ? undefined : known;
  const log = before ?? emptyReplicaLog(record.replicaId);
  replicas.set(record.shard, log);
  if (log.replicaId !== record.replicaId) return `is of replica ${record.replicaId}, not ${log.replicaId}`;
  if (record.type === 'Checkpoint') return contradiction(before, record) ?? replayCheckpoint(log, record);
  if (record.type === 'Entries') return replayEntries(log, record.entries);
  if (record.hardState.currentTerm < log.hardState.currentTerm) return 'goes back to an older term';
  if (record.hardState.commitIndex > lastIndexOf(log)) return 'has a commit index beyond the log';
  log.hardState = record.hardState;
  return undefined;
}

/** A later record with the same index replaces that entry and all after it. */
function replayEntries(log: ReplicaLog, entries: readonly Entry[]): string | undefined {
  let expected: LogIndex | undefined;
  for (const entry of entries) {
    expected ??= entry.index;
    if (entry.index !== expected) return `holds entry ${entry.index} where ${expected} belongs`;
    expected++;
    const { base } = log;
    const last = lastIndexOf(log);
    if (entry.index <= base.index || entry.index > last + 1)
      return `holds entry ${entry.index} of a log of ${base.index + 1} … ${last}`;
    log.entries.length = entry.index - base.index - 1;
    log.entries.push(entry);
  }
  return undefined;
}

/** A checkpoint says again what was said before it, but for entries that the log began to do without. */
function contradiction(
  before: ReplicaLog | undefined,
  checkpoint: Extract<ReplicaRecord, { type: 'Checkpoint' }>,
): string | undefined {
  if (before === undefined) return undefined;
  const { hardState, base } = checkpoint;
  if (hardState.currentTerm < before.hardState.currentTerm) return 'goes back to an older term';
  const isSame = base.index >= before.base.index && lastIndexOf(checkpoint) === lastIndexOf(before);
  return isSame
    ? undefined
    : `is a checkpoint of a log of ${base.index + 1} … ${lastIndexOf(checkpoint)}, not of the one before it`;
}

/** Takes the place of everything before it; what it says of itself must hold together. */
function replayCheckpoint(
  log: ReplicaLog,
  { hardState, base, entries }: Extract<ReplicaRecord, { type: 'Checkpoint' }>,
): string | undefined {
  const { commitIndex } = hardState;
  log.hardState = hardState;
  log.base = base;
  log.entries = [];
  const why = replayEntries(log, entries);
  if (why !== undefined) return why;
  if (commitIndex < base.index || commitIndex > lastIndexOf(log)) return 'has a commit index outside its log';
  return undefined;
}
