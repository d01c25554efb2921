import { expect, test } from 'vitest';
import { createRandomStream } from '../base/random.ts';
import type { CompactionStyle } from './compaction-style.ts';
import type { EngineReport } from './engine-report.ts';
import { compactDue } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { flush, open, TINY, write } from './testing/store.ts';

const OPTIONS = {
  ...TINY,
  memTableBytesMax: 2048,
  blockBytes: 512,
  sliceBytesMax: 16_384,
  levelBytesBase: 8192,
  levelBytesRatio: 4,
  tableBytesMax: 2048,
};
const KEYS = 2500;
const RATIOS = process.env.RINGSIDE_LONG === '1' ? [2, 4, 8] : [4];

/** Random overwrites, ten for each key, compacted as they come. */
function overwritten(style: CompactionStyle, options = OPTIONS): EngineReport {
  const random = createRandomStream(1, 'keys', style, 0);
  const disk = new MemoryDisk();
  const engine = open(disk, options);
  engine.compactionStyle = style;
  for (let i = 0; i < KEYS * 10; i++) {
    write(engine, `${10_000 + random.between(0, KEYS - 1)}=${'v'.repeat(20)}`);
    if (!engine.shouldFlush()) continue;
    flush(engine, disk);
    compactDue(engine, disk);
  }
  return engine.report();
}

const levelsUsed = ({ levels }: EngineReport): number =>
  levels.filter(({ level, tables }) => level > 0 && tables.length > 0).length;

/**
 * Bytes written to tables for each that was written: once by the flush; into L1 together with all of L1, for as many tables as make L0 due; into each
 * deeper level together with what overlaps there, which is `ratio` times as much where that level is full and half of it on the way there.
 */
function predicted(levels: number, { levelBytesBase, levelBytesRatio: ratio, ...options }: typeof OPTIONS) {
  const intoL1 = 1 + levelBytesBase / (options.l0CompactionTrigger * options.memTableBytesMax);
  return { full: 1 + intoL1 + (levels - 1) * (1 + ratio), onTheWay: 1 + intoL1 + (levels - 1) * (1 + ratio / 2) };
}

test.each(RATIOS)(
  'leveled with ratio %i writes what its parameters predict',
  { timeout: 60_000 },
  (levelBytesRatio) => {
    const options = { ...OPTIONS, levelBytesRatio };
    const report = overwritten('leveled', options);
    const levels = levelsUsed(report);
    expect(levels).toBeGreaterThanOrEqual(3);
    const { full, onTheWay } = predicted(levels, options);
    const { writeAmplification } = report.statistics;
    expect(writeAmplification).toBeLessThan(full);
    // Less, because nine of ten values are replaced on their way down, and the last level is not full.
    expect(writeAmplification).toBeGreaterThan(onTheWay * 0.4);
  },
);

test('leveled keeps what its parameters predict; universal writes less and keeps more', { timeout: 60_000 }, () => {
  const leveled = overwritten('leveled');
  const universal = overwritten('universal');
  for (const { bytes, bytesTarget } of leveled.levels)
    if (bytesTarget !== undefined) expect(bytes).toBeLessThan(bytesTarget + OPTIONS.tableBytesMax * 2);
  // The levels above the last hold at most 1/4 + 1/16 … of it, if it is full.
  expect(leveled.statistics.spaceAmplification).toBeLessThan(2);
  expect(universal.statistics.writeAmplification).toBeLessThan(leveled.statistics.writeAmplification);
  expect(universal.statistics.spaceAmplification).toBeLessThan(3.2);
  expect(leveled.statistics.entriesDropped).toBeGreaterThan(KEYS * 5);
});
