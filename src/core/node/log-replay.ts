import type { LogIndex, ShardId } from '../base/ids.ts';
import type { Entry, HardState } from '../raft/entry.ts';
import type { LogRecord } from './log-record.ts';

/** What the physical log says about one replica. */
export interface ReplicaLog {
  readonly replicaId: number;
  hardState: HardState;
  /** Entry with index i lies at i − 1: nothing is trimmed before snapshots exist. */
  readonly entries: Entry[];
}

/** A replica that has never been written about. */
export const emptyReplicaLog = (replicaId: number): ReplicaLog => ({
  replicaId,
  hardState: { currentTerm: 0, votedFor: 0, commitIndex: 0 },
  entries: [],
});

/**
 * Folds one record into the replicas' logs.
 * @returns why it cannot follow the records before it; undefined when it does
 */
export function replayRecord(replicas: Map<ShardId, ReplicaLog>, record: LogRecord): string | undefined {
  let log = replicas.get(record.shard);
  if (log === undefined) {
    log = emptyReplicaLog(record.replicaId);
    replicas.set(record.shard, log);
  }
  if (log.replicaId !== record.replicaId) return `is of replica ${record.replicaId}, not ${log.replicaId}`;
  if (record.type === 'Entries') return replayEntries(log.entries, record.entries);
  if (record.hardState.currentTerm < log.hardState.currentTerm) return 'goes back to an older term';
  if (record.hardState.commitIndex > log.entries.length) return 'has a commit index beyond the log';
  log.hardState = record.hardState;
  return undefined;
}

/** A later record with the same index replaces that entry and all after it. */
function replayEntries(log: Entry[], entries: readonly Entry[]): string | undefined {
  let expected: LogIndex | undefined;
  for (const entry of entries) {
    expected ??= entry.index;
    if (entry.index !== expected) return `holds entry ${entry.index} where ${expected} belongs`;
    expected++;
    if (entry.index < 1 || entry.index > log.length + 1) return `holds entry ${entry.index} of a log of ${log.length}`;
    log.length = entry.index - 1;
    log.push(entry);
  }
  return undefined;
}
