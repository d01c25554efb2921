import { assert } from '../base/assert.ts';
import type { DiskTransaction } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import type { Ready } from '../raft/ready.ts';
import type { Effect, LogGroup } from './effect.ts';
import { encodeLogBegin, LOG_BEGIN_KEY } from './log-begin.ts';
import { logGroupBytes, logGroupKey } from './log-group.ts';
import type { SyncedEntries } from './trace-event.ts';

/** Who is told when what it wrote is durable. */
export interface LogWriter {
  readonly scope: { readonly shard: ShardId };
  released(ready: Ready): void;
}

interface Release {
  readonly writer: LogWriter;
  readonly ready: Ready;
}

/** One durable value of the log. */
export interface LogValue {
  readonly key: number;
  readonly firstRecord: number;
  readonly bytes: number;
}

/** A record under way. */
export interface QueuedRecord {
  readonly sync: LogSync;
  /** Its position in the log. */
  readonly record: number;
}

/** Deletes the front of the log. */
export interface LogTrim {
  readonly transaction: DiskTransaction;
  /** To be called when it is durable. */
  readonly done: () => void;
  readonly records: number;
  readonly bytes: number;
}

/** One group commit: filled while the one before it is in flight, then written as one value. */
export class LogSync {
  readonly records: Uint8Array[] = [];
  /** In issue order. */
  readonly releases: Release[] = [];
  /** Called when it is durable, behind the releases. */
  readonly told: (() => void)[] = [];
  durable = false;
  /** Of the records. */
  bytes = 0;

  add(record: Uint8Array): void {
    this.records.push(record);
    this.bytes += record.length;
  }
}

/**
 * The node's one log: Raft log and write-ahead log of all its replicas. One sync is in flight at a time; what queues up meanwhile becomes
 * the next one. It ends at its newest record and begins where the last `trim` left it.
 */
export class PhysicalLog {
  private readonly epoch: number;
  /** Position of the next group's first record; counts records over all epochs, without a gap. */
  private nextRecord: number;
  private filling = new LogSync();
  private inFlight: { readonly id: number; readonly sync: LogSync; readonly group: LogGroup } | undefined;

  /** What is durable, in order, of all epochs. */
  private readonly values: LogValue[];
  /** Of all of them. */
  bytes: number;

  /** @param values what the log holds already */
  constructor(epoch: number, nextRecord: number, values: readonly LogValue[]) {
    this.epoch = epoch;
    this.values = [...values];
    this.bytes = values.reduce((sum, value) => sum + value.bytes, 0);
    this.nextRecord = nextRecord;
  }

  /** Queues the records of one Ready, adjacent and in this order. @returns the sync that they are part of */
  write(records: readonly Uint8Array[], writer: LogWriter, ready: Ready): LogSync {
    for (const record of records) this.filling.add(record);
    this.filling.releases.push({ writer, ready });
    return this.filling;
  }

  /** Queues a record that no message waits for. */
  append(record: Uint8Array): QueuedRecord {
    const { records } = this.filling;
    this.filling.add(record);
    return { sync: this.filling, record: this.nextRecord + records.length - 1 };
  }

  /**
   * Deletes every value that ends before this record, in one transaction with where the log begins from then on. What is still needed of them
   * is durable in later records.
   */
  trim(record: number): LogTrim | undefined {
    const count = this.values.findLastIndex(({ firstRecord }) => firstRecord <= record);
    const first = this.values[count];
    if (first === undefined || count === 0) return undefined;
    const begin = encodeLogBegin({ firstRecord: first.firstRecord, endRecord: this.endRecord });
    const bytes = this.values.slice(0, count).reduce((sum, value) => sum + value.bytes, 0);
    return {
      transaction: [
        { type: 'put', store: 'meta', key: LOG_BEGIN_KEY, value: begin },
        { type: 'deleteRange', store: 'log', from: 0, to: first.key },
      ],
      records: first.firstRecord - (this.values[0] as LogValue).firstRecord,
      bytes,
      done: () => {
        this.values.splice(0, count);
        this.bytes -= bytes;
      },
    };
  }

  /** Of records that are not durable yet. */
  get pendingBytes(): number {
    return this.filling.bytes + (this.inFlight?.sync.bytes ?? 0);
  }

  get hasQueued(): boolean {
    return this.filling.records.length > 0;
  }

  /** The next group's Write, if there is something to write and no other sync in flight. */
  startSync(nextId: () => number): Extract<Effect, { queue: 'log' }> | undefined {
    if (this.inFlight !== undefined || !this.hasQueued) return undefined;
    const id = nextId();
    const sync = this.filling;
    this.filling = new LogSync();
    const { records } = sync;
    const group: LogGroup = { epoch: this.epoch, firstRecord: this.nextRecord, records, bytes: logGroupBytes(records) };
    this.inFlight = { id, sync, group };
    this.nextRecord += records.length;
    assert(this.nextRecord < 4294967296, 'a log holds fewer than 2^32 records');
    return { type: 'Write', id, queue: 'log', key: logGroupKey(this.epoch, group.firstRecord), group };
  }

  /** The entries of the sync in flight. */
  get inFlightEntries(): readonly SyncedEntries[] {
    const entries: SyncedEntries[] = [];
    for (const { writer, ready } of this.inFlight?.sync.releases ?? []) {
      const [first] = ready.entries;
      if (first === undefined) continue;
      entries.push({ shard: writer.scope.shard, from: first.index, to: first.index + ready.entries.length - 1 });
    }
    return entries;
  }

  /** Position behind the last durable record. */
  private get endRecord(): number {
    return this.inFlight?.group.firstRecord ?? this.nextRecord;
  }

  /** Durable ones that it still holds. */
  get records(): number {
    return this.endRecord - (this.values[0]?.firstRecord ?? this.endRecord);
  }

  get inFlightId(): number | undefined {
    return this.inFlight?.id;
  }

  /** The sync in flight is durable. The caller lets go what waited for it, in order. */
  completed(): { readonly sync: LogSync; readonly group: LogGroup } {
    const completed = this.inFlight;
    assert(completed !== undefined, 'a sync completes that was started');
    this.inFlight = undefined;
    completed.sync.durable = true;
    const { firstRecord, bytes } = completed.group;
    this.values.push({ key: logGroupKey(this.epoch, firstRecord), firstRecord, bytes });
    this.bytes += bytes;
    return completed;
  }
}
