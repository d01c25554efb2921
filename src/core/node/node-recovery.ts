import type { DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { COMPACTION_STYLES } from '../lsm/compaction-style.ts';
import { corrupt } from '../lsm/corrupt-store.ts';
import { DEFAULT_POLICY } from '../lsm/drop-rule.ts';
import { LsmEngine } from '../lsm/lsm-engine.ts';
import type { NodeLimits } from './config.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import { recoverLog } from './log-recovery.ts';
import { emptyReplicaLog, type ReplicaLog } from './log-replay.ts';
import { StateMachine } from './state-machine.ts';

/** A node's only replica of a shard; replicas that leave and come back get others. */
export const FIRST_REPLICA_ID = 1;

export interface RecoveryReport {
  /** Records that the log holds: also the position of the next one. */
  readonly logRecords: number;
  readonly logBytes: number;
  /** SSTables in use. */
  readonly tables: number;
  /** Bytes of a torn log record at the end of the last boot. */
  readonly tornBytes: number;
  /** To be executed, in order, before `start`. */
  readonly transactions: readonly DiskTransaction[];
}

export interface RecoveredReplica {
  readonly shard: ShardId;
  readonly log: ReplicaLog;
  readonly machine: StateMachine;
}

export interface RecoveredNode {
  readonly engine: LsmEngine;
  readonly report: RecoveryReport;
  readonly nextRecord: number;
  /** In the order of `shards`. */
  readonly replicas: readonly RecoveredReplica[];
}

/**
 * Reads manifest, tables' metas and the whole log; changes nothing on disk. Throws CorruptStore with the place named.
 * @param shards those that have a replica on this node
 */
export function* recoverNode(
  epoch: number,
  limits: NodeLimits,
  shards: readonly ShardId[],
): DiskRoutine<RecoveredNode> {
  const { engine, tables } = yield* openEngine(limits);
  const log = yield* recoverLog(epoch);
  for (const shard of log.replicas.keys()) {
    if (!shards.includes(shard)) throw corrupt('the log', `holds records of s${shard}, which has no replica here`);
  }
  const replicas: RecoveredReplica[] = [];
  for (const shard of shards) {
    const machine = new StateMachine(engine, shard, FIRST_REPLICA_ID);
    yield* machine.recover();
    const replicaLog = log.replicas.get(shard) ?? emptyReplicaLog(FIRST_REPLICA_ID);
    const { length } = replicaLog.entries;
    if (machine.appliedIndex > length) {
      throw corrupt(
        `log record ${log.nextRecord}`,
        `is missing: s${shard} applied ${machine.appliedIndex} entries of ${length}`,
      );
    }
    replicas.push({ shard, log: replicaLog, machine });
  }
  engine.dropPolicy = { ...DEFAULT_POLICY, isOwnRow: ({ key }) => key[0] === SYSTEM_KEYSPACE };
  engine.compactionStyle = COMPACTION_STYLES[limits.compactionStyle] ?? 'leveled';
  const sweep = engine.orphanSweep();
  const transactions = sweep === undefined ? [log.transaction] : [log.transaction, sweep];
  const { nextRecord, bytes: logBytes, tornBytes } = log;
  return {
    engine,
    nextRecord,
    replicas,
    report: { logRecords: nextRecord, logBytes, tables, tornBytes, transactions },
  };
}

/** A table's sstmeta record and the manifest edit that lists it are one transaction: counting the records counts the tables. */
function* openEngine(limits: NodeLimits): DiskRoutine<{ engine: LsmEngine; tables: number }> {
  const opening = LsmEngine.open(limits);
  let tables = 0;
  let step = opening.next();
  while (!step.done) {
    const records = yield step.value;
    if (step.value.store === 'sstmeta') tables += records.length;
    step = opening.next(records);
  }
  return { engine: step.value, tables };
}
