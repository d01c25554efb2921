import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { CorruptStore } from './corrupt-store.ts';
import { key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, get, open, TINY, write } from './testing/store.ts';
import { WriteBatch } from './write-batch.ts';

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && compareBytes(a, b) === 0;

function fresh() {
  const disk = new MemoryDisk();
  return { disk, engine: open(disk) };
}

describe('reads', () => {
  test('the newest version wins, wherever the older ones are', () => {
    const { disk, engine } = fresh();
    for (const value of ['1', '2', '3']) {
      write(engine, `a=${value}`, `b${value}=x`);
      flush(engine, disk);
      expect(get(engine, disk, 'a')).toBe(value);
    }
    write(engine, 'a=4');
    engine.startFlush();
    expect(get(engine, disk, 'a')).toBe('4');
    write(engine, 'a=5');
    expect(get(engine, disk, 'a')).toBe('5');
    expect([0, 1, 3, 5, 7, 8].map((at) => get(engine, disk, 'a', at))).toEqual([undefined, '1', '2', '3', '4', '5']);
    expect(dump(engine, disk)).toEqual(['a=5', 'b1=x', 'b2=x', 'b3=x']);
  });

  test('a tombstone hides what is in older tables', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1', 'b=1', 'c=1');
    flush(engine, disk);
    write(engine, 'b');
    expect(dump(engine, disk)).toEqual(['a=1', 'c=1']);
    flush(engine, disk);
    expect(get(engine, disk, 'b')).toBeUndefined();
    expect(dump(engine, disk)).toEqual(['a=1', 'c=1']);
    expect(get(engine, disk, 'b', 3)).toBe('1');
    expect(dump(open(disk), disk)).toEqual(['a=1', 'c=1']);
  });

  test('an empty value is a value; the last of one batch wins', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=', 'b=1', 'b', 'b=2', 'c=1', 'c', '=empty key');
    for (let round = 0; round < 2; round++) {
      expect(get(engine, disk, 'a')).toBe('');
      expect(dump(engine, disk)).toEqual(['=empty key', 'a=', 'b=2']);
      flush(engine, disk);
    }
  });

  test('a scan ends before `to`, keeps to its limit, and says whether more is there', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1', 'b=1', 'c=1', 'd=1');
    flush(engine, disk);
    write(engine, 'c');
    const scan = (limit: number) => {
      const { pairs, more } = disk.run(engine.scan(key('a'), key('d'), limit));
      return [pairs.length, more];
    };
    expect([scan(0), scan(1), scan(2), scan(3)]).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [2, false],
    ]);
  });

  test('a scan is cut where it would become too large, but never gives nothing', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=123456789', 'b=123456789', 'c=1');
    const scan = (bytesMax: number) => {
      const { pairs, more } = disk.run(engine.scan(key('a'), key('z'), 9, { bytesMax }));
      return [pairs.length, more];
    };
    const pair = key('a').length + 9;
    expect([scan(1), scan(pair), scan(pair * 2), scan(pair * 3)]).toEqual([
      [1, true],
      [1, true],
      [2, true],
      [3, false],
    ]);
  });

  test('a scan sees one moment, whatever happens while it waits for blocks', () => {
    const { disk, engine } = fresh();
    for (let i = 0; i < 30; i++) write(engine, `k${String(i).padStart(2, '0')}=old`);
    flush(engine, disk);
    write(engine, 'k05', 'k10=mid');
    const expected = dump(engine, disk);
    const routine = engine.scan(key('k'), key('l'), 100);
    let round = 0;
    let step = routine.next();
    while (!step.done) {
      write(engine, `k${round}=new`, 'k20', 'kk=new', `k0${round % 10}x=new`);
      if (round++ % 2 === 0) flush(engine, disk);
      step = routine.next(disk.read(step.value));
    }
    expect(round).toBeGreaterThan(2);
    expect(step.value.pairs.map((pair) => new TextDecoder().decode(pair.value))).toEqual(
      expected.map((s) => s.slice(4)),
    );
  });

  test('a get fixes its view when it is called', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1');
    const routine = engine.get(key('a'));
    write(engine, 'a=2');
    flush(engine, disk);
    expect(disk.run(routine)).toEqual(new Uint8Array([0x31]));
  });

  test('an absent key costs no read, a cached block none either', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1', 'm=1', 'z=1');
    flush(engine, disk);
    disk.reads = 0;
    for (let i = 0; i < 100; i++) get(engine, disk, `b${i}`);
    expect(disk.reads).toBeLessThan(20);
    get(engine, disk, 'a');
    disk.reads = 0;
    expect(get(engine, disk, 'a')).toBe('1');
    expect(disk.reads).toBe(0);
  });

  test.each([0, 1, 63, 64, 4095, 4096, 4097, 65535, 65536, 65537, 1024 * 1024])('a value of %i bytes', (size) => {
    const disk = new MemoryDisk();
    const engine = open(disk, { ...TINY, blockBytes: 4096, sliceBytesMax: 256 * 1024 });
    const value = new Uint8Array(size).map((_, i) => i * 31);
    const batch = new WriteBatch()
      .put(key('a'), new Uint8Array([1]))
      .put(key('b'), value)
      .put(key('c'), new Uint8Array([3]));
    engine.write(batch.put(key('k'.repeat(4096)), value));
    flush(engine, disk);
    const reopened = open(disk);
    expect(sameBytes(disk.run(reopened.get(key('b'))), value)).toBe(true);
    expect(sameBytes(disk.run(reopened.get(key('k'.repeat(4096)))), value)).toBe(true);
    expect(disk.run(reopened.get(key('c')))).toEqual(new Uint8Array([3]));
  });

  test('many versions of one key across blocks, extents and tables', () => {
    const { disk, engine } = fresh();
    for (let i = 1; i <= 60; i++) {
      write(engine, `k=${i}`);
      if (i % 25 === 0) flush(engine, disk, 0);
    }
    for (let at = 0; at <= 60; at++) expect(get(engine, disk, 'k', at)).toBe(at === 0 ? undefined : String(at));
  });
});

describe('flush', () => {
  test('what is kept in memory of its table keeps nothing of the MemTable there', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    // No key between two of these is shorter; k00 has versions that a snapshot tells apart, enough for several blocks.
    for (let i = 0; i < 40; i++) write(engine, `k${String(i).padStart(2, '0')}=${'v'.repeat(30)}`);
    for (let i = 0; i < 10; i++) write(engine, `k00=${'w'.repeat(30)}`);
    flush(engine, disk, 0);
    const { smallestKey, largestKey, index } = engine.version.tables[0]!.meta;
    expect(index.length).toBeGreaterThan(20);
    const kept = [smallestKey, largestKey, ...index.map(({ separator }) => separator)];
    for (const { buffer, length } of kept) expect(buffer.byteLength).toBe(length);
  });

  test('hands out slices within their limit, the publish last and whole', () => {
    const { disk, engine } = fresh();
    for (let i = 0; i < 40; i++) write(engine, `key${i}=${'v'.repeat(i)}`);
    expect(engine.shouldFlush()).toBe(true);
    expect(flush(engine, disk)).toBeGreaterThan(5);
    const publish = disk.journal.at(-1) ?? [];
    expect(publish.map((op) => op.store)).toEqual(['sstmeta', 'manifest', 'manifest']);
    for (const slice of disk.journal.slice(0, -1)) {
      const sizes = slice.map((op) => (op.type === 'put' && op.store === 'sst' ? op.value.length : Number.NaN));
      expect(sizes.length === 1 || sizes.reduce((a, b) => a + b, 0) <= TINY.sliceBytesMax).toBe(true);
    }
  });

  test('of each key, no version is written that no reader may ask for', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1', 'b=1', 'a=2', 'a', 'b=2', 'a=3');
    const job = engine.startFlush(3);
    for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
    job?.done();
    // a: 3 (6), tombstone (4), 2 (3); b: 2 (5), 1 (2). Only a = 1 (1) had been replaced by then.
    expect(job?.published?.entries).toBe(5);
    expect([3, 4, 5, 6].map((at) => dump(engine, disk, at))).toEqual([
      ['a=2', 'b=1'],
      ['b=1'],
      ['b=2'],
      ['a=3', 'b=2'],
    ]);
    write(engine, 'a=4', 'a=5', 'a');
    const last = engine.startFlush();
    for (let next = last?.next(); next !== undefined; next = last?.next()) disk.transact(next);
    last?.done();
    expect(last?.published?.entries).toBe(1);
    expect(dump(open(disk), disk)).toEqual(['b=2']);
  });

  test('one at a time; what is written meanwhile stays in the new MemTable', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1');
    const job = engine.startFlush();
    write(engine, 'b=1');
    expect(engine.startFlush()).toBeUndefined();
    expect(engine.shouldFlush()).toBe(false);
    expect(() => job?.done()).toThrow('after its last transaction');
    for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
    job?.done();
    expect(job?.published).toMatchObject({ level: 0, fileNumber: 1, entries: 1 });
    expect(engine.memTableBytes).toBe(7 + 1 + 1 + 8);
    expect(dump(engine, disk)).toEqual(['a=1', 'b=1']);
    expect(dump(open(disk), disk)).toEqual(['a=1']);
  });

  test('publishes the applied indices of the moment when it began, also without any write', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1');
    engine.setApplied(0, 1, 5);
    engine.setApplied(7, 4294967294, 9);
    const job = engine.startFlush();
    engine.setApplied(0, 1, 6);
    for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
    expect(engine.appliedIndex(0, 1)).toBe(0);
    job?.done();
    expect(engine.appliedIndex(0, 1)).toBe(5);
    expect(flush(engine, disk)).toBe(1);
    expect(flush(engine, disk)).toBe(0);
    const reopened = open(disk);
    expect([reopened.appliedIndex(0, 1), reopened.appliedIndex(7, 4294967294), reopened.appliedIndex(1, 1)]).toEqual([
      6, 9, 0,
    ]);
    expect(() => reopened.setApplied(0, 1, 4)).toThrow('never goes back');
  });

  test('bug 11: sequence numbers go on above what is on disk', () => {
    const { disk, engine } = fresh();
    write(engine, 'a=1', 'a=2', 'a=3');
    flush(engine, disk);
    const reopened = open(disk);
    expect(reopened.lastSequence).toBe(3);
    write(reopened, 'a=4');
    expect(get(reopened, disk, 'a')).toBe('4');
    expect(get(reopened, disk, 'a', 3)).toBe('3');
  });

  test('bug 25: 200 flushes and reopenings keep the manifest short and everything readable', () => {
    const disk = new MemoryDisk();
    for (let i = 0; i < 200; i++) {
      const engine = open(disk);
      write(engine, `k${i % 10}=${i}`);
      flush(engine, disk);
    }
    expect(disk.store('manifest').size).toBeLessThanOrEqual(64);
    const expected = Array.from({ length: 10 }, (_, i) => `k${i}=${190 + i}`);
    expect(dump(open(disk), disk)).toEqual(expected);
  });
});

describe('recovery', () => {
  /** Three tables, of which each took several transactions. */
  function store(): MemoryDisk {
    const { disk, engine } = fresh();
    for (const round of [1, 2, 3]) {
      for (let i = 0; i < 12; i++) write(engine, `key${i}=${round}`);
      write(engine, `key${round}`);
      flush(engine, disk);
    }
    return disk;
  }

  test('bug 23, bug 26: a crash between slices leaves orphans: skipped, swept, and their numbers not given out', () => {
    const { disk } = { disk: store() };
    const crashed = disk.crashedAfter(disk.journal.length - 1);
    const engine = open(crashed);
    const before = dump(engine, crashed);
    expect(before).toContain('key5=2');
    write(engine, 'new=1');
    const job = engine.startFlush();
    for (let next = job?.next(); next !== undefined; next = job?.next()) crashed.transact(next);
    job?.done();
    expect(job?.published?.fileNumber).toBe(4);
    crashed.transact(engine.orphanSweep() ?? []);
    const reopened = open(crashed);
    expect(reopened.orphanSweep()).toBeUndefined();
    expect(dump(reopened, crashed)).toEqual([...before, 'new=1']);
    expect([...crashed.store('sst').keys()].some((k) => Math.floor(k / 65536) === 3)).toBe(false);
    expect(open(disk).orphanSweep()).toBeUndefined();
  });

  test('a listed table that is missing is an error that names it', () => {
    const disk = store();
    disk.store('sstmeta').delete(2);
    expect(() => open(disk)).toThrow(CorruptStore);
    expect(() => open(disk)).toThrow('table 2');
    const holed = store();
    holed.store('sst').delete(2 * 65536);
    const engine = open(holed);
    expect(() => dump(engine, holed)).toThrow('table 2, extent 0, block 0: missing');
  });

  test('a manifest that lost its newest edit, or all of them, is an error', () => {
    const disk = store();
    disk.store('manifest').delete(3);
    expect(() => open(disk)).toThrow('manifest edit that is missing');
    disk.store('manifest').clear();
    expect(() => open(disk)).toThrow(CorruptStore);
  });
});
