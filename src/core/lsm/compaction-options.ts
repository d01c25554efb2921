import type { CompactionStyle } from './compaction-style.ts';
import { LEVELS } from './levels.ts';

/** What decides when and how tables are merged. Sizes in bytes. */
export interface CompactionOptions {
  /** As many tables in L0 (leveled) or sorted runs (universal) make a compaction due. */
  readonly l0CompactionTrigger: number;
  /** Writes are delayed from here on, */
  readonly l0SlowdownTrigger: number;
  /** and stand from here on. */
  readonly l0StopTrigger: number;
  /** Target of L1; each further level may have `levelBytesRatio` times as much. */
  readonly levelBytesBase: number;
  readonly levelBytesRatio: number;
  /** A compaction begins another output table here, but never between two versions of a key. */
  readonly tableBytesMax: number;
}

/** An output ends where it overlaps more than this of the level below its own: moving it on would cost too much. In tables (LevelDB). */
const GRANDPARENT_TABLES_MAX = 10;
/** Inputs are only added to a compaction that stays below this. In tables (LevelDB). */
const EXPANDED_TABLES_MAX = 25;

export const grandparentBytesMax = (options: CompactionOptions): number =>
  GRANDPARENT_TABLES_MAX * options.tableBytesMax;
export const expandedBytesMax = (options: CompactionOptions): number => EXPANDED_TABLES_MAX * options.tableBytesMax;

/** What a level may hold; undefined: nothing limits it (L0 counts tables, the last level takes all). */
export function levelBytesTarget(
  style: CompactionStyle,
  options: CompactionOptions,
  level: number,
): number | undefined {
  if (style !== 'leveled' || level === 0 || level === LEVELS - 1) return undefined;
  let target = options.levelBytesBase;
  for (let i = 1; i < level; i++) target *= options.levelBytesRatio;
  return target;
}
