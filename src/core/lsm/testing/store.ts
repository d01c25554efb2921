import { replicaRange } from '../internal-key.ts';
import { LsmEngine, type LsmOptions } from '../lsm-engine.ts';
import { WriteBatch } from '../write-batch.ts';
import { bytes, key } from './bytes.ts';
import type { MemoryDisk } from './memory-disk.ts';

/** So small that a handful of writes makes several blocks, extents and slices. */
export const TINY: LsmOptions = {
  memTableBytesMax: 256,
  blockBytes: 64,
  blockCacheBytes: 256,
  bloomBitsPerKey: 10,
  sliceBytesMax: 150,
  l0CompactionTrigger: 4,
  l0SlowdownTrigger: 8,
  l0StopTrigger: 12,
  levelBytesBase: 1024,
  levelBytesRatio: 4,
  tableBytesMax: 256,
};

export const open = (disk: MemoryDisk, options = TINY): LsmEngine => disk.run(LsmEngine.open(options));

/** Runs a flush to its end; the number of its transactions. */
export function flush(engine: LsmEngine, disk: MemoryDisk, oldestSnapshot?: number): number {
  const job = engine.startFlush(oldestSnapshot);
  if (job === undefined) return 0;
  let count = 0;
  for (let transaction = job.next(); transaction !== undefined; transaction = job.next()) {
    disk.transact(transaction);
    count++;
  }
  job.done();
  return count;
}

/** `k=v` puts and `k` deletes, as one batch. */
export function write(engine: LsmEngine, ...ops: string[]): void {
  const batch = new WriteBatch();
  for (const op of ops) {
    const at = op.indexOf('=');
    if (at < 0) batch.delete(key(op));
    else batch.put(key(op.slice(0, at)), bytes(op.slice(at + 1)));
  }
  engine.write(batch);
}

/** The value as text; undefined if there is none. */
export function get(engine: LsmEngine, disk: MemoryDisk, name: string, atSequence?: number): string | undefined {
  const value = disk.run(engine.get(key(name), atSequence));
  return value === undefined ? undefined : text(value);
}

/** All live pairs of the test replica as `k=v`. */
export function dump(engine: LsmEngine, disk: MemoryDisk, atSequence?: number): string[] {
  const { from, to } = replicaRange(0, 0, 1);
  const { pairs } = disk.run(engine.scan(from, to, 1_000_000, atSequence === undefined ? {} : { atSequence }));
  return pairs.map((pair) => `${text(pair.key.subarray(7))}=${text(pair.value)}`);
}

const text = (value: Uint8Array): string => new TextDecoder().decode(value);
