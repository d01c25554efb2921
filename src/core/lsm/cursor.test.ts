import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { BlockCursor, openBlock } from './block.ts';
import { BlockBuilder } from './block-builder.ts';
import { BlockCache } from './block-cache.ts';
import { CorruptStore, corrupt } from './corrupt-store.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import { compareInternal, type InternalEntry, SEQUENCE_MAX } from './internal-key.ts';
import { LevelCursor } from './level-cursor.ts';
import { MemTable } from './mem-table.ts';
import { MergingCursor } from './merging-cursor.ts';
import { entry, key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { internalOrder, writeTable } from './testing/tables.ts';

const fail = (why: string): CorruptStore => corrupt('table 7, extent 0', why);

/** The contract: a place in a sorted list, or none. */
class ListCursor {
  private at: number;
  private readonly list: readonly InternalEntry[];

  constructor(list: readonly InternalEntry[]) {
    this.list = list;
    this.at = -1;
  }

  get entry(): InternalEntry | undefined {
    return this.list[this.at];
  }

  seekToFirst(): void {
    this.at = 0;
  }

  seekToLast(): void {
    this.at = this.list.length - 1;
  }

  seek(sought: Uint8Array, sequence: number = BEFORE_VERSIONS): void {
    const at = this.list.findIndex((e) => compareInternal(e.key, e.sequence, sought, sequence) >= 0);
    this.at = at;
  }

  seekForPrev(sought: Uint8Array, sequence: number = AFTER_VERSIONS): void {
    this.at = this.list.findLastIndex((e) => compareInternal(e.key, e.sequence, sought, sequence) <= 0);
  }

  next(): void {
    if (this.entry !== undefined) this.at = this.at + 1 < this.list.length ? this.at + 1 : -1;
  }

  prev(): void {
    if (this.entry !== undefined) this.at--;
  }
}

/** Without what a MemTable's entry has beside it. */
const plain = (at: InternalEntry | undefined): InternalEntry | undefined =>
  at === undefined ? undefined : { key: at.key, sequence: at.sequence, type: at.type, value: at.value };

type Move =
  | { type: 'seekToFirst' | 'seekToLast' | 'next' | 'prev' }
  | { type: 'seek' | 'seekForPrev'; name: string; sequence: number | undefined };
type Moves = Pick<Cursor, 'seekToFirst' | 'seekToLast' | 'seek' | 'seekForPrev' | 'next' | 'prev' | 'entry'>;

function perform(cursor: Moves, move: Move): void {
  if (move.type === 'seek' || move.type === 'seekForPrev') cursor[move.type](key(move.name), move.sequence);
  else cursor[move.type]();
}

const NAMES = ['', '\0', 'a', 'aa', 'ab', 'ab\0', 'b', 'c', 'é', 'キー', '🔑', 'z'.repeat(70), 'zz'];
const SEQUENCES = [1, 2, 3, 4, 5, 6, 7, 2 ** 31, 2 ** 32, SEQUENCE_MAX];
const entries = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...SEQUENCES), fc.nat({ max: 40 })), {
    minLength: 1,
    maxLength: 60,
    selector: ([name, sequence]) => `${name}/${sequence}`,
  })
  .map((list) => list.map(([name, sequence, size]) => entry(name, sequence, 'v'.repeat(size))).sort(internalOrder));
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Move>({ type: 'next' }, { type: 'prev' }) },
  { weight: 1, arbitrary: fc.constantFrom<Move>({ type: 'seekToFirst' }, { type: 'seekToLast' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('seek' as const, 'seekForPrev' as const),
      name: fc.constantFrom(...NAMES),
      sequence: fc.option(fc.constantFrom(0, ...SEQUENCES), { nil: undefined }),
    }),
  },
);

/** Runs of whole keys, as the tables of one level have them. */
function tablesOf(disk: MemoryDisk, cache: BlockCache, list: readonly InternalEntry[], keysPerTable: number) {
  const runs = new Map<number, InternalEntry[]>();
  let keys = -1;
  let last: Uint8Array | undefined;
  for (const each of list) {
    if (last === undefined || compareBytes(last, each.key) !== 0) keys++;
    last = each.key;
    const run = Math.floor(keys / keysPerTable);
    runs.set(run, [...(runs.get(run) ?? []), each]);
  }
  return [...runs.values()].map((run, i) => writeTable(disk, cache, i + 1, run));
}

function memTableOf(list: readonly InternalEntry[]): MemTable {
  const memTable = new MemTable();
  for (const each of [...list].sort((a, b) => a.sequence - b.sequence)) {
    memTable.add(each.key, each.sequence, each.type, each.value);
  }
  return memTable;
}

/** Every kind of cursor over the same entries. */
const KINDS: Record<string, (disk: MemoryDisk, list: readonly InternalEntry[]) => Cursor> = {
  MemTable: (_, list) => memTableOf(list).cursor(),
  'table, cold': (disk, list) => writeTable(disk, new BlockCache(0), 1, list).cursor(),
  'table, cached': (disk, list) => writeTable(disk, new BlockCache(1 << 20), 1, list).cursor(),
  level: (disk, list) => new LevelCursor(tablesOf(disk, new BlockCache(100), list, 2)),
  merge: (disk, list) => {
    const [a, b, c] = [0, 1, 2].map((part) => list.filter((_, i) => (i * 7) % 3 === part)) as InternalEntry[][];
    const level = new LevelCursor(tablesOf(disk, new BlockCache(100), a as InternalEntry[], 3));
    const sources: Cursor[] = [memTableOf(b as InternalEntry[]).cursor(), level];
    if (c !== undefined && c.length > 0) sources.push(writeTable(disk, new BlockCache(0), 99, c).cursor());
    return new MergingCursor(sources);
  },
};

describe.each(Object.entries(KINDS))('a cursor over a %s', (_, make) => {
  test('bug 20: moves as a place in the sorted list does, whatever the order of moves (leveldb #200)', () => {
    fc.assert(
      fc.property(entries, fc.array(move, { minLength: 5, maxLength: 60, size: 'max' }), (list, moves) => {
        const disk = new MemoryDisk();
        const cursor = make(disk, list);
        const model = new ListCursor(list);
        for (const each of moves) {
          perform(cursor, each);
          if (cursor.pending) disk.run(cursor.load());
          perform(model, each);
          expect(plain(cursor.entry)).toEqual(model.entry);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('finds both neighbours of every position: at every block boundary and one beside it', () => {
    const list = NAMES.flatMap((name, i) =>
      SEQUENCES.slice(0, 1 + (i % 10)).map((sequence) =>
        entry(`${name}x`, Math.min(sequence + 1, SEQUENCE_MAX), 'v'.repeat((i * 7) % 30)),
      ),
    ).sort(internalOrder);
    const disk = new MemoryDisk();
    const cursor = make(disk, list);
    const model = new ListCursor(list);
    for (const { key: at, sequence } of list) {
      for (const sought of [at, at.slice(0, -1), new Uint8Array([...at, 0])]) {
        for (const s of [sequence - 1, sequence, sequence + 1]) {
          for (const seek of ['seek', 'seekForPrev'] as const) {
            for (const step of ['next', 'prev'] as const) {
              cursor[seek](sought, s);
              if (cursor.pending) disk.run(cursor.load());
              model[seek](sought, s);
              expect(plain(cursor.entry)).toEqual(model.entry);
              cursor[step]();
              if (cursor.pending) disk.run(cursor.load());
              model[step]();
              expect(plain(cursor.entry)).toEqual(model.entry);
            }
          }
        }
      }
    }
  });
});

test('a cursor in a block goes both ways from every entry, across restarts', () => {
  fc.assert(
    fc.property(entries, fc.array(move, { minLength: 5, maxLength: 80, size: 'max' }), (list, moves) => {
      const builder = new BlockBuilder();
      for (const each of list) builder.add(each);
      const cursor = new BlockCursor(openBlock(builder.finish(), fail));
      const model = new ListCursor(list);
      for (const each of moves) {
        if (each.type === 'seek') cursor.seek(key(each.name), each.sequence ?? BEFORE_VERSIONS);
        else if (each.type === 'seekForPrev') cursor.seekForPrev(key(each.name), each.sequence ?? AFTER_VERSIONS);
        else cursor[each.type]();
        perform(model, each);
        expect(plain(cursor.entry)).toEqual(model.entry);
      }
    }),
    { numRuns: 300 },
  );
});

test.each(['next', 'prev'] as const)('bug 22: a block that cannot be read is an error, never an end: %s', (step) => {
  const list = Array.from({ length: 60 }, (_, i) => entry(`k${String(i).padStart(3, '0')}`, i + 1, 'v'.repeat(20)));
  const disk = new MemoryDisk();
  const table = writeTable(disk, new BlockCache(0), 7, list);
  const walk = (failAt: number): number => {
    const cursor = new MergingCursor([table.cursor()]);
    let reads = 0;
    const load = (): void => drive(cursor.load(), () => reads++ === failAt);
    if (step === 'next') cursor.seekToFirst();
    else cursor.seekToLast();
    let seen = 0;
    for (load(); cursor.entry !== undefined; seen++) {
      cursor[step]();
      if (cursor.pending) load();
    }
    return seen;
  };
  const drive = <T>(routine: DiskRoutine<T>, fails: () => boolean): T => {
    let turn = routine.next();
    while (!turn.done) turn = fails() ? routine.throw(new Error('read aborted')) : routine.next(disk.read(turn.value));
    return turn.value;
  };
  expect(walk(-1)).toBe(list.length);
  for (let failAt = 0; failAt < table.meta.extents; failAt++) expect(() => walk(failAt)).toThrow('read aborted');
  disk.store('sst').delete(7 * 65536 + 3);
  expect(() => walk(-1)).toThrow(CorruptStore);
  expect(() => walk(-1)).toThrow('table 7, extent 3, block 3: missing');
});
