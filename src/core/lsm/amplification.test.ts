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

/** Random overwrites, ten for each key, compacted as they come. */
function overwritten(style: CompactionStyle): EngineReport {
  const random = createRandomStream(1, 'keys', style, 0);
  const disk = new MemoryDisk();
  const engine = open(disk, OPTIONS);
  engine.compactionStyle = style;
  for (let i = 0; i < KEYS * 10; i++) {
    write(engine, `${10_000 + random.between(0, KEYS - 1)}=${'v'.repeat(20)}`);
    if (!engine.shouldFlush()) continue;
    flush(engine, disk);
    compactDue(engine, disk);
  }
  return engine.report();
}

test('leveled writes and keeps what its parameters predict; universal writes less and keeps more', {
  timeout: 60_000,
}, () => {
  const leveled = overwritten('leveled');
  const universal = overwritten('universal');
  const used = leveled.levels.filter(({ level, tables }) => level > 0 && tables.length > 0).length;
  expect(used).toBeGreaterThanOrEqual(3);
  // Each level but the first rewrites up to `ratio` bytes of the next for each of its own, and that one; a table more at the edges.
  const { writeAmplification, spaceAmplification } = leveled.statistics;
  expect(writeAmplification).toBeLessThan(1 + used * (OPTIONS.levelBytesRatio + 2));
  expect(writeAmplification).toBeGreaterThan(1 + used * 0.5);
  for (const { bytes, bytesTarget } of leveled.levels)
    if (bytesTarget !== undefined) expect(bytes).toBeLessThan(bytesTarget + OPTIONS.tableBytesMax * 2);
  // The levels above the last hold at most 1/4 + 1/16 … of it, if it is full.
  expect(spaceAmplification).toBeLessThan(2);
  expect(universal.statistics.writeAmplification).toBeLessThan(writeAmplification);
  expect(universal.statistics.spaceAmplification).toBeLessThan(3.2);
  expect(leveled.statistics.entriesDropped).toBeGreaterThan(KEYS * 5);
});
