import { expect, test } from 'vitest';
import { shardId } from '../../core/base/ids.ts';
import { EMPTY_NODE, EMPTY_REPLICA } from '../store/view-model.ts';
import { diskTrouble, entriesBehind, nodeWords } from './node-words.ts';

const S3 = shardId(3);
const back = { ...EMPTY_REPLICA, term: 4, persistedIndex: 5, catchingUp: true };

test('a node that is not up says why, one that reads its disk how much', () => {
  expect(nodeWords({ ...EMPTY_NODE, state: 'crashed', reason: 'torn log' }, back, S3, 0)).toBe('Crashed: torn log');
  const recovery = { sinceUs: 0, durationUs: 10, logRecords: 31 };
  expect(nodeWords({ ...EMPTY_NODE, recovery }, back, S3, 0)).toBe('Recovers: replays 31 log records');
  // Its process has yet to say what it reads.
  expect(nodeWords(EMPTY_NODE, back, S3, 0)).toBe('Starts');
});

test('a node that is up says what it is in the shard in view', () => {
  const up = { ...EMPTY_NODE, state: 'up' } as const;
  expect(nodeWords(up, undefined, S3, 0)).toBe('Up, holds no copy of s3');
  expect(nodeWords(up, { ...back, role: 'leader' }, S3, 0)).toBe('Leader of s3, term 4');
  expect(nodeWords(up, back, S3, 12)).toBe('Follower of s3, term 4, catching up: 12 behind');
});

test('a frozen node says so, whatever it was; clocks that were set are told', () => {
  const up = { ...EMPTY_NODE, state: 'up' } as const;
  expect(nodeWords({ ...up, frozen: true }, { ...back, role: 'leader' }, S3, 0)).toMatch(/^Frozen: .*waits$/);
  expect(nodeWords({ ...EMPTY_NODE, frozen: true }, back, S3, 0)).toMatch(/^Frozen: /);
  const clock = { offsetUs: -400_000, ratePpm: 10_000 };
  expect(nodeWords({ ...up, clock }, undefined, S3, 0)).toMatch(/, clock 400 ms behind, drift \+1 %$/);
  expect(nodeWords({ ...up, clock, frozen: true }, undefined, S3, 0)).toMatch(/, clock 400 ms behind/);
});

test('only a replica that came back is behind; how far, its leader tells', () => {
  expect(entriesBehind(back, 17)).toBe(12);
  expect(entriesBehind(back, 0)).toBe(0);
  expect(entriesBehind({ ...back, catchingUp: false }, 17)).toBe(0);
  expect(entriesBehind(undefined, 17)).toBe(0);
});

test('a node that a fault of its disk ended says which, and what helps; a disk in trouble shows while its node is up', () => {
  const crashed = { ...EMPTY_NODE, state: 'crashed', reason: 'CorruptStore: manifest edit 3: wrong checksum' } as const;
  const words = (fault: typeof EMPTY_NODE.fault) => nodeWords({ ...crashed, fault }, back, S3, 0);
  expect(words('disk full')).toMatch(/disk is full.*ok makes room, then Revive/);
  expect(words('write failed')).toMatch(/aborted. Revive goes on/);
  expect(words('corrupt')).toMatch(/CorruptStore: manifest edit 3: wrong checksum.*RESET/);
  expect(words('mid flush')).toMatch(/^Down: /);
  expect(words('mid commit')).toMatch(/middle of a write. Revive leaves the torn record out/);
  expect(
    (['disk full', 'write failed', 'corrupt', 'mid commit', 'mid flush', undefined] as const).map((fault) =>
      diskTrouble({ ...crashed, fault }),
    ),
  ).toEqual(['disk full', 'disk failed', 'disk corrupt', 'torn write', '', '']);
  const up = { ...EMPTY_NODE, state: 'up' } as const;
  expect(nodeWords({ ...up, disk: { slowdown: 20, full: false } }, back, S3, 0)).toMatch(/, disk 20 times as slow$/);
  expect(nodeWords({ ...up, disk: { slowdown: 1, full: true } }, undefined, S3, 0)).toMatch(/accepts no writes$/);
  expect(diskTrouble({ ...up, disk: { slowdown: 1, full: true } })).toBe('disk full');
  expect(diskTrouble(up)).toBe('');
  expect(diskTrouble(undefined)).toBe('');
});
