import { CorruptBytes } from '../base/bytes.ts';
import type { DiskOp, DiskRecord, DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { corrupt } from '../lsm/corrupt-store.ts';
import {
  CLOSED_EPOCHS_KEY,
  type ClosedEpochs,
  decodeClosedEpochs,
  encodeClosedEpochs,
  NO_CLOSED_EPOCHS,
} from './closed-epochs.ts';
import { LoggedRows } from './eventual/logged-rows.ts';
import { decodeLogBegin, LOG_BEGIN_KEY, type LogBegin, WHOLE_LOG } from './log-begin.ts';
import { type DecodedLogGroup, decodeLogGroup, epochOfKey, recordOfKey } from './log-group.ts';
import {
  decodeLogRecord,
  type HostedReplica,
  type HostingRecord,
  type LogRecord,
  type StandingRecord,
  standing,
} from './log-record.ts';
import { emptyReplicaLog, type ReplicaLog, replayRecord } from './log-replay.ts';
import type { LogValue } from './physical-log.ts';

/** Log values per read. */
const PAGE_VALUES = 64;

export interface RecoveredLog {
  /** In the order of their first records. In a log that was trimmed: all that this node has. */
  readonly replicas: ReadonlyMap<ShardId, ReplicaLog>;
  /** The last replica of each group that was ever here. */
  readonly hosted: ReadonlyMap<ShardId, HostedReplica>;
  readonly eventual: LoggedRows;
  readonly begin: LogBegin;
  /** Position of the next record to be written. */
  readonly nextRecord: number;
  /** What it lies in, ascending. */
  readonly values: readonly LogValue[];
  /** Bytes of the last boot's torn tail, which do not count. */
  readonly tornBytes: number;
  /** To be executed before this boot writes anything: closes the earlier epochs, deletes log values without a valid record. */
  readonly transaction: DiskTransaction;
}

/**
 * Reads the whole physical log for the boot `epoch`. Throws CorruptStore, naming the record, rather than skip anything.
 * @param founding the replicas that this disk began with
 */
export function* recoverLog(epoch: number, founding: readonly HostedReplica[] = []): DiskRoutine<RecoveredLog> {
  const meta = yield { type: 'getRange', store: 'meta', from: CLOSED_EPOCHS_KEY, to: LOG_BEGIN_KEY + 1, limit: 2 };
  const closed = meta.find(({ key }) => key === CLOSED_EPOCHS_KEY);
  const begin = meta.find(({ key }) => key === LOG_BEGIN_KEY);
  const scan = new LogScan(
    epoch,
    closed === undefined ? NO_CLOSED_EPOCHS : readClosedEpochs(closed),
    begin === undefined ? WHOLE_LOG : decodeLogBegin(begin.value),
    founding,
  );
  let from = 0;
  for (;;) {
    const to = Number.MAX_SAFE_INTEGER;
    const page = yield { type: 'getRange', store: 'log', from, to, limit: PAGE_VALUES };
    for (const value of page) scan.accept(value);
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE_VALUES) return scan.finish();
    from = last.key + 1;
  }
}

function readClosedEpochs(meta: DiskRecord): ClosedEpochs {
  return naming('meta 3, closed epochs', () => decodeClosedEpochs(meta.value));
}

/** Bytes that cannot be what they should become an error that names their place. */
function naming<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw error instanceof CorruptBytes ? corrupt(what, error.message) : error;
  }
}

class LogScan {
  private readonly ownEpoch: number;
  private readonly closed: ClosedEpochs;
  private readonly begin: LogBegin;
  private readonly replicas = new Map<ShardId, ReplicaLog>();
  /** In a log that was trimmed, what is said of a replica before its checkpoint does not count: some of it is gone. */
  private readonly awaitingCheckpoint = new Set<ShardId>();
  private readonly hosted: Map<ShardId, HostedReplica>;
  private readonly eventual = new LoggedRows();
  private readonly values: LogValue[] = [];
  /** Ends of all epochs with records that are still there, old and new, ascending. */
  private readonly ends: Map<number, number>;
  private readonly deletions: DiskOp[] = [];
  /** Epoch of the value accepted last. */
  private epoch = 0;
  /** Position behind the last valid record. Never decreases. */
  private nextRecord: number;
  /** The current epoch ends in a torn write: nothing of it may follow. */
  private torn = false;
  private tornBytes = 0;

  constructor(ownEpoch: number, closed: ClosedEpochs, begin: LogBegin, founding: readonly HostedReplica[]) {
    this.hosted = new Map(founding.map((replica) => [replica.shard, replica]));
    this.ownEpoch = ownEpoch;
    this.begin = begin;
    this.nextRecord = begin.firstRecord;
    const { closedBelow } = closed;
    // Of epochs that were trimmed away nothing counts, whenever it was written.
    const ends = new Map([...closed.ends].filter(([, end]) => end > begin.firstRecord));
    this.closed = { closedBelow, ends };
    this.ends = new Map(ends);
    if (closed.closedBelow > ownEpoch) {
      throw corrupt('meta 3, closed epochs', `epoch ${ownEpoch} was closed before it began`);
    }
  }

  accept({ key, value }: DiskRecord): void {
    const epoch = epochOfKey(key);
    const first = recordOfKey(key);
    if (epoch >= this.ownEpoch) throw this.hole(first, `belongs to epoch ${epoch}, which has not begun`);
    const isClosed = epoch < this.closed.closedBelow;
    const end = this.closed.ends.get(epoch) ?? 0;
    if (isClosed && first >= end) {
      // Written by a worker that outlived its boot: nobody was ever told of it.
      this.delete(key);
      return;
    }
    this.enter(epoch);
    if (this.torn) throw this.hole(first, 'follows a torn record of its own epoch');
    if (first !== this.nextRecord) throw this.hole(this.nextRecord, `is missing: the log goes on at ${first}`);
    const group = naming(`log record ${first} of epoch ${epoch}`, () => decodeLogGroup(value));
    this.replay(key, group, isClosed ? end - first : Number.MAX_SAFE_INTEGER);
    if (this.nextRecord > first) this.values.push({ key, firstRecord: first, bytes: value.length });
    if (!isClosed) this.tornBytes += group?.tornBytes ?? value.length;
  }

  finish(): RecoveredLog {
    this.enter(this.ownEpoch);
    const { begin, nextRecord } = this;
    if (nextRecord < begin.endRecord) {
      throw this.hole(nextRecord, `is missing: the log was trimmed when it reached ${begin.endRecord}`);
    }
    for (const shard of this.awaitingCheckpoint) {
      throw this.hole(begin.endRecord, `was to follow a checkpoint of s${shard}: the log was trimmed`);
    }
    for (const [shard, log] of this.replicas) {
      const last = log.entries[log.entries.length - 1];
      if (last !== undefined && last.term > log.hardState.currentTerm) {
        throw this.hole(this.nextRecord, `was to hold the term of entry ${last.index} of s${shard}`);
      }
    }
    const value = encodeClosedEpochs({ closedBelow: this.ownEpoch, ends: this.ends });
    const close: DiskOp = { type: 'put', store: 'meta', key: CLOSED_EPOCHS_KEY, value };
    const { replicas, hosted, eventual, values, tornBytes } = this;
    return {
      replicas,
      hosted,
      eventual,
      begin,
      nextRecord,
      values,
      tornBytes,
      transaction: [close, ...this.deletions],
    };
  }

  /** Leaves the epochs before `epoch`: each closed one must have reached its end. */
  private enter(epoch: number): void {
    if (epoch === this.epoch) return;
    for (const [closedEpoch, end] of this.closed.ends) {
      if (closedEpoch < this.epoch || closedEpoch >= epoch) continue;
      if (this.nextRecord !== end) {
        throw this.hole(this.nextRecord, `is missing: epoch ${closedEpoch} ended at ${end}`);
      }
    }
    this.epoch = epoch;
    this.torn = false;
  }

  private replay(key: number, group: DecodedLogGroup | undefined, recordsMax: number): void {
    if (group === undefined) {
      // A torn header. Where records must be, `enter` finds that they are missing.
      this.torn = true;
      this.delete(key);
      return;
    }
    if (group.epoch !== this.epoch || group.firstRecord !== this.nextRecord) {
      throw this.hole(this.nextRecord, `is a group of epoch ${group.epoch}, record ${group.firstRecord}`);
    }
    const valid = Math.min(group.records.length, recordsMax);
    for (let i = 0; i < valid; i++) {
      const bytes = group.records[i] as Uint8Array;
      const record = naming(`log record ${this.nextRecord}`, () => decodeLogRecord(bytes));
      this.fold(record);
      this.nextRecord++;
    }
    this.torn = group.tornBytes > 0;
    if (valid === 0) this.delete(key);
    else this.ends.set(this.epoch, this.nextRecord);
  }

  /** A replica that is made begins with an empty log; of one that is closed nothing is known any more. */
  private foldHosting({ whole, replicas }: HostingRecord): void {
    if (whole) this.hosted.clear();
    for (const replica of replicas) {
      const { shard, storageId, isOpen } = replica;
      this.hosted.set(shard, replica);
      if (isOpen && whole) continue;
      this.awaitingCheckpoint.delete(shard);
      if (isOpen) this.replicas.set(shard, emptyReplicaLog(storageId));
      else this.replicas.delete(shard);
    }
  }

  /** Of another replica than the present one it says nothing any more. */
  private foldStanding({ shard, replicaId, isQuarantined }: StandingRecord): void {
    const hosted = this.hosted.get(shard);
    if (hosted?.replicaId === replicaId && hosted.isOpen) this.hosted.set(shard, standing(hosted, isQuarantined));
  }

  private fold(record: LogRecord): void {
    if (record.type === 'Hosting') {
      this.foldHosting(record);
      return;
    }
    if (record.type === 'Standing') {
      this.foldStanding(record);
      return;
    }
    if (record.type === 'Rows' || record.type === 'Notes') {
      this.eventual.fold(record);
      return;
    }
    const { shard } = record;
    if (this.begin.firstRecord > 0 && !this.replicas.has(shard) && record.type !== 'Checkpoint') {
      this.awaitingCheckpoint.add(shard);
      return;
    }
    this.awaitingCheckpoint.delete(shard);
    const why = replayRecord(this.replicas, record);
    if (why !== undefined) throw this.hole(this.nextRecord, why);
  }

  private delete(key: number): void {
    this.deletions.push({ type: 'deleteRange', store: 'log', from: key, to: key + 1 });
  }

  private hole(record: number, why: string): Error {
    return corrupt(`log record ${record}`, why);
  }
}
