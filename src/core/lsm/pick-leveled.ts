import { compareBytes } from '../base/bytes.ts';
import {
  type CompactionOptions,
  expandedBytesMax,
  grandparentBytesMax,
  levelBytesTarget,
} from './compaction-options.ts';
import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { CompactionReason } from './compaction-style.ts';
import { bytesOf, overlapping, rangeOf } from './key-range.ts';
import { LEVELS } from './levels.ts';
import type { SSTable } from './sstable.ts';
import type { Version } from './version.ts';

/** How much a level is in need of compaction; due at 1. L0 by its tables, for each costs every read; others by bytes. */
export function levelScore(version: Version, options: CompactionOptions, level: number): number {
  const tables = version.levels[level] ?? [];
  if (level === 0) return tables.length / options.l0CompactionTrigger;
  const target = levelBytesTarget('leveled', options, level);
  return target === undefined ? 0 : bytesOf(tables) / target;
}

/** The level in greatest need gives some of its tables to the next one (LevelDB). Undefined: none is due. */
export function pickLeveled(
  version: Version,
  options: CompactionOptions,
  pointerOf: (level: number) => Uint8Array | undefined,
): CompactionPlan | undefined {
  let level = 0;
  let highest = 0;
  for (let candidate = 0; candidate < LEVELS - 1; candidate++) {
    const score = levelScore(version, options, candidate);
    if (score <= highest) continue;
    level = candidate;
    highest = score;
  }
  if (highest < 1) return undefined;
  const seed = level === 0 ? version.levels[0]?.at(-1) : behind(version.levels[level] ?? [], pointerOf(level));
  if (seed === undefined) return undefined;
  return planLevel(version, options, level, [seed], level === 0 ? 'L0 count' : 'level size');
}

/** Round-robin: the first table behind the pointer, else the first of all. */
const behind = (tables: readonly SSTable[], pointer: Uint8Array | undefined): SSTable | undefined =>
  tables.find(({ meta }) => pointer !== undefined && compareBytes(meta.largestKey, pointer) > 0) ?? tables[0];

/** These tables of a level, and whatever must come with them, into the next level. */
export function planLevel(
  version: Version,
  options: CompactionOptions,
  level: number,
  seeds: readonly SSTable[],
  reason: CompactionReason,
): CompactionPlan {
  const outputLevel = level + 1;
  const own = version.levels[level] ?? [];
  const next = version.levels[outputLevel] ?? [];
  let inputs = level === 0 ? closure(own, seeds) : seeds;
  let below = overlapping(next, rangeOf(inputs));
  const wider = widen(own, inputs, below, level);
  // More of this level for nothing: as long as it needs no more of the next one, and stays small.
  if (
    wider.length > inputs.length &&
    overlapping(next, rangeOf(wider)).length === below.length &&
    bytesOf(wider) + bytesOf(below) < expandedBytesMax(options)
  ) {
    inputs = wider;
    below = overlapping(next, rangeOf(inputs));
  }
  const grandparents = overlapping(version.levels[outputLevel + 1] ?? [], rangeOf([...inputs, ...below]));
  const [only] = inputs;
  const fits = only !== undefined && inputs.length === 1 && below.length === 0;
  const largest = rangeOf(inputs)?.largest;
  return {
    kind: fits && bytesOf(grandparents) <= grandparentBytesMax(options) ? 'move' : 'merge',
    style: 'leveled',
    reason,
    level,
    outputLevel,
    inputs: [...inputs.map(at(level)), ...below.map(at(outputLevel))],
    grandparents,
    tableBytesMax: options.tableBytesMax,
    pointer: level === 0 || largest === undefined ? undefined : { level, key: largest },
  };
}

/** Of this level, all within the range of the whole compaction. */
function widen(
  own: readonly SSTable[],
  inputs: readonly SSTable[],
  below: readonly SSTable[],
  level: number,
): readonly SSTable[] {
  const within = overlapping(own, rangeOf([...inputs, ...below]));
  return level === 0 ? closure(own, within) : within;
}

/** Tables of L0 that overlap, directly or over others: an older one left behind would be found before the newer ones that moved on. */
function closure(own: readonly SSTable[], seeds: readonly SSTable[]): readonly SSTable[] {
  let found = seeds;
  for (;;) {
    const more = overlapping(own, rangeOf(found));
    if (more.length === found.length) return more;
    found = more;
  }
}

const at =
  (level: number) =>
  (table: SSTable): PlannedTable => ({ level, table });
