import type { DiskRoutine } from '../base/disk.ts';
import { CompactionJob } from './compaction-job.ts';
import { type CompactionOptions, grandparentBytesMax } from './compaction-options.ts';
import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { CompactionState } from './compaction-state.ts';
import { DropRule } from './drop-rule.ts';
import type { WriteStatistics } from './engine-statistics.ts';
import type { InternalEntry, SequenceNumber } from './internal-key.ts';
import { LEVELS } from './levels.ts';
import type { MemTable } from './mem-table.ts';
import { isSuperseded, newerTables } from './newer-tables.ts';
import { pickDroppedReplicas } from './pick-dropped-replicas.ts';
import { pickFifo } from './pick-fifo.ts';
import { pickLeveled, planLevel } from './pick-leveled.ts';
import { pickUniversal, planAllRuns } from './pick-universal.ts';
import type { SSTableOptions } from './sstable-builder.ts';
import { TableLiveness } from './table-liveness.ts';
import { TableOutput } from './table-output.ts';
import { tableOf, type Version } from './version.ts';
import type { VersionSet } from './version-set.ts';

/** What is fixed when a compaction begins. */
export interface CompactionMoment {
  readonly oldestSnapshot: SequenceNumber;
  readonly memTables: readonly MemTable[];
  readonly tableOptions: SSTableOptions;
}

type Options = CompactionOptions & { readonly sliceBytesMax: number };

/** Picks what is to be compacted, one at a time, and makes the job of it. */
export class Compactor {
  private readonly state: CompactionState;
  private readonly versions: VersionSet;
  private readonly options: Options;
  private readonly statistics: WriteStatistics;
  private running: CompactionJob | undefined;
  private readonly liveness = new TableLiveness();
  private jobs = 0;

  constructor(state: CompactionState, versions: VersionSet, options: Options, statistics: WriteStatistics) {
    this.state = state;
    this.versions = versions;
    this.options = options;
    this.statistics = statistics;
  }

  /** File numbers of the tables that are being compacted. */
  get inputs(): ReadonlySet<number> {
    return new Set(this.running?.plan.inputs.map(({ table }) => table.meta.fileNumber));
  }

  start(moment: CompactionMoment): CompactionJob | undefined {
    return this.running === undefined ? this.begin(this.pick(), moment) : undefined;
  }

  startManual(level: number, moment: CompactionMoment): CompactionJob | undefined {
    return this.running === undefined ? this.begin(this.planManual(level), moment) : undefined;
  }

  /**
   * What fifo must read before it can pick, a table at a time, each to be run to its end while no compaction is under way. Undefined: it knows
   * enough; other styles need nothing.
   */
  inspect(moment: CompactionMoment): DiskRoutine<void> | undefined {
    const { versions, options, liveness, running } = this;
    const { style, policy, damaged } = this.state;
    const { current: version } = versions;
    if (style !== 'fifo' || running !== undefined || version.tables.length < options.l0CompactionTrigger)
      return undefined;
    if (version.tables.some((table) => damaged.isIn(table))) return undefined;
    const { oldestSnapshot } = moment;
    const look = liveness.inspect({
      version,
      oldestSnapshot,
      policy,
      isDropped: (key) => versions.isDropped(key),
      ruleFor: (input) => this.ruleFor([input], moment),
    });
    return look && pinned(look, versions.pins.pin(version));
  }

  private pick(): CompactionPlan | undefined {
    const { versions, options } = this;
    const { style, installing } = this.state;
    const { current, manifest } = versions;
    const dropped = pickDroppedReplicas(current, style, (replica) => manifest.droppedReplicas.has(replica));
    if (dropped !== undefined) return dropped;
    // No table of L0 may span the sequence of one that is still to come.
    if (style === 'fifo')
      return installing === undefined ? pickFifo(current, this.liveness, options.l0CompactionTrigger) : undefined;
    if (style === 'universal') return pickUniversal(current, options, installing);
    return pickLeveled(current, options, (level) => manifest.compactPointer(level));
  }

  private planManual(level: number): CompactionPlan | undefined {
    const { current } = this.versions;
    const { style } = this.state;
    if (style === 'fifo') return undefined;
    if (style === 'universal') return planAllRuns(current, this.options);
    const tables = current.levels[level] ?? [];
    if (tables.length === 0 || level >= LEVELS - 1) return undefined;
    // Never a mere move: who asks wants what is dead to go.
    return { ...planLevel(current, this.options, level, tables, 'manual'), kind: 'merge' };
  }

  private begin(plan: CompactionPlan | undefined, moment: CompactionMoment): CompactionJob | undefined {
    if (plan === undefined || this.isHeldUp(plan)) return undefined;
    const { versions, options } = this;
    const rule = this.ruleFor(plan.inputs, moment);
    const output = new TableOutput({
      allocateFileNumber: () => versions.allocateFileNumber(),
      tableOptions: moment.tableOptions,
      tableBytesMax: plan.tableBytesMax,
      grandparents: plan.grandparents,
      grandparentBytesMax: grandparentBytesMax(options),
    });
    const input = { job: ++this.jobs, plan, rule, output, sliceBytesMax: options.sliceBytesMax };
    const job = new CompactionJob({ ...input, ...this.supersession(plan, moment) }, versions, () => this.ended(job));
    this.running = job;
    return job;
  }

  /** It would come to a block that cannot be read, of a replica that is still here. In fifo it looks into other tables than its inputs. */
  private isHeldUp({ kind, style, inputs }: CompactionPlan): boolean {
    if (kind !== 'merge') return false;
    const read = style === 'fifo' ? this.versions.current.tables : inputs.map(({ table }) => table);
    return read.some((table) => this.state.damaged.isIn(table));
  }

  /** Where newer tables stay behind, as in fifo alone: what they replace need not be kept. */
  private supersession({ style, inputs: [newest] }: CompactionPlan, { oldestSnapshot }: CompactionMoment) {
    if (style !== 'fifo' || newest === undefined) return {};
    const newer = newerTables(this.versions.current, newest);
    return { isSuperseded: ({ key }: InternalEntry) => isSuperseded(newer, key, oldestSnapshot) };
  }

  private ruleFor(inputs: readonly PlannedTable[], { oldestSnapshot, memTables }: CompactionMoment): DropRule {
    const { versions, state } = this;
    return new DropRule({
      oldestSnapshot,
      policy: state.policy,
      isDropped: (key) => versions.isDropped(key),
      olderMayRemain: olderOutside(versions.current, inputs, memTables),
    });
  }

  private ended(job: CompactionJob): void {
    const { statistics } = this;
    this.running = undefined;
    if (job.isAbandoned) return;
    if (job.plan.kind === 'move') {
      statistics.tablesMoved += job.outputs.length;
      return;
    }
    statistics.compactions++;
    statistics.bytesCompactedRead += job.bytesRead;
    statistics.bytesCompactedWritten += job.bytesWritten;
    statistics.entriesDropped += job.dropped;
  }
}

function* pinned(routine: DiskRoutine<void>, release: () => void): DiskRoutine<void> {
  try {
    yield* routine;
  } finally {
    release();
  }
}

/** Whether an older version of a key may be in any table but the inputs, or in a MemTable. What comes later is newer than all of the inputs. */
function olderOutside(
  version: Version,
  planned: readonly PlannedTable[],
  memTables: readonly MemTable[],
): (key: Uint8Array, sequence: SequenceNumber) => boolean {
  const inputs = new Set(planned.map(({ table }) => table));
  const others = version.levels.map((tables) => tables.filter((table) => !inputs.has(table)));
  return (key, sequence) =>
    memTables.some((memTable) => memTable.get(key, sequence) !== undefined) ||
    others.some((tables, level) =>
      (level === 0 ? tables : tableOf(tables, key)).some(
        (table) => table.meta.smallestSequence < sequence && table.mayContain(key),
      ),
    );
}
