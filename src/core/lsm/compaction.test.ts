import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { CorruptStore } from './corrupt-store.ts';
import { DEFAULT_POLICY } from './drop-policy.ts';
import { dataKey, replicaRange } from './internal-key.ts';
import { bytes, key } from './testing/bytes.ts';
import {
  compactDue,
  compactLevel,
  deleteObsolete,
  filesOnDisk,
  finish,
  placeAt,
  tablesPerLevel,
  versionsOf,
} from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, get, open, TINY, write } from './testing/store.ts';
import { WriteBatch } from './write-batch.ts';

function fresh(options = TINY) {
  const disk = new MemoryDisk();
  return { disk, engine: open(disk, options) };
}

describe('what a compaction forgets', () => {
  test('bug 1: a tombstone stays as long as what it hides lies deeper', () => {
    const { disk, engine } = fresh();
    placeAt(engine, disk, 3, 'foo=v1');
    placeAt(engine, disk, 2, 'a=begin', 'z=end');
    expect(tablesPerLevel(engine)).toBe('0,0,1,1');
    write(engine, 'foo');
    write(engine, 'foo=v2');
    expect(versionsOf(engine, disk, 'foo')).toBe('v1');
    flush(engine, disk, 0);
    expect(versionsOf(engine, disk, 'foo')).toBe('v2 DEL v1');
    compactLevel(engine, disk, 0);
    // Nobody can see the tombstone behind v2.
    expect(versionsOf(engine, disk, 'foo')).toBe('v2 v1');
    compactLevel(engine, disk, 1);
    compactLevel(engine, disk, 2);
    expect(versionsOf(engine, disk, 'foo')).toBe('v2');
    expect(dump(engine, disk)).toEqual(['a=begin', 'foo=v2', 'z=end']);
  });

  test('a tombstone that is the newest goes with what it hides, not before', () => {
    const { disk, engine } = fresh();
    placeAt(engine, disk, 3, 'foo=v1');
    placeAt(engine, disk, 2, 'a=begin', 'z=end');
    write(engine, 'foo');
    flush(engine, disk);
    for (const level of [0, 1]) {
      compactLevel(engine, disk, level);
      expect(versionsOf(engine, disk, 'foo')).toBe('DEL v1');
      expect(get(engine, disk, 'foo')).toBeUndefined();
    }
    compactLevel(engine, disk, 2);
    expect(versionsOf(engine, disk, 'foo')).toBe('');
    expect(dump(open(disk), disk)).toEqual(['a=begin', 'z=end']);
  });

  test('bug 2: a tombstone stays while an older table of L0 outside the inputs has its key', () => {
    const { disk, engine } = fresh();
    engine.compactionStyle = 'universal';
    // Large and old, so that only the small, newer runs are merged.
    write(engine, 'foo=v1', `pad=${'p'.repeat(4000)}`);
    flush(engine, disk);
    write(engine, 'foo');
    flush(engine, disk);
    for (const name of ['a', 'b', 'c']) {
      write(engine, `${name}=1`);
      flush(engine, disk);
    }
    const job = engine.startCompaction();
    expect(job?.plan).toMatchObject({ reason: 'size ratio', outputLevel: 0 });
    expect(job?.plan.inputs.length).toBe(4);
    finish(job, disk);
    expect(tablesPerLevel(engine)).toBe('2');
    expect(versionsOf(engine, disk, 'foo')).toBe('DEL v1');
    expect(get(engine, disk, 'foo')).toBeUndefined();
  });

  test('bug 4: hidden values go when no snapshot needs them, and the oldest snapshot is the one at the start', () => {
    const { disk, engine } = fresh();
    write(engine, 'foo=big', 'z=1');
    const snapshot = engine.lastSequence;
    write(engine, 'foo=tiny', 'foo=small');
    flush(engine, disk, 0);
    const job = engine.startManualCompaction(0, snapshot);
    write(engine, 'foo=new');
    finish(job, disk);
    expect(versionsOf(engine, disk, 'foo')).toBe('small tiny big');
    expect(get(engine, disk, 'foo', snapshot)).toBe('big');
    // Sequence 0 is a snapshot, of the empty store: nothing goes.
    compactLevel(engine, disk, 1, 0);
    expect(versionsOf(engine, disk, 'foo')).toBe('small tiny big');
    compactLevel(engine, disk, 2);
    expect(versionsOf(engine, disk, 'foo')).toBe('small');
    expect(get(engine, disk, 'foo')).toBe('new');
  });

  test('bug 4: a snapshot taken in the middle of a compaction loses nothing that it may ask for', () => {
    const { disk, engine } = fresh();
    for (let i = 0; i < 12; i++) write(engine, `k${i + 10}=old${'v'.repeat(20)}`);
    flush(engine, disk);
    const job = engine.startManualCompaction(0);
    disk.transact(disk.run(job?.next() ?? nothing()) ?? []);
    write(engine, 'k10=mid', 'k20');
    const snapshot = engine.takeSnapshot();
    const expected = dump(engine, disk, snapshot.sequence);
    write(engine, 'k10=new', 'k20=new');
    finish(job, disk);
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    compactLevel(engine, disk, 1);
    expect(dump(engine, disk, snapshot.sequence)).toEqual(expected);
    expect(dump(engine, disk)).not.toEqual(expected);
    engine.releaseSnapshot(snapshot);
    compactLevel(engine, disk, 2);
    expect(versionsOf(engine, disk, 'k10')).toBe('new');
  });

  test('what has expired is a tombstone first, and nothing once it hides nothing; the policy is asked', () => {
    const { disk, engine } = fresh();
    engine.dropPolicy = {
      ...DEFAULT_POLICY,
      mayDropTombstone: () => false,
      hasExpired: ({ value }) => Buffer.from(value).toString().startsWith('expired'),
    };
    placeAt(engine, disk, 2, 'a=1', 'b=1', 'c=1');
    write(engine, 'a=expired', 'b', 'd=expired');
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    expect(['a', 'b', 'c', 'd'].map((name) => versionsOf(engine, disk, name))).toEqual(['DEL 1', 'DEL 1', '1', '']);
    compactLevel(engine, disk, 1);
    // The tombstone that a client wrote may not go; nobody wrote the other one.
    expect(['a', 'b', 'c', 'd'].map((name) => versionsOf(engine, disk, name))).toEqual(['DEL', 'DEL', '1', '']);
  });

  test('an expired value that a snapshot may still ask for stays as it is', () => {
    const { disk, engine } = fresh();
    engine.dropPolicy = { ...DEFAULT_POLICY, hasExpired: () => true };
    write(engine, 'a=1');
    flush(engine, disk);
    compactLevel(engine, disk, 0, 0);
    expect(versionsOf(engine, disk, 'a')).toBe('1');
  });
});

describe('what is compacted', () => {
  test('bug 14: an old value never comes back from under newer tables of L0 (LevelDB issue 44)', () => {
    const disk = new MemoryDisk();
    let last: string[] = [];
    for (const ops of [['b=v'], ['b', 'e', 'a=v'], ['a', 'c=cv'], ['c', 'a=v2'], ['b=again'], ['b']]) {
      const engine = open(disk, { ...TINY, l0CompactionTrigger: 2 });
      write(engine, ...ops);
      flush(engine, disk);
      last = dump(engine, disk);
      compactDue(engine, disk);
      expect(dump(engine, disk)).toEqual(last);
    }
    expect(last).toEqual(['a=v2']);
  });

  test('all tables of L0 that overlap go together, directly or over others', () => {
    const { disk, engine } = fresh({ ...TINY, l0CompactionTrigger: 4 });
    for (const [first, last] of ['ac', 'xz', 'bf', 'eh'].map((range) => [...range])) {
      write(engine, `${first}=1`, `${last}=1`);
      flush(engine, disk);
    }
    const job = engine.startCompaction();
    expect(job?.plan.inputs.map(({ table }) => table.meta.fileNumber).sort()).toEqual([1, 3, 4]);
    finish(job, disk);
    expect(tablesPerLevel(engine)).toBe('1,1');
  });

  test('a table that nothing overlaps is moved: one edit, no bytes', () => {
    const { disk, engine } = fresh({ ...TINY, l0CompactionTrigger: 1 });
    write(engine, 'a=1', 'b=1');
    flush(engine, disk);
    const before = filesOnDisk(disk);
    const transactions = disk.journal.length;
    const job = engine.startCompaction();
    expect(job?.plan.kind).toBe('move');
    expect(finish(job, disk)).toBe(1);
    expect(disk.journal.length).toBe(transactions + 1);
    expect(engine.takeObsolete()).toBeUndefined();
    expect(filesOnDisk(disk)).toEqual(before);
    expect(tablesPerLevel(engine)).toBe('0,1');
    expect(dump(open(disk), disk)).toEqual(['a=1', 'b=1']);
  });

  test('bug 3: outputs are cut by size, never between two versions of a key', () => {
    const { disk, engine } = fresh();
    for (let i = 0; i < 60; i++) write(engine, `k${Math.floor(i / 20)}=${'v'.repeat(20)}${i}`);
    flush(engine, disk, 0);
    compactLevel(engine, disk, 0, 0);
    expect(tablesPerLevel(engine)).toBe('0,3');
    for (let at = 1; at <= 60; at++) {
      const name = `k${Math.floor((at - 1) / 20)}`;
      expect(get(engine, disk, name, at)).toBe(`${'v'.repeat(20)}${at - 1}`);
    }
  });

  test('an output ends where it would overlap too much of the level below', () => {
    const { disk, engine } = fresh({ ...TINY, tableBytesMax: 256 });
    for (let i = 10; i < 90; i++) write(engine, `k${i}=${'v'.repeat(60)}`);
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    compactLevel(engine, disk, 1);
    expect(engine.version.levels[2]?.length).toBeGreaterThan(20);
    // Small itself, but over all of them.
    write(engine, 'k10=x', 'k30=x', 'k50=x', 'k70=x', 'k89=x');
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    expect(engine.version.levels[1]?.length).toBeGreaterThan(1);
  });

  test('goes round a level, also across a restart', () => {
    const options = { ...TINY, levelBytesBase: 600, tableBytesMax: 200 };
    const disk = new MemoryDisk();
    let engine = open(disk, options);
    const moved: string[] = [];
    for (let i = 0; i < 40; i++) write(engine, `k${i + 10}=${'v'.repeat(20)}`);
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    for (let round = 0; round < 4; round++) {
      engine = open(disk, options);
      const job = engine.startCompaction();
      expect(job?.plan.level).toBe(1);
      moved.push(Buffer.from(job?.plan.inputs[0]?.table.meta.smallestKey.subarray(7) ?? []).toString());
      finish(job, disk);
    }
    expect(new Set(moved).size).toBe(4);
    expect([...moved].sort()).toEqual(moved);
  });

  test('one style goes on where another was', () => {
    const { disk, engine } = fresh();
    const expected = new Map<string, string>();
    for (let i = 0; i < 90; i++) {
      engine.compactionStyle = (['leveled', 'universal', 'fifo'] as const)[Math.floor(i / 10) % 3] ?? 'leveled';
      const name = `k${(i * 7) % 20}`;
      if (i % 5 === 0) expected.delete(name);
      else expected.set(name, `${i}`);
      write(engine, i % 5 === 0 ? name : `${name}=${i}`);
      flush(engine, disk);
      compactDue(engine, disk);
    }
    const pairs = [...expected].map(([name, value]) => `${name}=${value}`).sort();
    expect([...dump(engine, disk)].sort()).toEqual(pairs);
    expect([...dump(open(disk), disk)].sort()).toEqual(pairs);
  });
});

describe('crashes and readers', () => {
  function filled() {
    const { disk, engine } = fresh();
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 12; i++) write(engine, `key${i}=${round}`);
      write(engine, `key${round}`);
      flush(engine, disk);
    }
    return { disk, engine, expected: dump(engine, disk) };
  }

  test('bug 23, bug 24: a crash after any of its transactions leaves the same pairs, and its outputs are swept', () => {
    const { disk, engine, expected } = filled();
    const before = disk.journal.length;
    expect(compactDue(engine, disk)).toBeGreaterThan(0);
    expect(disk.journal.length).toBeGreaterThanOrEqual(before + 5);
    for (let count = before; count <= disk.journal.length; count++) {
      const crashed = disk.crashedAfter(count);
      const reopened = open(crashed);
      expect(dump(reopened, crashed)).toEqual(expected);
      crashed.transact(reopened.orphanSweep() ?? []);
      const listed = reopened.version.levels.flat().map(({ meta }) => meta.fileNumber);
      expect(filesOnDisk(crashed).sort()).toEqual(listed.sort());
      expect(dump(open(crashed), crashed)).toEqual(expected);
    }
  });

  test('bug 24: slices keep to their limit; the last transaction has metas and manifest, and nothing is deleted in it', () => {
    const { disk, engine } = filled();
    const before = disk.journal.length;
    finish(engine.startCompaction(), disk);
    for (const slice of disk.journal.slice(before, -1)) {
      const sizes = slice.map((op) => (op.type === 'put' && op.store === 'sst' ? op.value.length : Number.NaN));
      expect(sizes.length === 1 || sizes.reduce((a, b) => a + b, 0) <= TINY.sliceBytesMax).toBe(true);
    }
    const publish = disk.journal.at(-1) ?? [];
    expect(new Set(publish.map((op) => op.store))).toEqual(new Set(['sstmeta', 'manifest']));
  });

  test('bug 35: a merge hands over after so many entries, also where nothing of them is kept', () => {
    const disk = new MemoryDisk();
    const engine = open(disk, { ...TINY, blockBytes: 4096, sliceBytesMax: 65_536, bloomBitsPerKey: 1 });
    const keys = 20_000;
    for (const value of [bytes('v'), undefined]) {
      const batch = new WriteBatch();
      for (let i = 0; i < keys; i++) {
        const name = key(String(100_000 + i));
        if (value === undefined) batch.delete(name);
        else batch.put(name, value);
      }
      engine.write(batch);
      flush(engine, disk);
    }
    const before = disk.journal.length;
    // A put and a tombstone each, none of which is written again: four turns of 8,192 entries and what is left, then the edit.
    expect(finish(engine.startManualCompaction(0), disk)).toBe(Math.floor((keys * 2) / 8192) + 1);
    expect(disk.journal.slice(before, -1).every((slice) => slice.length === 0)).toBe(true);
    expect(engine.version.tables).toEqual([]);
  });

  test('bug 19: a reader that waits for a block finds it: tables stay until nobody reads them', () => {
    const { disk, engine, expected } = filled();
    const { from, to } = replicaRange(0, 0, 1);
    const scanning = engine.scan(from, to, 100);
    const step = scanning.next();
    finish(engine.startCompaction(), disk);
    expect(engine.takeObsolete()).toBeUndefined();
    let at = step;
    while (!at.done) at = scanning.next(disk.read(at.value));
    expect(at.value.pairs.length).toBe(expected.length);
    const files = filesOnDisk(disk).length;
    deleteObsolete(engine, disk);
    expect(filesOnDisk(disk).length).toBeLessThan(files);
    expect(engine.takeObsolete()).toBeUndefined();
    expect(dump(engine, disk)).toEqual(expected);
  });

  test('bug 22: a block that is gone or damaged is an error, never the end of a table', () => {
    for (const damage of ['delete', 'flip'] as const) {
      const { disk, engine } = filled();
      const at = [...disk.store('sst').keys()][3] as number;
      const good = disk.store('sst').get(at) as Uint8Array;
      if (damage === 'delete') disk.store('sst').delete(at);
      else
        disk.store('sst').set(
          at,
          good.map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
        );
      const edits = disk.store('manifest').size;
      expect(() => finish(engine.startCompaction(), disk)).toThrow(CorruptStore);
      expect(disk.store('manifest').size).toBe(edits);
    }
  });

  test('a flush may be published in the middle of a compaction; edits follow each other', () => {
    const { disk, engine, expected } = filled();
    const job = engine.startCompaction();
    for (
      let slice = disk.run(job?.next() ?? nothing());
      slice !== undefined;
      slice = disk.run(job?.next() ?? nothing())
    ) {
      disk.transact(slice);
      write(engine, 'new=1');
      flush(engine, disk);
    }
    disk.transact(job?.publish() ?? []);
    expect(() => engine.startDropReplicas([]).publish()).toThrow('when the one before is durable');
    job?.done();
    expect(dump(engine, disk)).toEqual([...expected, 'new=1']);
    expect(dump(open(disk), disk)).toEqual([...expected, 'new=1']);
  });
});

// biome-ignore lint/correctness/useYield: a routine that needs no read
function* nothing(): Generator<never, undefined> {
  return undefined;
}

describe('replicas', () => {
  const put = (engine: ReturnType<typeof open>, replicaId: number, ...names: string[]): void => {
    const batch = new WriteBatch();
    for (const name of names) batch.put(dataKey(1, 2, replicaId, bytes(name)), bytes(name));
    engine.write(batch);
  };
  const names = (engine: ReturnType<typeof open>, disk: MemoryDisk, replicaId: number): string[] => {
    const { from, to } = replicaRange(1, 2, replicaId);
    return disk.run(engine.scan(from, to, 100)).pairs.map(({ value }) => Buffer.from(value).toString());
  };

  test('a dropped one is gone for reads at once, from MemTable and tables, and from the disk later', () => {
    const { disk, engine } = fresh();
    put(engine, 1, 'a', 'b');
    put(engine, 2, 'a', 'c');
    engine.setApplied(2, 1, 5);
    engine.setApplied(2, 2, 5);
    flush(engine, disk);
    put(engine, 1, 'later');
    engine.setApplied(2, 1, 6);
    const job = engine.startDropReplicas([{ shard: 2, replicaId: 1 }]);
    disk.transact(job.publish());
    expect(names(engine, disk, 1)).toEqual(['a', 'b', 'later']);
    job.done();
    expect(names(engine, disk, 1)).toEqual([]);
    expect(disk.run(engine.get(dataKey(1, 2, 1, bytes('a'))))).toBeUndefined();
    expect(names(engine, disk, 2)).toEqual(['a', 'c']);
    expect(() => engine.setApplied(2, 1, 9)).toThrow('dropped');
    const reopened = open(disk);
    expect([reopened.isReplicaDropped(2, 1), reopened.appliedIndex(2, 1), names(reopened, disk, 1)]).toEqual([
      true,
      0,
      [],
    ]);
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    expect(engine.report().levels.map(({ tables }) => tables.reduce((sum, { entries }) => sum + entries, 0))[1]).toBe(
      2,
    );
    expect(names(engine, disk, 2)).toEqual(['a', 'c']);
  });

  test('tables in which all is of dropped replicas are deleted unread', () => {
    const { disk, engine } = fresh();
    put(engine, 1, 'a', 'b');
    flush(engine, disk);
    const job = engine.startDropReplicas([{ shard: 2, replicaId: 1 }]);
    disk.transact(job.publish());
    job.done();
    disk.store('sst').clear();
    expect(compactDue(engine, disk)).toBe(1);
    expect(tablesPerLevel(engine)).toBe('0');
    expect(filesOnDisk(disk)).toEqual([]);
  });

  test('one is installed by one edit: before it nothing is seen, after it everything', () => {
    const { disk, engine } = fresh();
    put(engine, 1, 'a');
    expect(engine.startInstall({ shard: 2, replicaId: 3, appliedIndex: 40 })).toBeUndefined();
    flush(engine, disk);
    const job = engine.startInstall({ shard: 2, replicaId: 3, appliedIndex: 40 });
    if (job === undefined) throw new Error('an install begins');
    put(engine, 1, 'meanwhile');
    for (let i = 10; i < 40; i++) {
      job.add(dataKey(1, 2, 3, bytes(`i${i}`)), bytes(`i${i}`));
      for (let slice = job.takeSlice(); slice !== undefined; slice = job.takeSlice()) disk.transact(slice);
    }
    expect(() => job.add(dataKey(1, 2, 9, bytes('z')), bytes('z'))).toThrow('installed replica');
    job.finish();
    for (let slice = job.takeSlice(); slice !== undefined; slice = job.takeSlice()) disk.transact(slice);
    flush(engine, disk);
    expect([names(engine, disk, 3), names(open(disk), disk, 3)]).toEqual([[], []]);
    disk.transact(job.publish());
    job.done();
    for (const each of [engine, open(disk)]) {
      expect(names(each, disk, 3).length).toBe(30);
      expect(each.appliedIndex(2, 3)).toBe(40);
      expect(names(each, disk, 1)).toEqual(['a', 'meanwhile']);
    }
    put(engine, 3, 'i10');
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    expect(names(engine, disk, 3).length).toBe(30);
  });

  test('one is installed between tables of L0 that universal compaction would merge', () => {
    const disk = new MemoryDisk();
    const engine = open(disk, { ...TINY, l0CompactionTrigger: 2 });
    engine.compactionStyle = 'universal';
    put(engine, 1, 'x'.repeat(900));
    flush(engine, disk);
    put(engine, 1, 'before');
    flush(engine, disk);
    const job = engine.startInstall({ shard: 2, replicaId: 3, appliedIndex: 40 });
    if (job === undefined) throw new Error('an install begins');
    job.add(dataKey(1, 2, 3, bytes('i')), bytes('i'));
    job.finish();
    for (let slice = job.takeSlice(); slice !== undefined; slice = job.takeSlice()) disk.transact(slice);
    put(engine, 1, 'after');
    flush(engine, disk);
    finish(engine.startCompaction(), disk);
    disk.transact(job.publish());
    job.done();
    for (const each of [engine, open(disk)]) {
      expect(names(each, disk, 3)).toEqual(['i']);
      expect(names(each, disk, 1)).toEqual(['after', 'before', 'x'.repeat(900)]);
    }
    expect(engine.startInstall({ shard: 2, replicaId: 4, appliedIndex: 1 })).toBeDefined();
    expect(() => engine.startInstall({ shard: 2, replicaId: 5, appliedIndex: 1 })).toThrow('one replica');
  });
});

test('the report counts what is there, and opening a table shows its blocks', () => {
  const { disk, engine } = fresh();
  for (let i = 0; i < 20; i++) write(engine, `k${i + 10}=${'v'.repeat(10)}`);
  write(engine, 'k10');
  flush(engine, disk);
  write(engine, 'b=1', 'a=1', 'c=1', 'a=2');
  const { memTable, levels, statistics, manifest } = engine.report();
  expect(memTable).toMatchObject({ entries: 4, keys: 3 });
  const { tree } = memTable;
  expect(tree.map(({ key: at, versions }) => [Buffer.from(at.subarray(7)).toString(), versions])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
  ]);
  expect(tree.map(({ left, right, red }) => [left, right, red])).toEqual([
    [-1, -1, true],
    [0, 2, false],
    [-1, -1, true],
  ]);
  for (let i = 0; i < 200; i++) write(engine, `many${i}=1`);
  const top = engine.report().memTable;
  expect([top.keys, top.tree.length]).toEqual([203, 15]);
  expect(top.tree.filter(({ left, right }) => left >= 0 && right >= 0)).toHaveLength(7);
  expect(manifest).toEqual({ editNumber: 1, editsSinceSnapshot: 1 });
  expect(statistics).toMatchObject({ flushes: 1, readAmplification: 2, spaceAmplification: 1 });
  const [table] = levels[0]?.tables ?? [];
  expect(table).toMatchObject({ fileNumber: 1, entries: 20, tombstones: 1, level: 0, beingCompacted: false });
  const reads = engine.report().statistics.cache;
  const opened = disk.run(engine.openTable(1, 1));
  expect(opened?.blocks.length).toBe(table?.blocks);
  expect(opened?.blocks.reduce((sum, { entries }) => sum + entries, 0)).toBe(20);
  expect(opened?.blocks.map(({ contents }) => contents?.length)).toEqual(
    opened?.blocks.map(({ entries }, i) => (i === 1 ? entries : undefined)),
  );
  expect(Buffer.from(opened?.blocks[0]?.firstKey ?? []).equals(Buffer.from(key('k10')))).toBe(true);
  expect(engine.report().statistics.cache).toEqual(reads);
  expect(disk.run(engine.openTable(9, undefined))).toBeUndefined();
});

test('what lives as long as a table keeps nothing of the MemTable alive that it was made of', () => {
  const { disk, engine } = fresh();
  for (let i = 0; i < 300; i++) write(engine, `key${i}=${'v'.repeat(40)}`);
  flush(engine, disk);
  const [table] = engine.version.levels[0] ?? [];
  const { smallestKey, largestKey, index } = must(table, 'there is a table').meta;
  expect(index.length).toBeGreaterThan(2);
  for (const key of [smallestKey, largestKey, ...index.map(({ separator }) => separator)]) {
    expect(key.buffer.byteLength).toBe(key.length);
  }
});
