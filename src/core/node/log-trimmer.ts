import type { DiskTransaction } from '../base/disk.ts';
import type { EventLog } from './event-log.ts';
import type { PhysicalLog, QueuedRecord } from './physical-log.ts';

/** A replica as far as its share of the physical log goes. */
export interface LogOwner {
  /** Its Raft log forgets what is in the tables, applied, and owed to nobody. */
  compactLog(): void;
  /** What a checkpoint of it would take, about. */
  readonly checkpointBytes: number;
  /** One record with everything that is to be known of it: no record before is needed any more. */
  checkpoint(): Uint8Array;
}

/** What lies in the log and is needed by nobody, beside as much again as is needed: below it a trim is not worth its writes. */
const GARBAGE_BYTES_MIN = 4096;
/** No checkpoint is larger: what a replica owes to a follower that is gone may be anything, and a record is written and read as one. */
const CHECKPOINT_BYTES_MAX = 8 * 1024 * 1024;
/** Checkpoints of a trim go into one sync up to here; the next ones wait for the next. */
const CHECKPOINT_BYTES_PER_SYNC = 64 * 1024;

/**
 * Keeps the physical log short. A trim goes through all replicas: it appends a checkpoint of each, a few in each sync, and when the last of them is
 * durable it deletes every value that ends before the first. So nothing is deleted that is still needed, and a crash in between leaves a log that
 * says some things twice. It begins when at least half of the log is not needed: so for each byte deleted at most one is written again.
 */
export class LogTrimmer {
  private readonly log: PhysicalLog;
  private readonly owners: readonly LogOwner[];
  private readonly events: EventLog;
  /** The owners whose checkpoints this trim has not written yet. */
  private remaining: readonly LogOwner[] = [];
  private first: QueuedRecord | undefined;
  private last: QueuedRecord | undefined;

  constructor(log: PhysicalLog, owners: readonly LogOwner[], events: EventLog) {
    this.log = log;
    this.owners = owners;
    this.events = events;
  }

  /** A flush is durable: more of what the log says is in the tables. */
  flushed(): void {
    for (const owner of this.owners) owner.compactLog();
    const needed = this.owners.map((owner) => owner.checkpointBytes);
    const bytes = needed.reduce((sum, each) => sum + each, 0);
    const isLarge = needed.some((each) => each > CHECKPOINT_BYTES_MAX);
    if (!isLarge && this.log.bytes >= 2 * bytes + GARBAGE_BYTES_MIN) this.begin();
  }

  /** Writes a checkpoint of every replica, then trims; does nothing while that is under way already. */
  begin(): void {
    if (this.first === undefined && this.remaining.length === 0) this.remaining = this.owners;
  }

  /** Queues the next checkpoints, unless earlier ones are on their way. To be called when every Ready has been carried out. */
  advance(): void {
    const { log } = this;
    if (this.remaining.length === 0 || this.last?.sync.durable === false) return;
    let bytes = 0;
    let count = 0;
    for (const owner of this.remaining) {
      if (bytes >= CHECKPOINT_BYTES_PER_SYNC) break;
      const record = owner.checkpoint();
      bytes += record.length;
      count++;
      this.last = log.append(record);
      this.first ??= this.last;
    }
    this.remaining = this.remaining.slice(count);
  }

  /** The deletion, once every checkpoint is durable; then the trim is over. */
  take(): { readonly transaction: DiskTransaction; readonly durable: () => void } | undefined {
    const { first, last, log, events } = this;
    if (first === undefined || this.remaining.length > 0 || last?.sync.durable !== true) return undefined;
    this.first = undefined;
    this.last = undefined;
    const trim = log.trim(first.record);
    if (trim === undefined) return undefined;
    const { transaction, records, bytes } = trim;
    return {
      transaction,
      durable: () => {
        trim.done();
        events.push({ type: 'LogTrimmed', records, bytes });
      },
    };
  }
}
