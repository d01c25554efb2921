import { describe, expect, test } from 'vitest';
import type { LookupStep, TableLookup } from '../../../core/lsm/lookup-report.ts';
import type { TableInfo } from '../../../core/node/storage-event.ts';
import type { StorageJob } from '../../store/view-model.ts';
import { tableNames } from './job-list.tsx';
import {
  groupDigits,
  jobProgress,
  jobTitle,
  jobWhy,
  lookupCost,
  lookupWords,
  percent,
  stallWords,
} from './storage-words.ts';

const table = (fileNumber: number, level: number): TableInfo => ({ level, fileNumber, bytes: 100, entries: 3 });
const JOB: StorageJob = {
  kind: 'compaction',
  job: 1,
  startedUs: 0,
  endedUs: undefined,
  reason: 'L0 count',
  style: 'leveled',
  level: 0,
  outputLevel: 1,
  inputs: [1, 2, 3, 4].map((number) => table(number, 0)).concat(table(9, 1)),
  outputs: [],
  bytes: 500,
  bytesRead: 250,
  bytesWritten: 100,
  dropped: 0,
};

test('a job is named by what it does and where', () => {
  expect(jobTitle(JOB)).toBe('Compaction L0 → L1');
  expect(jobTitle({ ...JOB, level: 0, outputLevel: 0 })).toBe('Compaction within L0');
  expect(jobTitle({ ...JOB, kind: 'flush' })).toBe('Flush to L1');
  expect(jobTitle({ ...JOB, kind: 'move', inputs: [table(12, 1)], level: 1, outputLevel: 2 })).toBe(
    'Table 12 moved L1 → L2',
  );
  expect(jobTitle({ ...JOB, reason: 'nothing lives', level: 0 })).toBe('Tables dropped from L0');
  expect(jobTitle({ ...JOB, reason: 'replica dropped', level: 1 })).toBe('Tables dropped from L1');
});

describe('why a job ran', () => {
  test('leveled: by the tables of L0 alone, without those that they overlap below', () =>
    expect(jobWhy(JOB)).toBe('L0 has 4 tables'));
  test('universal: by all sorted runs', () =>
    expect(jobWhy({ ...JOB, style: 'universal' })).toBe('there were 5 sorted runs'));
  test.each([
    ['level size', 'L0 is above its target'],
    ['full', 'the MemTable was full'],
    ['manual', 'somebody asked for it'],
    [undefined, ''],
  ] as const)('%s', (reason, words) => expect(jobWhy({ ...JOB, reason })).toBe(words));
});

test('progress is what was read of what there is to read, and not known of a flush', () => {
  expect(jobProgress(JOB)).toBe(0.5);
  expect(jobProgress({ ...JOB, bytesRead: 900 })).toBe(1);
  expect(jobProgress({ ...JOB, kind: 'flush' })).toBeUndefined();
});

const step = (change: Partial<TableLookup>): TableLookup => ({
  place: 'SSTable',
  level: 1,
  fileNumber: 36,
  result: 'absent',
  falsePositive: false,
  block: undefined,
  blockFrom: undefined,
  ...change,
});

test.each<[LookupStep, string, boolean]>([
  [{ place: 'MemTable', result: 'absent' }, 'not here', false],
  [{ place: 'immutable MemTable', result: 'tombstone' }, 'found: the key is deleted', true],
  [step({ result: 'outside' }), 'outside its key range', false],
  [step({ result: 'ruled out' }), 'Bloom filter: definitely not here', false],
  [
    step({ block: 3, blockFrom: 'disk', falsePositive: true }),
    'Bloom filter: maybe, wrongly; block 3 from disk: not here',
    false,
  ],
  [step({ result: 'value', block: 0, blockFrom: 'cache' }), 'Bloom filter: maybe; block 0 from cache: found', true],
])('step %#: %j', (looked, result, found) => {
  expect(lookupWords(looked)).toMatchObject({ result, found });
});

test('a read’s cost names blocks by where they came from, and what there would have been without filters', () => {
  expect(lookupCost([{ place: 'MemTable', result: 'value' }])).toMatch(/No table was asked/);
  const steps = [
    step({ result: 'ruled out' }),
    step({ result: 'ruled out' }),
    step({ result: 'value', block: 0, blockFrom: 'disk' }),
  ];
  expect(lookupCost(steps)).toBe('1 block from disk, 0 from the cache. Without filters: 3 blocks.');
});

test('a stall says what is full', () => {
  const stall = { kind: 'stopped', because: 'L0 tables', tables: 12, timeUs: 0 } as const;
  expect(stallWords(stall)).toBe('Writes are stopped: L0 has 12 tables.');
  expect(stallWords({ ...stall, kind: 'delayed', because: 'MemTable' })).toMatch(/slowed down: the MemTable/);
});

test('figures are grouped, shares rounded, numbers in a row drawn together', () => {
  expect([groupDigits(999), groupDigits(1904), groupDigits(1234567)]).toEqual([
    '999',
    '1\u2009904',
    '1\u2009234\u2009567',
  ]);
  expect([percent(0, 5), percent(5, 5), percent(1, 3), percent(0, 0)]).toEqual([
    '0\u00a0%',
    '100\u00a0%',
    '33.3\u00a0%',
    '–',
  ]);
  expect(tableNames([44, 41, 42, 47, 43].map((number) => table(number, 0)))).toBe('41–44, 47');
});
