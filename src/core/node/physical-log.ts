import { assert } from '../base/assert.ts';
import type { ShardId } from '../base/ids.ts';
import type { Ready } from '../raft/ready.ts';
import type { Effect, LogGroup } from './effect.ts';
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

/** One group commit: filled while the one before it is in flight, then written as one value. */
export class LogSync {
  readonly records: Uint8Array[] = [];
  /** In issue order. */
  readonly releases: Release[] = [];
  durable = false;
}

/**
 * The node's one log: Raft log and write-ahead log of all its replicas. One sync is in flight at a time; what queues up meanwhile becomes
 * the next one. Nothing is ever trimmed while there are no snapshots: the log grows with every write.
 */
export class PhysicalLog {
  private readonly epoch: number;
  /** Position of the next group's first record; counts records over all epochs, without a gap. */
  private nextRecord: number;
  private filling = new LogSync();
  private inFlight: { readonly id: number; readonly sync: LogSync; readonly group: LogGroup } | undefined;

  /** Durable, of all epochs. */
  bytes: number;

  /** @param bytes what the log holds already */
  constructor(epoch: number, nextRecord: number, bytes: number) {
    this.epoch = epoch;
    this.bytes = bytes;
    this.nextRecord = nextRecord;
  }

  /** Queues the records of one Ready, adjacent and in this order. @returns the sync that they are part of */
  write(records: readonly Uint8Array[], writer: LogWriter, ready: Ready): LogSync {
    for (const record of records) this.filling.records.push(record);
    this.filling.releases.push({ writer, ready });
    return this.filling;
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

  /** Durable, of all epochs. */
  get records(): number {
    return this.inFlight?.group.firstRecord ?? this.nextRecord;
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
    this.bytes += completed.group.bytes;
    return completed;
  }
}
