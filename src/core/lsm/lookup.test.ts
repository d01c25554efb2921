import { describe, expect, test } from 'vitest';
import { BlockCache } from './block-cache.ts';
import { type LookupStep, newLookupReport } from './lookup-report.ts';
import { entry, key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { flush, open, TINY, write } from './testing/store.ts';
import { writeTable } from './testing/tables.ts';
import { Version } from './version.ts';

const inTable = (step: LookupStep): string =>
  step.place === 'SSTable'
    ? `L${step.level} table ${step.fileNumber}: ${step.result}${step.blockFrom === undefined ? '' : ` (block ${step.block}, ${step.blockFrom})`}`
    : `${step.place}: ${step.result}`;

describe('the way of a point read', () => {
  test('goes through MemTable, immutable MemTable, L0 newest first, then one table a level', () => {
    const disk = new MemoryDisk();
    const cache = new BlockCache(1000);
    const many = Array.from({ length: 12 }, (_, i) => entry(`k${String(i).padStart(2, '0')}`, i + 1, 'deep'));
    const version = Version.empty.with(
      [
        { level: 0, table: writeTable(disk, cache, 9, [entry('a', 90, 'x'), entry('z', 91, 'x')]) },
        { level: 0, table: writeTable(disk, cache, 8, [entry('k99', 80, 'x'), entry('z', 81, 'x')]) },
        { level: 1, table: writeTable(disk, cache, 5, [entry('a', 40, 'x'), entry('b', 41, 'x')]) },
        { level: 1, table: writeTable(disk, cache, 6, [entry('k00', 42, 'x'), entry('k05', 43)]) },
        { level: 3, table: writeTable(disk, cache, 1, many) },
      ],
      [],
    );
    const way = (name: string, at = 1000): string[] => {
      const report = newLookupReport();
      disk.run(version.get(key(name), at, report));
      return report.steps.map(inTable);
    };
    expect(way('k03')).toEqual([
      'L0 table 9: ruled out',
      'L0 table 8: outside',
      'L1 table 6: ruled out',
      'L3 table 1: value (block 3, disk)',
    ]);
    expect(way('k03').at(-1)).toBe('L3 table 1: value (block 3, cache)');
    expect(way('k05').slice(2)).toEqual(['L1 table 6: tombstone (block 1, disk)']);
    expect(way('zz')).toEqual(['L0 table 9: outside', 'L0 table 8: outside']);
  });

  test('is told by the engine, from the MemTable on', () => {
    const disk = new MemoryDisk();
    const engine = open(disk);
    const way = (name: string): string[] => {
      const report = newLookupReport();
      disk.run(engine.get(key(name), undefined, report));
      return report.steps.map(inTable);
    };
    write(engine, 'a=1', 'b=1');
    flush(engine, disk);
    write(engine, 'b=2');
    engine.startFlush();
    write(engine, 'c');
    expect(way('c')).toEqual(['MemTable: tombstone']);
    expect(way('b')).toEqual(['MemTable: absent', 'immutable MemTable: value']);
    expect(way('a').slice(2)).toEqual(['L0 table 1: value (block 0, disk)']);
  });
});

describe('statistics', () => {
  test('count what point reads asked of filters and blocks, and what the cache did', () => {
    const disk = new MemoryDisk();
    const engine = open(disk, { ...TINY, blockCacheBytes: 50 });
    for (let i = 0; i < 40; i++) write(engine, `k${String(i).padStart(2, '0')}=v`);
    flush(engine, disk);
    write(engine, 'm=1');
    disk.reads = 0;
    for (const name of ['m', 'k00', 'k00', 'k39', 'k00', 'zz']) disk.run(engine.get(key(name)));
    const { blockCacheStatistics, readStatistics } = engine;
    expect(readStatistics).toMatchObject({ gets: 6, fromMemTables: 1, blocksSearched: 4, bloomChecks: 4 });
    expect(readStatistics.blocksRead).toBe(disk.reads);
    expect(blockCacheStatistics).toMatchObject({ hits: 1, misses: 3, evictions: 2, blocks: 1, bytesMax: 50 });
    expect(blockCacheStatistics.bytes).toBeLessThanOrEqual(50);
  });

  test('tell a filter that was wrong from a key that is only newer', () => {
    const disk = new MemoryDisk();
    const engine = open(disk, { ...TINY, bloomBitsPerKey: 1 });
    for (let i = 0; i < 100; i++) write(engine, `k${i}=v`);
    flush(engine, disk, 0);
    for (let i = 0; i < 100; i++) expect(disk.run(engine.get(key(`k${i}x`)))).toBeUndefined();
    const wrong = engine.readStatistics;
    expect(wrong.bloomFalsePositives).toBeGreaterThan(10);
    expect(wrong.bloomNegatives).toBeGreaterThan(5);
    expect(wrong.bloomChecks).toBe(wrong.bloomFalsePositives + wrong.bloomNegatives);
    for (let i = 1; i < 100; i++) disk.run(engine.get(key(`k${i}`), i - 1));
    expect(engine.readStatistics.bloomFalsePositives).toBe(wrong.bloomFalsePositives);
  });
});
