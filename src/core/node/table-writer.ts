import type { DiskTransaction } from '../base/disk.ts';
import type { CompactionJob } from '../lsm/compaction-job.ts';
import type { CompactionPlan } from '../lsm/compaction-plan.ts';
import type { FlushJob } from '../lsm/flush-job.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { BlockReads } from './block-reads.ts';
import type { Effect, TablePurpose } from './effect.ts';
import type { EventLog } from './event-log.ts';
import type { LogTrimmer } from './log-trimmer.ts';
import { ManualCompaction } from './manual-compaction.ts';
import type { ReplicaInstalls } from './replica-installs.ts';
import type { TableInfo } from './storage-event.ts';

/** What a compaction wants next: a transaction to be written, or that everything is written and it is to be published. */
type Wanted = { readonly type: 'slice'; readonly transaction: DiskTransaction } | { readonly type: 'publish' };

/**
 * Writes closed MemTables as tables and merges tables, one transaction in flight: a flush first, because writers wait for it; then a replica
 * that comes with a snapshot; then the deletion of what nobody reads any more, tables and the log's front; then the one compaction that is under way, a slice at a time.
 */
export class TableWriter {
  private readonly engine: LsmEngine;
  private readonly events: EventLog;
  private readonly blocks: BlockReads;
  private readonly trimmer: LogTrimmer;
  private readonly installs: ReplicaInstalls;
  private readonly manual = new ManualCompaction();
  private flush: FlushJob | undefined;
  private flushAsked = false;
  private compaction: CompactionJob | undefined;
  /** Of the compaction; undefined while it reads, and while its transaction is in flight. */
  private wanted: Wanted | undefined;
  private isMerging = false;
  private isInspecting = false;
  /** The engine's last sequence when the last MemTable was closed: what came since is in the present one. */
  private closedSequence: number;
  private inFlight: { readonly id: number; readonly durable: () => void } | undefined;
  /** The node's wall clock at the present input. */
  private wallUs = 0;

  constructor(engine: LsmEngine, events: EventLog, blocks: BlockReads, trimmer: LogTrimmer, installs: ReplicaInstalls) {
    this.engine = engine;
    this.events = events;
    this.blocks = blocks;
    this.trimmer = trimmer;
    this.installs = installs;
    this.closedSequence = engine.lastSequence;
  }

  get inFlightId(): number | undefined {
    return this.inFlight?.id;
  }

  /** Whether a flush or a compaction is under way, or a replica is being installed. */
  get isWorking(): boolean {
    return this.flush !== undefined || this.compaction !== undefined || this.installs.isWorking;
  }

  askFlush(): void {
    this.flushAsked = true;
  }

  /** Undefined: level after level, down to the deepest that holds anything. The MemTable goes first where L0 is meant too. */
  askCompaction(level: number | undefined): void {
    if (level === undefined || level === 0) this.askFlush();
    this.manual.ask(level);
  }

  /** The next Write, if there is anything to write and none is in flight. */
  startWrite(nextId: () => number, wallUs: number): Effect | undefined {
    this.wallUs = Math.max(0, Math.floor(wallUs));
    if (this.inFlight !== undefined) return undefined;
    if (this.installs.awaitsFlush) this.askFlush();
    const next =
      this.nextFlushWrite() ??
      withPurpose('install', this.installs.next(this.wallUs)) ??
      this.nextDeletion() ??
      withPurpose('trim', this.trimmer.take()) ??
      this.nextCompactionWrite();
    if (next === undefined) return undefined;
    const id = nextId();
    const { purpose, transaction, durable } = next;
    this.inFlight = { id, durable };
    return { type: 'Write', id, queue: 'table', purpose, transaction, bytes: transactionBytes(transaction) };
  }

  /** The transaction in flight is durable. */
  completed(): void {
    const { inFlight } = this;
    this.inFlight = undefined;
    inFlight?.durable();
  }

  private nextFlushWrite(): Next | undefined {
    for (;;) {
      this.flush ??= this.startFlush();
      const { flush } = this;
      if (flush === undefined) return undefined;
      const transaction = flush.next();
      if (transaction !== undefined) return { purpose: 'flush', transaction, durable: () => undefined };
      // Every transaction of it is durable: its table takes the place of the closed MemTable.
      flush.done();
      this.flush = undefined;
      if (flush.published !== undefined) this.events.push({ type: 'SSTablePublished', ...flush.published });
      this.trimmer.flushed();
    }
  }

  private startFlush(): FlushJob | undefined {
    const { engine } = this;
    const full = engine.shouldFlush();
    if (!full && !this.flushAsked) return undefined;
    this.flushAsked = false;
    const bytes = engine.memTableBytes;
    const entries = engine.lastSequence - this.closedSequence;
    const job = engine.startFlush(undefined, this.wallUs);
    if (job === undefined) return undefined;
    this.closedSequence = engine.lastSequence;
    this.events.push({ type: 'MemTableClosed', reason: full ? 'full' : 'asked', bytes, entries });
    return job;
  }

  private nextDeletion(): Next | undefined {
    const obsolete = this.engine.takeObsolete();
    if (obsolete === undefined) return undefined;
    const { transaction, fileNumbers } = obsolete;
    return {
      purpose: 'deletion',
      transaction,
      durable: () => this.events.push({ type: 'TablesDeleted', fileNumbers }),
    };
  }

  private nextCompactionWrite(): Next | undefined {
    if (this.isInspecting) return undefined;
    while (this.compaction === undefined) {
      this.compaction = this.startCompaction();
      if (this.compaction === undefined && !this.inspect()) return undefined;
    }
    const { compaction } = this;
    if (this.wanted === undefined && !this.isMerging) this.merge(compaction);
    const { wanted } = this;
    if (wanted === undefined) return undefined;
    this.wanted = undefined;
    const purpose = 'compaction';
    return wanted.type === 'publish'
      ? { purpose, transaction: compaction.publish(), durable: () => this.finish(compaction) }
      : { purpose, transaction: wanted.transaction, durable: () => this.advanced(compaction) };
  }

  /** Goes on with it until it has something to write; where it needs a block it waits, and everything else goes on. */
  private merge(compaction: CompactionJob): void {
    this.isMerging = true;
    const merged = (transaction: DiskTransaction | undefined): void => {
      this.isMerging = false;
      this.wanted = transaction === undefined ? { type: 'publish' } : { type: 'slice', transaction };
    };
    // A block cannot be read: it is begun again when what the block was of is gone.
    const failed = (): void => {
      this.isMerging = false;
      this.compaction = undefined;
      compaction.abandon();
      this.events.push({ type: 'CompactionAbandoned', job: compaction.job });
    };
    this.blocks.run(undefined, compaction.next(), merged, failed);
  }

  /** Reads what the engine must know before it can pick. True: it was in memory; false: there is nothing to read, or a block is waited for. */
  private inspect(): boolean {
    const routine = this.engine.startInspection();
    if (routine === undefined) return false;
    this.isInspecting = true;
    const inspected = (): void => {
      this.isInspecting = false;
    };
    this.blocks.run(undefined, routine, inspected, inspected);
    return !this.isInspecting;
  }

  private startCompaction(): CompactionJob | undefined {
    const { engine, manual, wallUs } = this;
    const asked = manual.next(engine, wallUs);
    const compaction = asked ?? engine.startCompaction(undefined, wallUs);
    if (compaction === undefined || compaction.plan.kind === 'move') return compaction;
    const { plan, job } = compaction;
    const inputs = inputsOf(plan);
    const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
    this.events.push({ type: 'CompactionStarted', job, ...shapeOf(plan), inputs, bytes });
    return compaction;
  }

  private advanced({ job, bytesRead, bytesWritten }: CompactionJob): void {
    this.events.push({ type: 'CompactionAdvanced', job, bytesRead, bytesWritten });
  }

  private finish(compaction: CompactionJob): void {
    compaction.done();
    this.compaction = undefined;
    const { job, plan, outputs, bytesRead, bytesWritten, dropped } = compaction;
    const [moved] = outputs;
    if (plan.kind === 'move' && moved !== undefined) {
      this.events.push({ type: 'TableMoved', from: plan.level, ...moved });
      return;
    }
    const sums = { bytesRead, bytesWritten, dropped };
    this.events.push({ type: 'CompactionFinished', job, ...shapeOf(plan), inputs: inputsOf(plan), outputs, ...sums });
  }
}

interface Next {
  readonly purpose: TablePurpose;
  readonly transaction: DiskTransaction;
  readonly durable: () => void;
}

const withPurpose = (purpose: TablePurpose, next: Omit<Next, 'purpose'> | undefined): Next | undefined =>
  next && { purpose, ...next };

const shapeOf = ({ style, reason, level, outputLevel }: CompactionPlan) => ({ style, reason, level, outputLevel });

const inputsOf = ({ inputs }: CompactionPlan): readonly TableInfo[] =>
  inputs.map(({ level, table: { meta } }) => ({
    level,
    fileNumber: meta.fileNumber,
    bytes: meta.dataBytes,
    entries: meta.entries,
  }));

function transactionBytes(transaction: DiskTransaction): number {
  let bytes = 0;
  for (const op of transaction) if (op.type === 'put') bytes += op.value.length;
  return bytes;
}
