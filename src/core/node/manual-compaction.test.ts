import { expect, test } from 'vitest';
import { finish } from '../lsm/testing/compaction.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import { flush, open, write } from '../lsm/testing/store.ts';
import { ManualCompaction } from './manual-compaction.ts';

/** Levels of the compactions that one wish leads to, where every one of them finds a table that was flushed during the one before. */
function compactionsOf(style: 'leveled' | 'universal'): readonly string[] {
  const disk = new MemoryDisk();
  const engine = open(disk);
  engine.compactionStyle = style;
  const manual = new ManualCompaction();
  const levels: string[] = [];
  write(engine, 'k=0');
  flush(engine, disk);
  manual.ask(undefined);
  for (let job = manual.next(engine, 0); job !== undefined; job = manual.next(engine, 0)) {
    write(engine, `k=${levels.length}`);
    flush(engine, disk);
    levels.push(`${job.plan.level} to ${job.plan.outputLevel}`);
    finish(job, disk);
  }
  return levels;
}

test('in universal everything is merged once, whatever is flushed meanwhile', () => {
  expect(compactionsOf('universal')).toEqual(['0 to 6']);
});

test('in leveled each level in turn, and what is flushed behind the wish stays in L0', () => {
  expect(compactionsOf('leveled')).toEqual(['0 to 1']);
});
