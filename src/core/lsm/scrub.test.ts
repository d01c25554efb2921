import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { CorruptBlock } from './corrupt-store.ts';
import { dataKey, KEY_PREFIX_BYTES, replicaOfKey, replicaRange } from './internal-key.ts';
import type { LsmEngine } from './lsm-engine.ts';
import type { Scrub } from './scrub.ts';
import { extentKey } from './table-meta.ts';
import { bytes } from './testing/bytes.ts';
import { compactLevel, deleteObsolete, finish } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { flush, open, TINY } from './testing/store.ts';
import { WriteBatch } from './write-batch.ts';

const SHARDS = [0, 1, 2];
/** Several entries to a block, and a number that does not divide twelve: where a replica ends, a block is not full. */
const OPTIONS = { ...TINY, blockBytes: 200 };
const NAMES = Array.from({ length: 12 }, (_, i) => `k${String(i).padStart(2, '0')}`);

/** Of each of three shards, in both keyspaces, twelve keys, in two tables of L0 that overlap. */
function filled(options = OPTIONS): { engine: LsmEngine; disk: MemoryDisk } {
  const disk = new MemoryDisk();
  const engine = open(disk, options);
  for (const round of [1, 2]) {
    for (const shard of SHARDS) {
      const batch = new WriteBatch();
      for (const keyspace of [0, 1])
        for (const name of NAMES) batch.put(dataKey(keyspace, shard, 1, bytes(name)), bytes(`${round} ${name}`));
      engine.write(batch);
      engine.setApplied(shard, 1, round);
    }
    flush(engine, disk, 0);
  }
  return { engine, disk };
}

function flip(engine: LsmEngine, disk: MemoryDisk, fileNumber: number, block: number): void {
  const table = engine.version.tables.find(({ meta }) => meta.fileNumber === fileNumber);
  const { extent, offset } = must(table?.meta.index[block], 'a block of it').handle;
  const record = must(disk.store('sst').get(extentKey(fileNumber, extent)), 'its extent');
  record[offset + 1] = (record[offset + 1] as number) ^ 1;
}

const blocksOf = (engine: LsmEngine): { fileNumber: number; block: number; shard: number; keyspace: number }[] =>
  engine.version.tables.flatMap(({ meta: { fileNumber, index } }) =>
    index.map(({ separator }, block) => ({
      ...{ fileNumber, block, shard: separator[2] as number, keyspace: separator[0] as number },
    })),
  );

function readAll(engine: LsmEngine, disk: MemoryDisk, keyspace: number, shard: number): number {
  const { from, to } = replicaRange(keyspace, shard, 1);
  return disk.run(engine.scan(from, to, 1000)).pairs.length;
}

/** Both ways, and each key alone. */
function isReadable(engine: LsmEngine, disk: MemoryDisk, keyspace: number, shard: number): boolean {
  const { from, to } = replicaRange(keyspace, shard, 1);
  try {
    const there = disk.run(engine.scan(from, to, 1000)).pairs.length;
    const back = disk.run(engine.scan(from, to, 1000, { reverse: true })).pairs.length;
    const absent = ['', 'k', 'k05x', 'zz'].map((name) =>
      disk.run(engine.get(dataKey(keyspace, shard, 1, bytes(name)))),
    );
    expect([there, back, absent.filter(Boolean).length]).toEqual([NAMES.length, NAMES.length, 0]);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptBlock);
    return false;
  }
}

function walk(engine: LsmEngine, disk: MemoryDisk, blocksMin = 4): Scrub {
  const scrub = engine.startScrub();
  while (!disk.run(scrub.slice(blocksMin)));
  return scrub;
}

describe('a block', () => {
  test('is of one replica and one keyspace, and its line in the index says which', () => {
    const { engine, disk } = filled();
    for (const { meta } of engine.version.tables) {
      for (const [block, { separator }] of meta.index.entries()) {
        const opened = must(disk.run(engine.openTable(meta.fileNumber, block)), 'the table');
        const { contents = [] } = opened.blocks[block] ?? {};
        expect(contents.length).toBeGreaterThan(0);
        for (const { key } of contents)
          expect(key.subarray(0, KEY_PREFIX_BYTES)).toEqual(separator.subarray(0, KEY_PREFIX_BYTES));
      }
    }
  });

  test.each([0, 1])('that cannot be read is no hindrance to any other replica, cached or not (cache %i)', (cached) => {
    for (let at = 0; ; at++) {
      const { engine, disk } = filled({ ...OPTIONS, blockCacheBytes: cached * 4096, bloomBitsPerKey: 1 });
      const place = blocksOf(engine)[at];
      if (place === undefined) break;
      flip(engine, disk, place.fileNumber, place.block);
      const readable = [0, 1].flatMap((keyspace) =>
        SHARDS.filter((shard) => isReadable(engine, disk, keyspace, shard)).map((shard) => `${keyspace}/${shard}`),
      );
      const others = ['0/0', '0/1', '0/2', '1/0', '1/1', '1/2'].filter(
        (one) => one !== `${place.keyspace}/${place.shard}`,
      );
      expect(readable).toEqual(others);
    }
  });

  test('of a replica that is gone goes unread in a compaction; of one that is here it holds the compaction up', () => {
    const { engine, disk } = filled();
    const places = blocksOf(engine).filter(({ shard }) => shard === 1);
    for (const { fileNumber, block } of places) flip(engine, disk, fileNumber, block);
    const job = must(engine.startManualCompaction(0), 'there is something to compact');
    const run = (): unknown => {
      for (;;) {
        const slice = disk.run(job.next());
        if (slice === undefined) return undefined;
        disk.transact(slice);
      }
    };
    let damage: unknown;
    try {
      run();
    } catch (error) {
      damage = error;
    }
    if (!(damage instanceof CorruptBlock)) throw new Error('the compaction read over it');
    expect(places).toContainEqual(expect.objectContaining({ fileNumber: damage.fileNumber, block: damage.block }));
    expect(engine.noteDamage(damage)).toBe(true);
    expect(engine.noteDamage(damage)).toBe(false);
    job.abandon();
    // What it had written is deleted, its inputs are not.
    deleteObsolete(engine, disk);
    const inUse = engine.version.tables.map(({ meta }) => meta.fileNumber);
    expect(new Set([...disk.store('sst').keys()].map((key) => Math.floor(key / 65536)))).toEqual(new Set(inUse));
    expect(engine.startManualCompaction(0)).toBeUndefined();
    const drop = engine.startDropReplicas([{ shard: 1, replicaId: 1 }]);
    disk.transact(drop.publish());
    drop.done();
    compactLevel(engine, disk, 0);
    expect(blocksOf(engine).map(({ shard }) => shard)).not.toContain(1);
    expect(walk(engine, disk).bad).toEqual([]);
    for (const shard of [0, 2]) expect(readAll(engine, disk, 1, shard)).toBe(NAMES.length);
  });
});

describe('a scrub', () => {
  test('finds every flipped bit, whatever the cache holds, and nothing else', () => {
    const { engine, disk } = filled({ ...OPTIONS, blockCacheBytes: 1 << 20 });
    // All of it is in the cache.
    for (const shard of SHARDS) for (const keyspace of [0, 1]) readAll(engine, disk, keyspace, shard);
    const places = blocksOf(engine);
    expect(walk(engine, disk)).toMatchObject({ blocks: places.length, bad: [] });
    const flipped = places.filter((_, at) => at % 3 === 0);
    for (const { fileNumber, block } of flipped) flip(engine, disk, fileNumber, block);
    const misses = engine.blockCacheStatistics;
    const { bad, blocks } = walk(engine, disk);
    expect(blocks).toBe(places.length);
    expect(bad.map(({ fileNumber, block, key }) => `${fileNumber}/${block}/${replicaOfKey(key)}`).sort()).toEqual(
      flipped.map(({ fileNumber, block, shard }) => `${fileNumber}/${block}/${shard * 2 ** 32 + 1}`).sort(),
    );
    // The cache was neither asked nor filled.
    expect(engine.blockCacheStatistics).toEqual(misses);
  });

  test('reads a little at a time, goes on through tables that go meanwhile, and leaves those that come to the next', () => {
    const { engine, disk } = filled();
    const scrub = engine.startScrub();
    const reads = disk.reads;
    expect(disk.run(scrub.slice(1))).toBe(false);
    expect(disk.reads - reads).toBe(1);
    finish(engine.startManualCompaction(0), disk);
    deleteObsolete(engine, disk);
    expect(disk.run(scrub.slice(1))).toBe(true);
    expect(scrub.bad).toEqual([]);
    expect(engine.pinnedReaders).toBe(0);
    expect(walk(engine, disk).blocks).toBe(blocksOf(engine).length);
  });

  test('keeps the tables that it reads on the disk until it has read them', () => {
    const { engine, disk } = filled();
    const scrub = engine.startScrub();
    const routine = scrub.slice(10_000);
    const step = routine.next();
    finish(engine.startManualCompaction(0), disk);
    deleteObsolete(engine, disk);
    let next = step;
    while (!next.done) next = routine.next(disk.read(next.value));
    expect(next.value).toBe(true);
    expect(scrub.bad).toEqual([]);
  });
});
