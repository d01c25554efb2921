import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { thinTrace } from './thin-trace.ts';

const at = (node: number, shard: number) => ({ timeUs: 1, node: nodeId(node), shard: shardId(shard) });
const commit = (commitIndex: number, node = 1, shard = 0): TraceEvent => ({
  ...at(node, shard),
  type: 'CommitAdvanced',
  commitIndex,
  term: 1,
});
const append = (truncatedFrom: number): TraceEvent => ({
  ...at(1, 0),
  type: 'EntriesAppended',
  truncatedFrom,
  entries: [],
});
const synced: TraceEvent = { timeUs: 1, node: nodeId(1), type: 'LogSynced', records: 1, bytes: 1 };

const thin: TraceEvent = { timeUs: 1, type: 'DetailsOmitted', untilUs: 1 };

describe('at full speed', () => {
  test('a batch says that it is thin; an empty one says nothing', () => {
    expect(
      thinTrace([
        { ...synced, timeUs: 3 },
        { ...synced, timeUs: 9 },
      ]),
    ).toEqual([{ timeUs: 3, type: 'DetailsOmitted', untilUs: 9 }]);
    expect(thinTrace([])).toEqual([]);
  });

  test('progress is told as far as it has come, for each node and shard', () => {
    expect(thinTrace([commit(1), commit(2), commit(1, 2), commit(3), commit(2, 1, 1)])).toEqual([
      thin,
      commit(1, 2),
      commit(3),
      commit(2, 1, 1),
    ]);
  });

  test('of the deadlines a replica set only the last one counts', () => {
    const wait = (waitUs: number): TraceEvent => ({ ...at(1, 0), type: 'DeadlineSet', waitUs });
    expect(thinTrace([wait(1), commit(1), wait(2)])).toEqual([thin, commit(1), wait(2)]);
  });

  test('single acts that leave nothing behind are left out', () => {
    expect(thinTrace([synced, commit(1), synced])).toEqual([thin, commit(1)]);
  });

  test('nor is a single message told: nobody would tell what becomes of it', () => {
    const passing: readonly TraceEvent[] = [
      { timeUs: 1, type: 'MessageDelivered', id: 7 },
      { timeUs: 1, type: 'MessageDropped', id: 8, reason: 'lost on the link' },
    ];
    expect(thinTrace([commit(1), ...passing])).toEqual([thin, commit(1)]);
  });

  test('what changes state stays, in its place between reports of progress', () => {
    const events = [commit(1), append(2), commit(2), append(0)];
    expect(thinTrace(events)).toEqual([thin, ...events]);
  });
});
