import type { DiskTransaction } from '../base/disk.ts';
import type { EventLog } from './event-log.ts';
import type { PhysicalLog, QueuedRecord } from './physical-log.ts';

/** A replica as far as its share of the physical log goes. */
export interface LogOwner {
  /** Its Raft log forgets what is in the tables, applied, and owed to nobody. */
  compactLog(): void;
  /** What a checkpoint of it would take, about. */
  readonly checkpointBytes: number;
  /** Records with everything that is to be known of it: none before is needed any more. */
  checkpoint(): readonly Uint8Array[];
}

/** No checkpoint is larger, since a record is written and read as one: what is not in the tables yet may be anything. A later flush finds less. */
const CHECKPOINT_BYTES_MAX = 16 * 1024 * 1024;
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
  private readonly slackBytes: number;
  /** The owners whose checkpoints this trim has not written yet. */
  private remaining: readonly LogOwner[] = [];
  private first: QueuedRecord | undefined;
  private last: QueuedRecord | undefined;

  /**
   * @param owners all there are; the list may change
   * @param slackBytes what nobody needs of a log may be as much as what is needed, and so much more, before it is trimmed
   */
  constructor(log: PhysicalLog, owners: readonly LogOwner[], events: EventLog, slackBytes: number) {
    this.log = log;
    this.owners = owners;
    this.events = events;
    this.slackBytes = slackBytes;
  }

  /** A flush is durable: more of what the log says is in the tables. */
  flushed(): void {
    for (const owner of this.owners) owner.compactLog();
    const needed = this.owners.map((owner) => owner.checkpointBytes);
    const bytes = needed.reduce((sum, each) => sum + each, 0);
    const isLarge = needed.some((each) => each > CHECKPOINT_BYTES_MAX);
    if (!isLarge && this.log.bytes >= 2 * bytes + this.slackBytes) this.begin();
  }

  /** Writes a checkpoint of every replica, then trims; does nothing while that is under way already. */
  begin(): void {
    if (this.first === undefined && this.remaining.length === 0) this.remaining = this.owners.slice();
  }

  /** It owns nothing any more. */
  forget(owner: LogOwner): void {
    this.remaining = this.remaining.filter((other) => other !== owner);
  }

  /** Queues the next checkpoints, unless earlier ones are on their way. To be called when every Ready has been carried out. */
  advance(): void {
    const { log } = this;
    if (this.remaining.length === 0 || this.last?.sync.durable === false) return;
    let bytes = 0;
    let count = 0;
    for (const owner of this.remaining) {
      if (bytes >= CHECKPOINT_BYTES_PER_SYNC) break;
      for (const record of owner.checkpoint()) {
        bytes += record.length;
        this.last = log.append(record);
        this.first ??= this.last;
      }
      count++;
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
