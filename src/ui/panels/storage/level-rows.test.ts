import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../core/base/utf8.ts';
import type { EngineReport, LevelReport, TableReport } from '../../../core/lsm/engine-report.ts';
import { dataKey } from '../../../core/lsm/internal-key.ts';
import type { LookupView, StorageJob } from '../../store/view-model.ts';
import { keyAxis } from './key-axis.ts';
import { boundaryKeys, levelRows } from './level-rows.ts';
import { lookupKey, readStops } from './read-stops.ts';

const key = (text: string): Uint8Array => dataKey(1, 0, 6, encodeUtf8(text));
const table = (fileNumber: number, level: number, from: string, to: string): TableReport =>
  ({ fileNumber, level, smallestKey: key(from), largestKey: key(to) }) as TableReport;
const engineOf = (...levels: readonly (readonly TableReport[])[]): EngineReport =>
  ({
    memTable: { tree: [] },
    levels: Array.from(
      { length: 7 },
      (_, level): LevelReport => ({ level, tables: levels[level] ?? [] }) as LevelReport,
    ),
  }) as unknown as EngineReport;
const rowsOf = (engine: EngineReport, running?: StorageJob) =>
  levelRows(engine, keyAxis(boundaryKeys(engine), [0]), running);

test('L0 has a row for each table, newest first; a level below it has one for all', () => {
  const rows = rowsOf(
    engineOf([table(9, 0, 'a', 'z'), table(8, 0, 'b', 'y')], [table(3, 1, 'a', 'c'), table(4, 1, 'd', 'z')]),
  );
  expect(rows.map((level) => level.rows.map((row) => row.map((placed) => placed.table.fileNumber)))).toEqual([
    [[9], [8]],
    [[3, 4]],
    [[]],
  ]);
});

test('an empty engine shows L0 and L1, where the first tables will come', () => {
  expect(rowsOf(engineOf()).map(({ level, rows }) => [level.level, rows])).toEqual([
    [0, [[]]],
    [1, [[]]],
  ]);
});

test('what a compaction writes is drawn where its inputs reach, in the level that it goes to', () => {
  const engine = engineOf([table(9, 0, 'b', 'y')], [table(3, 1, 'a', 'c'), table(4, 1, 'z', 'zz')]);
  const running = {
    kind: 'compaction',
    outputLevel: 1,
    inputs: [{ fileNumber: 9 }, { fileNumber: 3 }],
  } as unknown as StorageJob;
  const [l0, l1] = rowsOf(engine, running);
  const axis = keyAxis(boundaryKeys(engine), [0]);
  expect(l0?.writing).toBeUndefined();
  expect(l1?.writing).toEqual(axis.span(key('a'), key('y')));
});

const LOOKUP: LookupView = {
  shard: 0 as LookupView['shard'],
  key: encodeUtf8('m'),
  timeUs: 0,
  steps: [
    { place: 'MemTable', result: 'absent' },
    {
      place: 'SSTable',
      level: 0,
      fileNumber: 9,
      result: 'ruled out',
      falsePositive: false,
      block: undefined,
      blockFrom: undefined,
    },
    { place: 'SSTable', level: 1, fileNumber: 3, result: 'value', falsePositive: false, block: 0, blockFrom: 'disk' },
  ],
};

test('stops are numbered in the order of the search, and only those that are lit', () => {
  const all = readStops(LOOKUP, 3);
  expect([all.memTable, all.immutable, all.tables.get(9), all.tables.get(3)]).toEqual([
    1,
    undefined,
    { number: 2, state: 'passed' },
    { number: 3, state: 'found' },
  ]);
  expect([...readStops(LOOKUP, 2).tables.keys()]).toEqual([9]);
});

test('the read’s key is that of the replica whose other keys the engine holds', () => {
  expect(lookupKey(LOOKUP, engineOf([table(9, 0, 'a', 'z')]))).toEqual(key('m'));
});
