import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from './drop-policy.ts';
import { dataKey } from './internal-key.ts';
import type { LsmEngine } from './lsm-engine.ts';
import { bytes, key } from './testing/bytes.ts';
import {
  compactDue,
  deleteObsolete,
  finish,
  inspectAll,
  placeAt,
  tablesPerLevel,
  versionsOf,
} from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, open, TINY, write } from './testing/store.ts';
import { WriteBatch } from './write-batch.ts';

const OPTIONS = { ...TINY, l0CompactionTrigger: 2 };
/** The rows of the owner's own are those whose names begin with @. */
const AT = key('@').at(-1);
const OWN_ROWS = { ...DEFAULT_POLICY, isOwnRow: ({ key: row }: { readonly key: Uint8Array }) => row[7] === AT };

function fifo(disk = new MemoryDisk(), options = OPTIONS): { disk: MemoryDisk; engine: LsmEngine } {
  const engine = open(disk, options);
  engine.compactionStyle = 'fifo';
  engine.dropPolicy = OWN_ROWS;
  return { disk, engine };
}

/** A table of each. */
function flushAll(engine: LsmEngine, disk: MemoryDisk, ...tables: readonly (readonly string[])[]): void {
  for (const ops of tables) {
    write(engine, ...ops);
    flush(engine, disk);
  }
}

const numbers = ({ version }: LsmEngine): number[] => version.tables.map(({ meta }) => meta.fileNumber);

test('a table goes when all that is in it was replaced or deleted, and the tombstones when they hide nothing', () => {
  const { disk, engine } = fifo();
  flushAll(engine, disk, ['a=1', 'b=1'], ['a=2'], ['b']);
  expect(compactDue(engine, disk)).toBe(2);
  expect(tablesPerLevel(engine)).toBe('1');
  expect(['a', 'b'].map((name) => versionsOf(engine, disk, name))).toEqual(['2', '']);
  expect(dump(open(disk), disk)).toEqual(['a=2']);
});

test('one entry that lives keeps its table, whatever else is dead in it, and does not keep a younger one', () => {
  const { disk, engine } = fifo();
  flushAll(engine, disk, ['a=1', 'b=1', 'c=1'], ['x=1', 'y=1'], ['a=2', 'c=2', 'x=2', 'y=2']);
  expect(numbers(engine)).toEqual([3, 2, 1]);
  expect(compactDue(engine, disk)).toBe(1);
  expect(numbers(engine)).toEqual([3, 1]);
  expect(dump(open(disk), disk)).toEqual(['a=2', 'b=1', 'c=2', 'x=2', 'y=2']);
});

test('what only a MemTable has replaced stays: a crash would take the newer version', () => {
  const { disk, engine } = fifo();
  flushAll(engine, disk, ['a=1'], ['b=1']);
  write(engine, 'a=2');
  expect(compactDue(engine, disk)).toBe(0);
  expect(dump(open(disk), disk)).toEqual(['a=1', 'b=1']);
  flush(engine, disk);
  expect(compactDue(engine, disk)).toBe(1);
  expect(dump(open(disk), disk)).toEqual(['a=2', 'b=1']);
});

test('what a snapshot may still ask for stays until it is released', () => {
  const { disk, engine } = fifo();
  flushAll(engine, disk, ['a=1'], ['b=1']);
  const snapshot = engine.takeSnapshot();
  flushAll(engine, disk, ['a=2']);
  expect(compactDue(engine, disk)).toBe(0);
  expect(dump(engine, disk, snapshot.sequence)).toEqual(['a=1', 'b=1']);
  engine.releaseSnapshot(snapshot);
  flushAll(engine, disk, ['c=1']);
  expect(compactDue(engine, disk)).toBe(1);
  expect(versionsOf(engine, disk, 'a')).toBe('2');
});

test("rows of the owner's own keep no table: those that live are carried over into one small table", () => {
  const { disk, engine } = fifo();
  // Each table has the newest summary, and a session that writes once: so it is with the tables of a node.
  for (let i = 1; i <= 6; i++) flushAll(engine, disk, [`@summary=${i}`, `@session${i}=${i}`, `a=${i}`]);
  compactDue(engine, disk);
  expect(tablesPerLevel(engine)).toBe('2');
  expect(versionsOf(engine, disk, '@summary')).toBe('6');
  const [, carried] = engine.version.tables;
  expect(carried?.meta.entries).toBe(5);
  const sessions = [1, 2, 3, 4, 5, 6].map((i) => `@session${i}=${i}`);
  expect(dump(open(disk), disk)).toEqual([...sessions, '@summary=6', 'a=6']);
  for (let i = 7; i <= 30; i++) {
    flushAll(engine, disk, [`@summary=${i}`, '@session1=x', `a=${i}`]);
    compactDue(engine, disk);
    expect(tablesPerLevel(engine)).toBe('2');
  }
  expect(versionsOf(engine, disk, '@session1')).toBe('x');
  expect(dump(open(disk), disk)).toContain('@session2=2');
});

test('a table is read again only when a newer one may have what lives in it, and from there on', () => {
  const { disk, engine } = fifo();
  const many = Array.from({ length: 30 }, (_, i) => `k${i + 10}=${'v'.repeat(20)}`);
  flushAll(engine, disk, many, ['x=1']);
  expect(inspectAll(engine, disk)).toBe(2);
  expect(inspectAll(engine, disk)).toBe(0);
  flushAll(engine, disk, ['y=1']);
  // The new one alone: it has nothing of the others.
  expect(inspectAll(engine, disk)).toBe(1);
  flushAll(engine, disk, ['k10=2']);
  expect(inspectAll(engine, disk)).toBe(2);
});

test('tables of deeper levels, which another style has left, go as well', () => {
  const { disk, engine } = fifo(undefined, { ...OPTIONS, l0CompactionTrigger: 3 });
  engine.compactionStyle = 'leveled';
  placeAt(engine, disk, 2, 'a=1', 'b=1');
  placeAt(engine, disk, 1, 'a=2', '@row=1');
  engine.compactionStyle = 'fifo';
  flushAll(engine, disk, ['b=2']);
  expect(tablesPerLevel(engine)).toBe('1,1,1');
  expect(compactDue(engine, disk)).toBe(1);
  expect(tablesPerLevel(engine)).toBe('1,1');
  flushAll(engine, disk, ['a=3']);
  compactDue(engine, disk);
  expect(dump(open(disk), disk)).toEqual(['@row=1', 'a=3', 'b=2']);
  expect(versionsOf(engine, disk, 'a')).toBe('3');
});

test('nothing goes below the trigger, nothing is merged on request, and nothing is picked while a table is being installed', () => {
  const { disk, engine } = fifo(undefined, { ...OPTIONS, l0CompactionTrigger: 3 });
  flushAll(engine, disk, ['a=1'], ['a=2']);
  expect(compactDue(engine, disk)).toBe(0);
  flushAll(engine, disk, ['a=3']);
  expect(engine.startManualCompaction(0)).toBeUndefined();
  inspectAll(engine, disk);
  engine.startInstall({ shard: 1, replicaId: 2, appliedIndex: 1 });
  expect(engine.startCompaction()).toBeUndefined();
});

test('a table that was kept for a replica goes when that replica is dropped', () => {
  const { disk, engine } = fifo();
  const row = (replicaId: number): WriteBatch => new WriteBatch().put(dataKey(0, 0, replicaId, bytes('a')), bytes('1'));
  engine.write(row(2));
  flushAll(engine, disk, ['a=1'], ['a=2']);
  // Replica 2 is all that lives in the first table.
  expect(compactDue(engine, disk)).toBe(0);
  const job = engine.startDropReplicas([{ shard: 0, replicaId: 2 }]);
  disk.transact(job.publish());
  job.done();
  expect(compactDue(engine, disk)).toBe(1);
  expect(numbers(engine)).toEqual([2]);
  expect(dump(open(disk), disk)).toEqual(['a=2']);
});

test('a table that a newer filter wrongly calls replaced is looked up and kept', () => {
  const options = { ...OPTIONS, bloomBitsPerKey: 1 };
  const newer = Array.from({ length: 40 }, (_, i) => `k${i + 10}=2`);
  const scratch = fifo(undefined, options);
  flushAll(scratch.engine, scratch.disk, newer);
  const names = Array.from({ length: 39 }, (_, i) => `k${i + 10}x`);
  const name = names.find((each) => scratch.engine.version.tables[0]?.mayContain(key(each)));
  const { disk, engine } = fifo(undefined, options);
  flushAll(engine, disk, [`${name}=1`], newer);
  expect(compactDue(engine, disk)).toBe(0);
  expect(dump(engine, disk)).toContain(`${name}=1`);
});

test('a crash after any transaction leaves the same pairs', () => {
  const { disk, engine } = fifo();
  for (let i = 1; i <= 3; i++)
    flushAll(engine, disk, ['@summary=1', `@row${i}=1`, ...Array.from({ length: 9 }, (_, j) => `k${j}=${i}`)]);
  const expected = dump(engine, disk);
  const before = disk.journal.length;
  inspectAll(engine, disk);
  expect(finish(engine.startCompaction(), disk)).toBeGreaterThan(1);
  deleteObsolete(engine, disk);
  for (let count = before; count <= disk.journal.length; count++) {
    const crashed = disk.crashedAfter(count);
    const again = open(crashed);
    expect(dump(again, crashed)).toEqual(expected);
    crashed.transact(again.orphanSweep() ?? []);
    expect(dump(open(crashed), crashed)).toEqual(expected);
  }
});
