import type { DiskTransaction } from '../base/disk.ts';
import type { FlushJob } from '../lsm/flush-job.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { Effect } from './effect.ts';
import type { EventLog } from './event-log.ts';

/** Writes closed MemTables as tables, one transaction in flight. */
export class TableWriter {
  private readonly engine: LsmEngine;
  private readonly events: EventLog;
  private job: FlushJob | undefined;
  /** The engine's last sequence when the last MemTable was closed: what came since is in the present one. */
  private closedSequence: number;
  inFlightId: number | undefined;

  constructor(engine: LsmEngine, events: EventLog) {
    this.engine = engine;
    this.events = events;
    this.closedSequence = engine.lastSequence;
  }

  /** The next Write, if a flush is under way or due and no other is in flight. */
  startWrite(nextId: () => number): Effect | undefined {
    if (this.inFlightId !== undefined) return undefined;
    if (this.job === undefined) this.startFlush();
    let transaction = this.job?.next();
    if (transaction === undefined && this.job !== undefined) {
      this.publish(this.job);
      this.startFlush();
      transaction = this.job?.next();
    }
    if (transaction === undefined) return undefined;
    const id = nextId();
    this.inFlightId = id;
    return { type: 'Write', id, queue: 'table', transaction, bytes: transactionBytes(transaction) };
  }

  /** The transaction in flight is durable. */
  completed(): void {
    this.inFlightId = undefined;
  }

  /** Every transaction of the flush is durable: its table takes the place of the closed MemTable. */
  private publish(job: FlushJob): void {
    job.done();
    this.job = undefined;
    if (job.published !== undefined) this.events.push({ type: 'SSTablePublished', ...job.published });
  }

  private startFlush(): void {
    const { engine } = this;
    if (!engine.shouldFlush()) return;
    const bytes = engine.memTableBytes;
    const entries = engine.lastSequence - this.closedSequence;
    this.closedSequence = engine.lastSequence;
    this.job = engine.startFlush();
    if (this.job !== undefined) this.events.push({ type: 'MemTableClosed', reason: 'full', bytes, entries });
  }
}

function transactionBytes(transaction: DiskTransaction): number {
  let bytes = 0;
  for (const op of transaction) if (op.type === 'put') bytes += op.value.length;
  return bytes;
}
