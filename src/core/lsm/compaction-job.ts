import { assert, must } from '../base/assert.ts';
import type { DiskOp, DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { DropRule } from './drop-rule.ts';
import type { InternalEntry } from './internal-key.ts';
import { encodeTableMeta, tableRecord } from './table-meta.ts';
import type { TableOutput } from './table-output.ts';
import { MergeStream, TableStream } from './table-stream.ts';
import type { TableRecord } from './version-edit.ts';
import { type PreparedEdit, refsOf, type VersionSet } from './version-set.ts';

/** Entries taken between two transactions: with few bytes to write there would otherwise be no end to a slice. */
const SLICE_ENTRIES_MAX = 8192;

export interface CompactionInput {
  /** Counts the compactions of this boot. */
  readonly job: number;
  readonly plan: CompactionPlan;
  readonly rule: DropRule;
  readonly output: TableOutput;
  readonly sliceBytesMax: number;
  /** Asked of what the rule keeps: true = a newer version in a table that is no input hides it from everybody. Absent: inputs hold all newer versions that matter. */
  readonly isSuperseded?: (entry: InternalEntry) => DiskRoutine<boolean>;
}

/**
 * Merges tables into others, a slice at a time. `next` gives transactions, each to be asked for when the one before is durable; after the last it
 * gives undefined. Then `publish` gives the one with the manifest edit, which must be written before any other edit, and then comes `done`.
 * Until then nothing is changed: a crash leaves the outputs as orphans. The inputs stay on disk until nobody reads them.
 */
export class CompactionJob {
  readonly job: number;
  readonly plan: CompactionPlan;
  private readonly input: CompactionInput;
  private readonly versions: VersionSet;
  private readonly onDone: () => void;
  private readonly merge: MergeStream;
  private state: 'new' | 'merging' | 'merged' | 'handedOut' | 'done' | 'abandoned';
  private prepared: PreparedEdit | undefined;
  private entriesRead = 0;
  bytesWritten = 0;

  constructor(input: CompactionInput, versions: VersionSet, onDone: () => void) {
    const { plan } = input;
    this.job = input.job;
    this.plan = plan;
    this.input = input;
    this.versions = versions;
    this.onDone = onDone;
    this.merge = new MergeStream(streamsOf(plan, (key) => versions.isDropped(key)));
    this.state = plan.kind === 'merge' ? 'new' : 'merged';
  }

  get bytesRead(): number {
    return this.merge.bytesRead;
  }

  /** Entries of the inputs that are in no output. */
  get dropped(): number {
    const { plan, output } = this.input;
    if (plan.kind === 'move') return 0;
    const before = plan.inputs.reduce((entries, { table }) => entries + table.meta.entries, 0);
    return before - output.entries;
  }

  /** What takes the place of the inputs; complete when `next` has given undefined. */
  get outputs(): readonly TableRecord[] {
    const { plan, output } = this.input;
    if (plan.kind === 'move') return plan.inputs.map(({ table }) => tableRecord(plan.outputLevel, table.meta));
    return output.metas.map((meta) => tableRecord(plan.outputLevel, meta));
  }

  *next(): DiskRoutine<DiskTransaction | undefined> {
    if (this.state === 'new') {
      this.state = 'merging';
      yield* this.merge.start();
    }
    if (this.state !== 'merging') return undefined;
    const slice = yield* this.nextSlice();
    if (slice === undefined) this.state = 'merged';
    return slice;
  }

  publish(): DiskTransaction {
    assert(this.state === 'merged', 'a compaction is published when all of its outputs are durable');
    this.state = 'handedOut';
    const { plan, output } = this.input;
    const compactPointers = plan.pointer === undefined ? [] : [plan.pointer];
    const delta = { newTables: this.outputs, deletedTables: refsOf(plan.inputs), compactPointers };
    this.prepared = this.versions.prepare(delta);
    const metas = output.metas.map(
      (meta): DiskOp => ({ type: 'put', store: 'sstmeta', key: meta.fileNumber, value: encodeTableMeta(meta) }),
    );
    return [...metas, ...this.prepared.ops];
  }

  /** The transaction of `publish` is durable. */
  done(): void {
    assert(this.state === 'handedOut', 'a compaction is done once, after its last transaction');
    this.state = 'done';
    this.versions.publish(must(this.prepared, 'the last transaction carries the edit'), this.newTables());
    this.onDone();
  }

  /** A block of an input cannot be read. Nothing of it is in flight; what it has written is deleted. */
  abandon(): void {
    assert(this.state === 'merging', 'a compaction is abandoned while it reads');
    this.state = 'abandoned';
    this.versions.discard(this.input.output.fileNumbers);
    this.onDone();
  }

  get isAbandoned(): boolean {
    return this.state === 'abandoned';
  }

  private newTables(): readonly PlannedTable[] {
    const { plan, output } = this.input;
    const level = plan.outputLevel;
    if (plan.kind === 'move') return plan.inputs.map(({ table }) => ({ level, table }));
    return output.metas.map((meta) => ({ level, table: this.versions.table(meta) }));
  }

  /** Undefined: everything is merged and handed out. An empty one only keeps the slice short. */
  private *nextSlice(): DiskRoutine<DiskTransaction | undefined> {
    const { merge } = this;
    const { rule, output, sliceBytesMax, isSuperseded } = this.input;
    const until = this.entriesRead + SLICE_ENTRIES_MAX;
    while (merge.entry !== undefined && output.bytes < sliceBytesMax && this.entriesRead < until) {
      const kept = rule.apply(merge.entry);
      const isHidden = kept !== undefined && isSuperseded !== undefined && (yield* isSuperseded(kept));
      if (kept !== undefined && !isHidden) output.add(kept);
      this.entriesRead++;
      yield* merge.advance();
      if (merge.entry === undefined) output.finish();
    }
    const before = output.bytes;
    const slice = output.takeSlice(sliceBytesMax);
    this.bytesWritten += before - output.bytes;
    return slice.length === 0 && merge.entry === undefined ? undefined : slice;
  }
}

/** One per table of L0, one per deeper level. */
function streamsOf({ inputs }: CompactionPlan, isGone: (key: Uint8Array) => boolean): readonly TableStream[] {
  const deeper = new Map<number, PlannedTable[]>();
  const streams: TableStream[] = [];
  for (const input of inputs) {
    if (input.level === 0) streams.push(new TableStream([input.table], isGone));
    else deeper.set(input.level, [...(deeper.get(input.level) ?? []), input]);
  }
  for (const tables of deeper.values())
    streams.push(
      new TableStream(
        tables.map(({ table }) => table),
        isGone,
      ),
    );
  return streams;
}
