import type { CompactionJob } from '../compaction-job.ts';
import { VALUE_TYPE } from '../internal-key.ts';
import type { LsmEngine } from '../lsm-engine.ts';
import { TableStream } from '../table-stream.ts';
import { key } from './bytes.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { flush, write } from './store.ts';

/** Runs a compaction to its end; the number of its transactions. */
export function finish(job: CompactionJob | undefined, disk: MemoryDisk): number {
  if (job === undefined) return 0;
  let count = 1;
  for (let slice = disk.run(job.next()); slice !== undefined; slice = disk.run(job.next())) {
    disk.transact(slice);
    count++;
  }
  disk.transact(job.publish());
  job.done();
  return count;
}

/** Has the engine read what it must know before it can pick; how many tables it looked into. */
export function inspectAll(engine: LsmEngine, disk: MemoryDisk, oldestSnapshot?: number): number {
  for (let count = 0; ; count++) {
    const routine = engine.startInspection(oldestSnapshot);
    if (routine === undefined) return count;
    disk.run(routine);
  }
}

/** Runs what is due until nothing is, and deletes what it replaced; how many compactions there were. */
export function compactDue(engine: LsmEngine, disk: MemoryDisk, oldestSnapshot?: number): number {
  for (let count = 0; ; count++) {
    inspectAll(engine, disk, oldestSnapshot);
    if (finish(engine.startCompaction(oldestSnapshot), disk) === 0) {
      deleteObsolete(engine, disk);
      return count;
    }
  }
}

export function compactLevel(engine: LsmEngine, disk: MemoryDisk, level: number, oldestSnapshot?: number): void {
  finish(engine.startManualCompaction(level, oldestSnapshot), disk);
  deleteObsolete(engine, disk);
}

export function deleteObsolete(engine: LsmEngine, disk: MemoryDisk): void {
  const obsolete = engine.takeObsolete();
  if (obsolete !== undefined) disk.transact(obsolete.transaction);
}

/** Writes these and has them at this level, as one table of it. */
export function placeAt(engine: LsmEngine, disk: MemoryDisk, level: number, ...ops: string[]): void {
  write(engine, ...ops);
  flush(engine, disk, 0);
  for (let i = 0; i < level; i++) compactLevel(engine, disk, i, 0);
}

/** Tables in each level, without the empty levels at the end: `0,1,2`. */
export const tablesPerLevel = ({ version }: LsmEngine): string =>
  version.levels
    .map((tables) => tables.length)
    .join(',')
    .replace(/(,0)+$/, '');

/** All versions of a key that stand in tables, newest first: `v2 DEL v1`. */
export function versionsOf(engine: LsmEngine, disk: MemoryDisk, name: string): string {
  const found: string[] = [];
  for (const tables of engine.version.levels) {
    for (const table of tables) {
      const stream = new TableStream([table]);
      for (disk.run(stream.advance()); stream.entry !== undefined; disk.run(stream.advance())) {
        const { key: at, type, value } = stream.entry;
        if (Buffer.compare(at, key(name)) !== 0) continue;
        found.push(type === VALUE_TYPE.tombstone ? 'DEL' : Buffer.from(value).toString());
      }
    }
  }
  return found.join(' ');
}

/** What is stored of tables, by file number. */
export const filesOnDisk = (disk: MemoryDisk): number[] => [
  ...new Set([...[...disk.store('sst').keys()].map((at) => Math.floor(at / 65536)), ...disk.store('sstmeta').keys()]),
];
