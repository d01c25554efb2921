import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { dataKey, SEQUENCE_MAX } from './internal-key.ts';
import { Manifest } from './manifest.ts';
import { bytes, key } from './testing/bytes.ts';
import { compactLevel, filesOnDisk, placeAt, tablesPerLevel, versionsOf } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, get, open, TINY, write } from './testing/store.ts';
import { WriteBatch } from './write-batch.ts';

/** A store whose manifest says that so many sequence numbers have been given out. */
function storeAt(lastSequence: number): MemoryDisk {
  const disk = new MemoryDisk();
  const manifest = new Manifest();
  const change = {
    nextFileNumber: 1,
    lastSequence,
    newTables: [],
    deletedTables: [],
    applied: [],
    droppedReplicas: [],
    compactPointers: [],
  };
  disk.transact(manifest.opsFor(manifest.edit(change)));
  return disk;
}

describe('bug 13: sequence numbers beyond what 31, 32 and 53 bits hold', () => {
  test.each([2 ** 31 - 3, 2 ** 32 - 3, 2 ** 40 - 3, 2 ** 48 - 3, SEQUENCE_MAX - 6])('from %i on', (start) => {
    const disk = storeAt(start);
    const engine = open(disk);
    expect(engine.lastSequence).toBe(start);
    for (let i = 1; i <= 3; i++) write(engine, `a=${i}`);
    flush(engine, disk, start);
    for (let i = 4; i <= 6; i++) write(engine, `a=${i}`);
    expect(engine.lastSequence).toBe(start + 6);
    const values = [0, 1, 2, 3, 4, 5, 6].map((i) => get(engine, disk, 'a', start + i));
    expect(values).toEqual([undefined, '1', '2', '3', '4', '5', '6']);
    flush(engine, disk, start);
    const reopened = open(disk);
    expect(reopened.lastSequence).toBe(start + 6);
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => get(reopened, disk, 'a', start + i))).toEqual(values);
    const { pairs } = disk.run(reopened.scan(key(''), key('z'), 9, { reverse: true, atSequence: start + 2 }));
    expect(pairs.map((pair) => new TextDecoder().decode(pair.value))).toEqual(['2']);
  });

  test('the last one is 2^53 − 1: a batch that needs more is refused whole', () => {
    const disk = storeAt(SEQUENCE_MAX - 2);
    const engine = open(disk);
    expect(() => write(engine, 'a=1', 'b=1', 'c=1')).toThrow('used up');
    expect(dump(engine, disk)).toEqual([]);
    write(engine, 'a=1', 'b=1');
    expect(engine.lastSequence).toBe(SEQUENCE_MAX);
    expect(() => write(engine, 'c=1')).toThrow('used up');
    flush(engine, disk);
    const reopened = open(disk);
    expect(dump(reopened, disk)).toEqual(['a=1', 'b=1']);
    expect(() => write(reopened, 'c=1')).toThrow('used up');
  });
});

describe('bug 27: the order of keys', () => {
  test('is that of their bytes: not of UTF-16 units, of a locale, or of numbers', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    // U+FFFD sorts after U+1F511 as UTF-16 and before it as bytes; "10" before "9"; "B" before "a"; "é" after "z".
    const names = ['', '\0', '10', '9', 'B', 'a', 'a\0', 'aa', 'b', 'z', 'é', '\ufffd', '🔑'];
    for (const name of [...names].reverse()) write(engine, `${name}=x`);
    for (const round of ['MemTable', 'table']) {
      expect(dump(engine, disk), round).toEqual(names.map((name) => `${name}=x`));
      flush(engine, disk);
    }
  });

  test('holds for keys that are no text: every byte value, signed or not', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    const keys = Array.from({ length: 256 }, (_, i) => dataKey(0, 0, 1, new Uint8Array([i])));
    const batch = new WriteBatch();
    for (const [i] of keys.entries()) batch.put(keys[(i * 37) % 256] as Uint8Array, bytes('x'));
    engine.write(batch);
    flush(engine, disk);
    for (const reverse of [false, true]) {
      const { pairs } = disk.run(engine.scan(key(''), dataKey(0, 0, 2, bytes('')), 300, { reverse }));
      const found = reverse ? [...pairs].reverse() : pairs;
      expect(found.map((pair) => pair.key.at(-1))).toEqual(keys.map((_, i) => i));
      expect(found.every((pair, i) => compareBytes(pair.key, keys[i] as Uint8Array) === 0)).toBe(true);
    }
    for (const each of keys) expect(disk.run(engine.get(each))).toEqual(bytes('x'));
  });
});

test('bug 28: put, delete and put again within one batch happen in that order, in memory and in a table (arcadedb #4942)', () => {
  const disk = new MemoryDisk();
  const engine = open(disk);
  write(engine, 'a=1', 'a', 'a=2', 'b=1', 'b=2', 'b', 'c', 'c=1');
  for (const reader of [engine, engine]) {
    expect(dump(reader, disk)).toEqual(['a=2', 'c=1']);
    expect([1, 2, 3].map((at) => get(reader, disk, 'a', at))).toEqual(['1', undefined, '2']);
    flush(reader, disk, 0);
  }
  expect(dump(open(disk), disk)).toEqual(['a=2', 'c=1']);
});

test.each([0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1024 * 1024])(
  'bug 29: a value of %i bytes is itself, before and after others, both ways (leveldb EmptyValue; larger than block and extent)',
  (size) => {
    const disk = new MemoryDisk();
    const engine = open(disk, {
      ...TINY,
      memTableBytesMax: 1 << 20,
      blockBytes: 4096,
      blockCacheBytes: 1 << 16,
      bloomBitsPerKey: 10,
      sliceBytesMax: 256 * 1024,
    });
    const value = new Uint8Array(size).map((_, i) => i * 31);
    const names = ['', 'a', 'b', 'c'];
    const batch = new WriteBatch();
    for (const name of names) batch.put(key(name), name === 'b' ? value : bytes(`small ${name}`));
    engine.write(batch.put(key('gone'), value).delete(key('gone')));
    for (const round of ['MemTable', 'table']) {
      for (const reverse of [false, true]) {
        const { pairs } = disk.run(engine.scan(key(''), key('z'), 9, { reverse }));
        const found = reverse ? [...pairs].reverse() : pairs;
        expect(
          found.map((pair) => pair.value.length),
          round,
        ).toEqual([6, 7, size, 7]);
        expect(compareBytes(found[2]?.value ?? bytes('none'), value)).toBe(0);
      }
      // An empty value is there; a deleted one is not.
      expect(disk.run(engine.get(key('b')))?.length).toBe(size);
      expect(disk.run(engine.get(key('gone')))).toBeUndefined();
      flush(engine, disk);
    }
  },
);

test('bug 2: while an older put is on its way to a table, its tombstone stays in memory, where no compaction drops it', () => {
  const disk = new MemoryDisk();
  const engine = open(disk);
  placeAt(engine, disk, 1, 'a=oldest', 'z=1');
  write(engine, 'a=old', `pad=${'p'.repeat(300)}`);
  const job = engine.startFlush();
  disk.transact(job?.next() ?? []);
  write(engine, 'a');
  expect(engine.startFlush()).toBeUndefined();
  compactLevel(engine, disk, 1);
  expect(get(engine, disk, 'a')).toBeUndefined();
  for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
  job?.done();
  for (const level of [0, 1, 2]) {
    flush(engine, disk);
    compactLevel(engine, disk, level);
    expect(get(engine, disk, 'a')).toBeUndefined();
    expect(get(open(disk), disk, 'a')).toBeUndefined();
  }
  expect(versionsOf(engine, disk, 'a')).toBe('');
});

test('bug 30: a store of which everything was deleted opens again: empty, and ready for writes', () => {
  const disk = new MemoryDisk();
  let engine = open(disk);
  const names = Array.from({ length: 20 }, (_, i) => `k${i + 10}`);
  for (const round of ['first', 'second']) {
    for (const name of names) write(engine, `${name}=${round}`);
    flush(engine, disk);
    engine = open(disk);
    expect(dump(engine, disk)).toEqual(names.map((name) => `${name}=${round}`));
    for (const name of names) write(engine, name);
    for (const step of [() => flush(engine, disk), ...[0, 1, 2].map((at) => () => compactLevel(engine, disk, at))]) {
      step();
      for (const each of [engine, open(disk)]) expect(dump(each, disk)).toEqual([]);
    }
    engine = open(disk);
    expect([tablesPerLevel(engine), filesOnDisk(disk), engine.orphanSweep()]).toEqual(['0', [], undefined]);
  }
  expect(engine.lastSequence).toBe(names.length * 4);
});
