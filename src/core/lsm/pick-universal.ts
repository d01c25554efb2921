import type { CompactionOptions } from './compaction-options.ts';
import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { CompactionReason } from './compaction-style.ts';
import type { SequenceNumber } from './internal-key.ts';
import { bytesOf } from './key-range.ts';
import { LEVELS } from './levels.ts';
import type { Version } from './version.ts';

/** A run is merged with the next older one while that is at most this much larger, in per cent (RocksDB's size_ratio). */
const SIZE_RATIO_PERCENT = 1;
const RUNS_MERGED_MIN = 2;
/** The newer runs together may have this much of the oldest one's bytes, in per cent. */
const SPACE_AMPLIFICATION_PERCENT_MAX = 200;

/** Tables that together hold each version once, in key order: a table of L0, or a whole deeper level. */
interface SortedRun {
  readonly level: number;
  readonly tables: readonly PlannedTable[];
  readonly bytes: number;
}

/** Newest first. */
export function sortedRuns(version: Version): readonly SortedRun[] {
  const [l0 = [], ...deeper] = version.levels;
  const runs = l0.map((table) => ({ level: 0, tables: [{ level: 0, table }], bytes: table.meta.dataBytes }));
  for (const [i, tables] of deeper.entries()) {
    const level = i + 1;
    if (tables.length === 0) continue;
    runs.push({ level, tables: tables.map((table) => ({ level, table })), bytes: bytesOf(tables) });
  }
  return runs;
}

/**
 * Size-tiered compaction (RocksDB's universal style): merges runs that follow each other in age. Undefined: none is due.
 * @param reserved a table with this sequence is still to enter L0: none of L0 may then hold older and newer ones, so that they go to the last level
 */
export function pickUniversal(
  version: Version,
  options: CompactionOptions,
  reserved?: SequenceNumber,
): CompactionPlan | undefined {
  const runs = sortedRuns(version);
  const plan = pickRuns(runs, options);
  if (plan === undefined || plan.outputLevel > 0 || reserved === undefined || !spans(plan, reserved)) return plan;
  return planRuns(runs, 0, runs.length, options, plan.reason);
}

const spans = ({ inputs }: CompactionPlan, sequence: SequenceNumber): boolean =>
  inputs.some(({ table }) => table.meta.smallestSequence < sequence) &&
  inputs.some(({ table }) => table.meta.largestSequence > sequence);

function pickRuns(runs: readonly SortedRun[], options: CompactionOptions): CompactionPlan | undefined {
  if (runs.length < Math.max(options.l0CompactionTrigger, RUNS_MERGED_MIN)) return undefined;
  const newer = runs.slice(0, -1).reduce((bytes, run) => bytes + run.bytes, 0);
  const oldest = runs.at(-1)?.bytes ?? 0;
  if (newer * 100 >= oldest * SPACE_AMPLIFICATION_PERCENT_MAX)
    return planRuns(runs, 0, runs.length, options, 'space amplification');
  for (let first = 0; first < runs.length; first++) {
    const count = similarRuns(runs.slice(first));
    if (count >= RUNS_MERGED_MIN) return planRuns(runs, first, count, options, 'size ratio');
  }
  const excess = runs.length - options.l0CompactionTrigger;
  return excess === 0 ? undefined : planRuns(runs, 0, excess + 1, options, 'L0 count');
}

/** Everything into the last level. Undefined: it is there already. */
export function planAllRuns(version: Version, options: CompactionOptions): CompactionPlan | undefined {
  const runs = sortedRuns(version);
  if (runs.length === 0 || (runs.length === 1 && runs[0]?.level === LEVELS - 1)) return undefined;
  return planRuns(runs, 0, runs.length, options, 'manual');
}

/** How many runs, from the first on, are each no larger than those before it together. */
function similarRuns(runs: readonly SortedRun[]): number {
  let bytes = 0;
  for (const [i, run] of runs.entries()) {
    if (i > 0 && bytes * (100 + SIZE_RATIO_PERCENT) < run.bytes * 100) return i;
    bytes += run.bytes;
  }
  return runs.length;
}

/** Their result takes their place in the order of age: the level just above the next older run. */
function planRuns(
  runs: readonly SortedRun[],
  first: number,
  count: number,
  options: CompactionOptions,
  reason: CompactionReason,
): CompactionPlan {
  const picked = runs.slice(first, first + count);
  const next = runs[first + count];
  const outputLevel = next === undefined ? LEVELS - 1 : Math.max(0, next.level - 1);
  return {
    kind: 'merge',
    style: 'universal',
    reason,
    level: picked[0]?.level ?? 0,
    outputLevel,
    inputs: picked.flatMap((run) => run.tables),
    grandparents: [],
    tableBytesMax: outputLevel === 0 ? Number.MAX_SAFE_INTEGER : options.tableBytesMax,
    pointer: undefined,
  };
}
