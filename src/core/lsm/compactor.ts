import { CompactionJob } from './compaction-job.ts';
import { type CompactionOptions, grandparentBytesMax } from './compaction-options.ts';
import type { CompactionPlan } from './compaction-plan.ts';
import type { CompactionStyle } from './compaction-style.ts';
import { DEFAULT_POLICY, type DropPolicy, DropRule } from './drop-rule.ts';
import type { WriteStatistics } from './engine-statistics.ts';
import type { SequenceNumber } from './internal-key.ts';
import { LEVELS } from './levels.ts';
import type { MemTable } from './mem-table.ts';
import { pickDeadTables } from './pick-dead-tables.ts';
import { pickLeveled, planLevel } from './pick-leveled.ts';
import { pickUniversal, planAllRuns } from './pick-universal.ts';
import type { SSTableOptions } from './sstable-builder.ts';
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
  style: CompactionStyle = 'leveled';
  policy: DropPolicy = DEFAULT_POLICY;
  /** Of a table that is still being installed into L0; undefined: there is none. */
  installing: SequenceNumber | undefined;
  private readonly versions: VersionSet;
  private readonly options: Options;
  private readonly statistics: WriteStatistics;
  private running: CompactionJob | undefined;
  private jobs = 0;

  constructor(versions: VersionSet, options: Options, statistics: WriteStatistics) {
    this.versions = versions;
    this.options = options;
    this.statistics = statistics;
  }

  /** File numbers of the tables that are being compacted. */
  get inputs(): ReadonlySet<number> {
    return new Set(this.running?.plan.inputs.map(({ table }) => table.meta.fileNumber));
  }

  start(moment: CompactionMoment): CompactionJob | undefined {
    return this.running === undefined ? this.begin(this.pick(moment), moment) : undefined;
  }

  startManual(level: number, moment: CompactionMoment): CompactionJob | undefined {
    return this.running === undefined ? this.begin(this.planManual(level), moment) : undefined;
  }

  private pick({ oldestSnapshot }: CompactionMoment): CompactionPlan | undefined {
    const { style, versions, options } = this;
    const { current, manifest } = versions;
    const isDropped = (replica: number): boolean => manifest.droppedReplicas.has(replica);
    const dead = pickDeadTables(current, { style, oldestSnapshot, isDropped });
    if (dead !== undefined || style === 'fifo') return dead;
    if (style === 'universal') return pickUniversal(current, options, this.installing);
    return pickLeveled(current, options, (level) => manifest.compactPointer(level));
  }

  private planManual(level: number): CompactionPlan | undefined {
    const { current } = this.versions;
    if (this.style === 'fifo') return undefined;
    if (this.style === 'universal') return planAllRuns(current, this.options);
    const tables = current.levels[level] ?? [];
    if (tables.length === 0 || level >= LEVELS - 1) return undefined;
    // Never a mere move: who asks wants what is dead to go.
    return { ...planLevel(current, this.options, level, tables, 'manual'), kind: 'merge' };
  }

  private begin(plan: CompactionPlan | undefined, moment: CompactionMoment): CompactionJob | undefined {
    if (plan === undefined) return undefined;
    const { versions, options, policy } = this;
    const rule = new DropRule({
      oldestSnapshot: moment.oldestSnapshot,
      policy,
      isDropped: (key) => versions.isDropped(key),
      olderMayRemain: olderOutside(versions.current, plan, moment.memTables),
    });
    const output = new TableOutput({
      allocateFileNumber: () => versions.allocateFileNumber(),
      tableOptions: moment.tableOptions,
      tableBytesMax: plan.tableBytesMax,
      grandparents: plan.grandparents,
      grandparentBytesMax: grandparentBytesMax(options),
    });
    const input = { job: ++this.jobs, plan, rule, output, sliceBytesMax: options.sliceBytesMax };
    const job = new CompactionJob(input, versions, () => this.ended(job));
    this.running = job;
    return job;
  }

  private ended(job: CompactionJob): void {
    const { statistics } = this;
    this.running = undefined;
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

/** Whether an older version of a key may be in any table but the inputs, or in a MemTable. What comes later is newer than all of the inputs. */
function olderOutside(
  version: Version,
  plan: CompactionPlan,
  memTables: readonly MemTable[],
): (key: Uint8Array, sequence: SequenceNumber) => boolean {
  const inputs = new Set(plan.inputs.map(({ table }) => table));
  const others = version.levels.map((tables) => tables.filter((table) => !inputs.has(table)));
  return (key, sequence) =>
    memTables.some((memTable) => memTable.get(key, sequence) !== undefined) ||
    others.some((tables, level) =>
      (level === 0 ? tables : tableOf(tables, key)).some(
        (table) => table.meta.smallestSequence < sequence && table.mayContain(key),
      ),
    );
}
