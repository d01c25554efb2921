import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import type { LsmEngine } from './lsm-engine.ts';
import type { ScanRange } from './scan-range.ts';
import type { StoreIterator } from './store-iterator.ts';
import { key } from './testing/bytes.ts';
import { compactLevel, deleteObsolete, filesOnDisk } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, open, write } from './testing/store.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const standing = ({ key: at, value }: StoreIterator): string | undefined =>
  at === undefined || value === undefined ? undefined : `${text(at.subarray(7))}=${text(value)}`;

const ascending = (a: number, b: number): number => a - b;

const NAMES = ['', '\0', 'a', 'aa', 'ab', 'ab\0', 'b', 'c', 'é', 'キー', '🔑', 'z'.repeat(70), 'zz'];
const name = fc.constantFrom(...NAMES);
const op = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(name, fc.nat({ max: 99 })).map(([n, v]) => `${n}=${v}`) },
  { weight: 1, arbitrary: name },
);
const end = fc.option(name, { nil: undefined });

type Step =
  | { type: 'write'; ops: string[] }
  | { type: 'flush' }
  | { type: 'compact' }
  | { type: 'first' }
  | { type: 'last' }
  | { type: 'next' }
  | { type: 'prev' }
  | { type: 'seek' | 'seekForPrev'; name: string };
type Move = Exclude<Step, { type: 'write' | 'flush' | 'compact' }>;
const writes: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('write' as const),
  ops: fc.array(op, { minLength: 1, maxLength: 5 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: writes },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ type: 'flush' }, { type: 'compact' }) },
  { weight: 8, arbitrary: fc.constantFrom<Step>({ type: 'next' }, { type: 'prev' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ type: 'first' }, { type: 'last' }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('seek' as const, 'seekForPrev' as const), name }) },
);

/** A place in the list of what is live, or none. */
class ListIterator {
  at = -1;
  private readonly keys: readonly Uint8Array[];

  constructor(keys: readonly Uint8Array[]) {
    this.keys = keys;
  }

  move(move: Move): void {
    const { keys } = this;
    const stood = keys[this.at] !== undefined;
    if (move.type === 'first') this.at = 0;
    else if (move.type === 'last') this.at = keys.length - 1;
    else if (move.type === 'next') this.at = stood && this.at + 1 < keys.length ? this.at + 1 : -1;
    else if (move.type === 'prev') this.at = stood ? this.at - 1 : -1;
    else if (move.type === 'seek') this.at = keys.findIndex((k) => compareBytes(k, key(move.name)) >= 0);
    else this.at = keys.findLastIndex((k) => compareBytes(k, key(move.name)) <= 0);
  }
}

function moveIterator(iterator: StoreIterator, move: Move) {
  if (move.type === 'first') return iterator.seekToFirst();
  if (move.type === 'last') return iterator.seekToLast();
  if (move.type === 'seek' || move.type === 'seekForPrev') return iterator[move.type](key(move.name));
  return iterator[move.type]();
}

function inRange(range: ScanRange, at: Uint8Array): boolean {
  const { gte, gt, lte, lt } = range;
  const above = gte !== undefined ? compareBytes(at, gte) >= 0 : gt === undefined || compareBytes(at, gt) > 0;
  return above && (lte !== undefined ? compareBytes(at, lte) <= 0 : lt === undefined || compareBytes(at, lt) < 0);
}

describe('StoreIterator', () => {
  test('moves over the live keys of its moment and range, whatever is written, flushed and compacted meanwhile', () => {
    const bounds = fc.record({ gte: end, gt: end, lte: end, lt: end });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(writes, fc.constantFrom<Step>({ type: 'flush' }, { type: 'compact' })), { maxLength: 25 }),
        bounds,
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        (before, ends, steps) => {
          const disk = new MemoryDisk();
          const engine = open(disk);
          const change = (each: Step): void => {
            if (each.type === 'write') write(engine, ...each.ops);
            else if (each.type === 'flush') flush(engine, disk);
            else compactLevel(engine, disk, engine.version.levels[0]?.length === 0 ? 1 : 0);
          };
          for (const each of before) change(each);
          const entries = Object.entries(ends).map(([side, at]) => [side, at === undefined ? undefined : key(at)]);
          const range: ScanRange = Object.fromEntries(entries);
          const live = dump(engine, disk).filter((pair) => inRange(range, key(pair.slice(0, pair.indexOf('=')))));
          const iterator = engine.iterate(range);
          const model = new ListIterator(live.map((pair) => key(pair.slice(0, pair.indexOf('=')))));
          for (const each of steps) {
            if (each.type === 'write' || each.type === 'flush' || each.type === 'compact') {
              change(each);
              continue;
            }
            disk.run(moveIterator(iterator, each));
            model.move(each);
            expect(standing(iterator)).toBe(live[model.at]);
          }
          iterator.release();
          expect(engine.pinnedReaders).toBe(0);
          deleteObsolete(engine, disk);
          const listed = engine.version.tables.map((table) => table.meta.fileNumber);
          expect(filesOnDisk(disk).sort(ascending)).toEqual(listed.sort(ascending));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('bug 21: keeps both ends of a range exact at every block boundary (mini-lsm 9a13f3a, 6fba57a)', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    const names = Array.from({ length: 40 }, (_, i) => `k${String(i).padStart(2, '0')}`);
    for (const n of names) write(engine, `${n}=${'v'.repeat(11)}`);
    flush(engine, disk);
    write(engine, 'k07', 'k20');
    const left = names.filter((n) => n !== 'k07' && n !== 'k20');
    const walk = (range: ScanRange, reverse: boolean): string[] => {
      const iterator = engine.iterate(range);
      const found: string[] = [];
      disk.run(reverse ? iterator.seekToLast() : iterator.seekToFirst());
      for (let at = iterator.key; at !== undefined; at = iterator.key) {
        found.push(text(at.subarray(7)));
        disk.run(reverse ? iterator.prev() : iterator.next());
      }
      iterator.release();
      return reverse ? found.reverse() : found;
    };
    for (const reverse of [false, true]) {
      for (const n of names) {
        for (const at of [n, n.slice(0, -1), `${n}\0`]) {
          expect(walk({ gte: key(at) }, reverse)).toEqual(left.filter((each) => each >= at));
          expect(walk({ gt: key(at) }, reverse)).toEqual(left.filter((each) => each > at));
          expect(walk({ lte: key(at) }, reverse)).toEqual(left.filter((each) => each <= at));
          expect(walk({ lt: key(at) }, reverse)).toEqual(left.filter((each) => each < at));
        }
      }
    }
  });

  test('bug 22: an error ends it for good and lets go of what it held; the end of a range is no error', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    for (let i = 0; i < 40; i++) write(engine, `k${String(i).padStart(2, '0')}=${'v'.repeat(20)}`);
    flush(engine, disk);
    disk.store('sst').delete(65536 + 2);
    const walk = (iterator: StoreIterator): void => {
      for (disk.run(iterator.seekToFirst()); iterator.key !== undefined; ) disk.run(iterator.next());
    };
    const iterator = engine.iterate({});
    expect(() => walk(iterator)).toThrow('table 1, extent 2, block 4: missing');
    expect(iterator.key).toBeUndefined();
    expect(() => disk.run(iterator.seekToFirst())).toThrow('table 1, extent 2, block 4: missing');
    iterator.release();
    iterator.release();
    expect(() => disk.run(iterator.next())).toThrow('after its release');
    expect(() => disk.run(engine.scan(key('a'), key('z'), 100))).toThrow('missing');
    expect(engine.pinnedReaders).toBe(0);
    walk(engine.iterate({ lt: key('k02') }));
  });

  test('bug 19: keeps its tables on disk until it is released, and no longer (leveldb IteratorPinsRef)', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    for (let i = 0; i < 30; i++) write(engine, `k${String(i).padStart(2, '0')}=${'v'.repeat(20)}`);
    flush(engine, disk);
    const expected = dump(engine, disk);
    const [first, second] = [engine.iterate({}), engine.iterate({})];
    const reading = engine.get(key('k07'));
    const wanted = reading.next();
    write(engine, 'k07', 'k08=new');
    flush(engine, disk);
    compactLevel(engine, disk, 0);
    expect(engine.version.tables.some((table) => table.meta.fileNumber === 1)).toBe(false);
    const walk = (iterator: StoreIterator): (string | undefined)[] => {
      const found = [];
      for (disk.run(iterator.seekToLast()); iterator.key !== undefined; disk.run(iterator.prev()))
        found.push(standing(iterator));
      return found.reverse();
    };
    const isThere = (): boolean => {
      deleteObsolete(engine, disk);
      return filesOnDisk(disk).includes(1);
    };
    expect([walk(first), isThere()]).toEqual([expected, true]);
    first.release();
    expect([walk(second), isThere()]).toEqual([expected, true]);
    second.release();
    // A point read that waits for its block holds them as well.
    expect([wanted.done, isThere()]).toEqual([false, true]);
    if (wanted.done === false) expect(reading.next(disk.read(wanted.value))).toMatchObject({ done: true });
    expect([isThere(), engine.pinnedReaders]).toEqual([false, 0]);
    expect(dump(engine, disk)).toHaveLength(29);
  });

  test('a replica dropped meanwhile stays readable to it, and to nobody who comes later', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    write(engine, 'a=1', 'b=2', 'c=3');
    flush(engine, disk);
    const iterator = engine.iterate({});
    disk.run(iterator.seekToFirst());
    const job = engine.startDropReplicas([{ shard: 0, replicaId: 1 }]);
    disk.transact(job.publish());
    job.done();
    disk.run(iterator.next());
    expect(standing(iterator)).toBe('b=2');
    for (const reverse of [false, true]) {
      expect(disk.run(engine.scan(key(''), key('z'), 9, { reverse })).pairs).toEqual([]);
    }
    expect(disk.run(engine.get(key('a')))).toBeUndefined();
    iterator.release();
  });

  test('a page from the end: the last pairs, largest first', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    write(engine, 'a=1', 'b=2', 'c=3', 'd=4', 'e=5');
    flush(engine, disk);
    write(engine, 'd', 'b=new');
    const page = (limit: number, bytesMax?: number): [string[], boolean] => {
      const options = bytesMax === undefined ? { reverse: true } : { reverse: true, bytesMax };
      const { pairs, more } = disk.run(engine.scan(key('a'), key('e'), limit, options));
      return [pairs.map((pair) => `${text(pair.key.subarray(7))}=${text(pair.value)}`), more];
    };
    expect(page(2)).toEqual([['c=3', 'b=new'], true]);
    expect(page(3)).toEqual([['c=3', 'b=new', 'a=1'], false]);
    expect(page(9, 9)).toEqual([['c=3'], true]);
  });
});

describe('snapshots', () => {
  const at = (engine: LsmEngine, disk: MemoryDisk, sequence: number): string[] => dump(engine, disk, sequence);

  test('bug 5: the snapshot of the empty store is one (sequence 0 is not "none")', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    const empty = engine.takeSnapshot();
    expect(empty.sequence).toBe(0);
    write(engine, 'a=1');
    write(engine, 'a=2');
    expect(engine.oldestSnapshot).toBe(0);
    flush(engine, disk);
    expect(at(engine, disk, empty.sequence)).toEqual([]);
    // All versions are still there: nobody may forget what lies above a snapshot that is held.
    expect(at(engine, disk, 1)).toEqual(['a=1']);
    engine.releaseSnapshot(empty);
    expect(engine.oldestSnapshot).toBe(2);
    expect(() => engine.releaseSnapshot(empty)).toThrow('released once');
  });

  test('a flush keeps what the oldest one held may ask for, and no more', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    write(engine, 'a=1');
    write(engine, 'a=2', 'b=2');
    const [first, again] = [engine.takeSnapshot(), engine.takeSnapshot()];
    write(engine, 'a=3', 'b');
    const second = engine.takeSnapshot();
    expect(engine.snapshotSequences).toEqual([3, 5]);
    write(engine, 'a=4');
    engine.releaseSnapshot(first);
    flush(engine, disk);
    expect(at(engine, disk, again.sequence)).toEqual(['a=2', 'b=2']);
    expect(at(engine, disk, second.sequence)).toEqual(['a=3']);
    expect(dump(open(disk), disk)).toEqual(['a=4']);
    // Sequence 1 is below the oldest snapshot: that version was not written.
    expect(disk.run(engine.get(key('a'), 1))).toBeUndefined();
    engine.releaseSnapshot(second);
    expect(engine.oldestSnapshot).toBe(again.sequence);
  });
});
