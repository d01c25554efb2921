import { describe, expect, test } from 'vitest';
import { BlockCache } from './block-cache.ts';
import type { InternalEntry } from './internal-key.ts';
import { MergingCursor } from './merging-cursor.ts';
import { StoreIterator, scanPage } from './store-iterator.ts';
import { entry, key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { writeTable } from './testing/tables.ts';
import { Version } from './version.ts';

const cache = new BlockCache(0);

const table = (disk: MemoryDisk, fileNumber: number, entries: InternalEntry[]) =>
  writeTable(disk, cache, fileNumber, entries);

const letters = (from: string, to: string, sequence: number, value?: string): InternalEntry[] =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, i) =>
    entry(String.fromCharCode(from.charCodeAt(0) + i), sequence + i, value),
  );

describe('Version', () => {
  const disk = new MemoryDisk();
  const version = Version.empty.with(
    [
      { level: 2, table: table(disk, 1, letters('a', 'z', 1, 'L2')) },
      { level: 1, table: table(disk, 3, letters('m', 'p', 60, 'L1')) },
      { level: 1, table: table(disk, 2, letters('c', 'f', 50, 'L1')) },
      { level: 0, table: table(disk, 4, [...letters('d', 'e', 70, 'older'), entry('o', 75, 'older')]) },
      { level: 0, table: table(disk, 5, [entry('d', 80, 'newer'), entry('n', 81)]) },
    ],
    [],
  );
  const read = (name: string, at = 1000): string | undefined => {
    const found = disk.run(version.get(key(name), at));
    return found === undefined ? undefined : found.type === 0 ? 'tombstone' : Buffer.from(found.value).toString();
  };

  test('bug 14: the smaller level and the newer table of L0 come first', () => {
    const found = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'l', 'm', 'n', 'o', 'p', 'q', 'z', 'zz', ''].map((n) => read(n));
    const [L1, L2] = ['L1', 'L2'];
    const expected = [
      L2,
      L2,
      L1,
      'newer',
      'older',
      L1,
      L2,
      L2,
      L1,
      'tombstone',
      'older',
      L1,
      L2,
      L2,
      undefined,
      undefined,
    ];
    expect(found).toEqual(expected);
    expect([read('d', 79), read('d', 60), read('d', 10), read('d', 3)]).toEqual(['older', 'L1', 'L2', undefined]);
  });

  test('a scan from and to any key agrees with the point reads', () => {
    const names = letters('a', 'z', 1).map((e) => Buffer.from(e.key.subarray(7)).toString());
    for (const from of ['', ...names]) {
      for (const to of ['c', 'd', 'e', 'm', 'n', 'q', 'zz']) {
        const [low, high] = [key(from), key(to)];
        const expected = names.filter((n) => n >= from && n < to && read(n) !== 'tombstone');
        for (const reverse of [false, true]) {
          const range = { gte: low, lt: high };
          const iterator = new StoreIterator(new MergingCursor(version.cursors(range)), range, 1000, () => undefined);
          const { pairs } = disk.run(scanPage(iterator, { pairs: 100, bytes: 1e9 }, reverse));
          const found = pairs.map((p) => Buffer.from(p.key.subarray(7)).toString());
          expect(reverse ? found.reverse() : found).toEqual(expected);
        }
      }
    }
  });

  test('bug 15: tables below L0 are disjoint; a deleted one is gone from the new Version only', () => {
    expect(() => version.with([{ level: 1, table: table(disk, 9, letters('f', 'g', 90, 'x')) }], [])).toThrow(
      'overlap',
    );
    const without = version.with([], [{ level: 0, fileNumber: 5 }]);
    expect(without.levels.map((level) => level.length)).toEqual([1, 2, 1, 0, 0, 0, 0]);
    expect(version.levels[0]?.map((t) => t.meta.fileNumber)).toEqual([5, 4]);
  });
});
