import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { StorageEvent, TableInfo } from '../../core/node/storage-event.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL, STORAGE_JOBS_KEPT, type StorageView } from './view-model.ts';

const node = nodeId(1);
const at = (timeUs: number, event: StorageEvent): TraceEvent => ({ timeUs, node, ...event });
const table = (fileNumber: number, level = 0): TableInfo => ({ level, fileNumber, bytes: 100, entries: 3 });
const closed = (timeUs: number): TraceEvent =>
  at(timeUs, { type: 'MemTableClosed', reason: 'full', bytes: 400, entries: 3 });
const published = (timeUs: number, fileNumber: number): TraceEvent =>
  at(timeUs, { type: 'SSTablePublished', ...table(fileNumber) });
const SHAPE = { style: 'leveled', reason: 'L0 count', level: 0, outputLevel: 1 } as const;
const inputs = [table(1), table(2), table(3, 1)];
const started = (timeUs: number): TraceEvent =>
  at(timeUs, { type: 'CompactionStarted', job: 7, ...SHAPE, inputs, bytes: 300 });
const finished = (timeUs: number): TraceEvent =>
  at(timeUs, {
    type: 'CompactionFinished',
    job: 7,
    ...SHAPE,
    inputs,
    outputs: [table(4, 1)],
    bytesRead: 300,
    bytesWritten: 90,
    dropped: 2,
  });
const died: TraceEvent = { timeUs: 9, type: 'NodeKilled', node, pending: 0, lost: 0, torn: false };

const viewOf = (...events: readonly TraceEvent[]): StorageView | undefined =>
  reduceAll(EMPTY_MODEL, events).storage.get(node);

test('a flush runs from the closed MemTable to its published table', () => {
  expect(viewOf(closed(1))?.jobs).toMatchObject([{ kind: 'flush', reason: 'full', endedUs: undefined, bytes: 400 }]);
  expect(viewOf(closed(1), published(2, 5))?.jobs).toMatchObject([
    {
      kind: 'flush',
      reason: 'full',
      startedUs: 1,
      endedUs: 2,
      outputs: [{ fileNumber: 5, bytes: 100 }],
      bytesWritten: 100,
    },
  ]);
});

test('a compaction starts with its reason, comes on, and ends with what it wrote', () => {
  const advanced = at(2, { type: 'CompactionAdvanced', job: 7, bytesRead: 150, bytesWritten: 40 });
  expect(viewOf(started(1), advanced)?.jobs).toMatchObject([
    { kind: 'compaction', reason: 'L0 count', endedUs: undefined, bytes: 300, bytesRead: 150 },
  ]);
  expect(viewOf(started(1), advanced, finished(3))?.jobs).toMatchObject([
    { startedUs: 1, endedUs: 3, outputs: [table(4, 1)], bytesRead: 300, bytesWritten: 90, dropped: 2 },
  ]);
});

test('an end whose beginning was not seen is one job all the same', () => {
  expect(viewOf(finished(3))?.jobs).toMatchObject([{ kind: 'compaction', endedUs: 3, inputs }]);
  expect(viewOf(published(3, 5))?.jobs).toMatchObject([{ kind: 'flush', reason: undefined, endedUs: 3 }]);
});

test('progress of another job changes nothing', () => {
  const other = at(2, { type: 'CompactionAdvanced', job: 8, bytesRead: 150, bytesWritten: 40 });
  expect(viewOf(started(1), other)?.jobs).toMatchObject([{ job: 7, bytesRead: 0 }]);
});

test('what was under way when the process ended is no job any more; what was done stays', () => {
  expect(viewOf(closed(1), published(2, 5), closed(3), started(4), died)?.jobs).toMatchObject([
    { kind: 'flush', endedUs: 2 },
  ]);
});

test('writes are held back until they are resumed, or the node ends', () => {
  const stalled = at(1, { type: 'WriteStalled', kind: 'stopped', because: 'L0 tables', tables: 12, memTableBytes: 9 });
  expect(viewOf(stalled)?.stall).toMatchObject({ kind: 'stopped', tables: 12, timeUs: 1 });
  expect(viewOf(stalled, at(2, { type: 'WriteResumed', stalledUs: 1 }))?.stall).toBeUndefined();
  expect(viewOf(stalled, died)?.stall).toBeUndefined();
});

test('a table that only moved is a job without bytes', () => {
  expect(viewOf(at(1, { type: 'TableMoved', from: 1, ...table(6, 2) }))?.jobs).toMatchObject([
    { kind: 'move', level: 1, outputLevel: 2, bytesWritten: 0, outputs: [table(6, 2)] },
  ]);
});

test('only the last jobs are kept', () => {
  const many = Array.from({ length: STORAGE_JOBS_KEPT + 5 }, (_, i) => [closed(2 * i), published(2 * i + 1, i)]);
  const { jobs } = viewOf(...many.flat()) as StorageView;
  expect(jobs).toHaveLength(STORAGE_JOBS_KEPT);
  expect(jobs.at(-1)?.outputs[0]?.fileNumber).toBe(STORAGE_JOBS_KEPT + 4);
});

test('a read’s path is kept with the key that its client asked for, for the node that served it', () => {
  const client = 100 as never;
  const shard = shardId(2);
  const key = encodeUtf8('user:42');
  const common = { shard, client, requestId: 5 };
  const steps = [{ place: 'MemTable', result: 'value' }] as const;
  const asked: readonly TraceEvent[] = [
    {
      timeUs: 1,
      type: 'OperationInvoked',
      id: 9,
      client,
      clientName: 'client' as never,
      shard,
      operation: { type: 'Get', key },
    },
    { timeUs: 2, type: 'RequestSent', operation: 9, ...common, to: node, request: 'Get', attempt: 1 },
    { timeUs: 3, type: 'ReadIndexStarted', node, ...common, context: 1 },
  ];
  const lookedUp: TraceEvent = { timeUs: 4, type: 'ValueLookedUp', node, ...common, steps: [...steps] };
  const { storage } = reduceAll(reduceAll(EMPTY_MODEL, asked), [lookedUp]);
  expect(storage.get(node)?.lookup).toEqual({ shard, key, timeUs: 4, steps });
  const strange: TraceEvent = { ...lookedUp, requestId: 6 };
  expect(reduceAll(reduceAll(EMPTY_MODEL, asked), [strange]).storage.size).toBe(0);
});
