import type { DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { LogIndex, ShardId } from '../base/ids.ts';
import { COMPACTION_STYLES } from '../lsm/compaction-style.ts';
import { CorruptBlock, corrupt } from '../lsm/corrupt-store.ts';
import { DEFAULT_POLICY } from '../lsm/drop-policy.ts';
import type { DropReplicasJob } from '../lsm/drop-replicas-job.ts';
import { LsmEngine } from '../lsm/lsm-engine.ts';
import { META_GROUP, type MetaState } from '../meta/meta-state.ts';
import type { NodeLimits } from './config.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import type { HostedReplica } from './log-record.ts';
import { type RecoveredLog, recoverLog } from './log-recovery.ts';
import { emptyReplicaLog, lastIndexOf, type ReplicaLog } from './log-replay.ts';
import type { LogValue } from './physical-log.ts';
import { StateMachine } from './state-machine.ts';

/** Of the replicas that a disk begins with: each one that is made or installed later gets another. */
const FIRST_STORAGE_ID = 1;

export interface RecoveryReport {
  /** Records that the log holds. */
  readonly logRecords: number;
  /** SSTables in use. */
  readonly tables: number;
  /** Bytes of a torn log record at the end of the last boot. */
  readonly tornBytes: number;
  /** To be executed, in order, before `start`. */
  readonly transactions: readonly DiskTransaction[];
}

export interface RecoveredReplica {
  readonly shard: ShardId;
  readonly replicaId: number;
  readonly log: ReplicaLog;
  readonly machine: StateMachine;
  readonly isQuarantined: boolean;
  /** Why the machine does not know what it holds: a block of its rows that cannot be read. */
  readonly damage?: CorruptBlock;
}

export interface RecoveredNode {
  readonly engine: LsmEngine;
  readonly report: RecoveryReport;
  readonly nextRecord: number;
  readonly logValues: readonly LogValue[];
  /** What the last of the report's transactions drops. */
  readonly strays: DropReplicasJob | undefined;
  /** By shard. */
  readonly replicas: readonly RecoveredReplica[];
  readonly hosted: ReadonlyMap<ShardId, HostedReplica>;
}

/** What a disk begins with. */
export interface Founding {
  /** Its first replicas: number in their group by shard. None for a node that was not there when the cluster was founded, or that has another disk since. */
  readonly replicas: ReadonlyMap<ShardId, number>;
  readonly meta: MetaState;
}

/**
 * Reads manifest, tables' metas and the whole log; changes nothing on disk. Throws CorruptStore with the place named; a block of a table that cannot be
 * read is its replica's loss alone.
 */
export function* recoverNode(epoch: number, limits: NodeLimits, founding: Founding): DiskRoutine<RecoveredNode> {
  const { engine, tables } = yield* openEngine(limits);
  const first = [...founding.replicas].map(
    ([shard, replicaId]): HostedReplica => ({ shard, replicaId, storageId: FIRST_STORAGE_ID, isOpen: true }),
  );
  const log = yield* recoverLog(epoch, first);
  const open = [...log.hosted.values()].filter(({ isOpen }) => isOpen).sort((a, b) => a.shard - b.shard);
  for (const shard of log.replicas.keys()) {
    if (!open.some((hosted) => hosted.shard === shard))
      throw corrupt('the log', `holds records of s${shard}, which has no replica here`);
  }
  const replicas: RecoveredReplica[] = [];
  for (const { shard, replicaId, storageId, isQuarantined = false } of open) {
    const replicaLog = log.replicas.get(shard) ?? emptyReplicaLog(storageId);
    const founded = shard === META_GROUP ? founding.meta : undefined;
    const machine = new StateMachine(engine, shard, replicaLog.replicaId, limits, founded);
    const damage = yield* recoverMachine(machine);
    checkReach(log, shard, replicaLog, machine.appliedIndex);
    const recovered = { shard, replicaId, log: replicaLog, machine, isQuarantined };
    replicas.push(damage === undefined ? recovered : { ...recovered, damage });
  }
  engine.dropPolicy = { ...DEFAULT_POLICY, isOwnRow: ({ key }) => key[0] === SYSTEM_KEYSPACE };
  engine.compactionStyle = COMPACTION_STYLES[limits.compactionStyle] ?? 'leveled';
  const sweep = engine.orphanSweep();
  const transactions = sweep === undefined ? [log.transaction] : [log.transaction, sweep];
  const strays = startDroppingStrays(engine, replicas);
  if (strays !== undefined) transactions.push(strays.publish());
  const { begin, nextRecord, values: logValues, tornBytes } = log;
  return {
    engine,
    nextRecord,
    logValues,
    strays,
    replicas,
    hosted: log.hosted,
    report: { logRecords: nextRecord - begin.firstRecord, tables, tornBytes, transactions },
  };
}

/**
 * The log says which replica is the shard's. Another one was being installed when the node went down, and the log had not come to name it; or it
 * was replaced, and not yet dropped.
 */
function startDroppingStrays(engine: LsmEngine, replicas: readonly RecoveredReplica[]): DropReplicasJob | undefined {
  const strays = engine.replicas.filter(
    ({ shard, replicaId }) => !replicas.some((one) => one.shard === shard && one.log.replicaId === replicaId),
  );
  return strays.length === 0 ? undefined : engine.startDropReplicas(strays);
}

/** @returns the block that could not be read */
function* recoverMachine(machine: StateMachine): DiskRoutine<CorruptBlock | undefined> {
  try {
    yield* machine.recover();
  } catch (error) {
    if (error instanceof CorruptBlock) return error;
    throw error;
  }
  return undefined;
}

/** Between what the tables cover of a replica and what its log holds there must be no gap. */
function checkReach(log: RecoveredLog, shard: ShardId, replica: ReplicaLog, appliedIndex: LogIndex): void {
  const { begin, nextRecord } = log;
  const last = lastIndexOf(replica);
  if (appliedIndex > last) {
    throw corrupt(`log record ${nextRecord}`, `is missing: s${shard} applied ${appliedIndex} entries of ${last}`);
  }
  const { index } = replica.base;
  if (appliedIndex < index) {
    const why = `are missing: the log of s${shard} begins behind entry ${index}`;
    throw corrupt('the tables', `${why}, and they cover ${appliedIndex}`);
  }
  if (begin.firstRecord > 0 && !log.replicas.has(shard)) {
    throw corrupt(`log record ${begin.endRecord}`, `was to follow a checkpoint of s${shard}: the log was trimmed`);
  }
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
