import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../../core/base/ids.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import { reduceAll } from '../../store/reduce.ts';
import { EMPTY_MODEL } from '../../store/view-model.ts';
import { logTable } from './log-columns.ts';

const shard = shardId(0);
const nodes = [nodeId(1), nodeId(2), nodeId(3)];
const log = (node: number, last: number): TraceEvent => ({
  timeUs: 1,
  type: 'ReplicaRecovered',
  node: nodeId(node),
  shard,
  role: 'follower',
  term: 1,
  votedFor: nodeId(0),
  entries: Array.from({ length: last }, (_, i) => ({
    index: i + 1,
    term: 1,
    kind: 'noop' as const,
    stampUs: 0,
    command: new Uint8Array(0),
  })),
  commitIndex: 5,
  appliedIndex: 4,
  keys: 0,
});

test('lanes are aligned by index, with what each entry has reached', () => {
  const model = reduceAll(EMPTY_MODEL, [log(1, 7), log(2, 5)]);
  const table = logTable(model, shard, nodes, 4);
  expect(table.indexes).toEqual([4, 5, 6, 7]);
  expect([table.firstIndex, table.lastIndex]).toEqual([1, 7]);
  expect(table.commitIndex).toBe(5);
  expect(table.lanes.map((lane) => lane.cells.map((cell) => cell?.state))).toEqual([
    ['applied', 'committed', 'stored', 'stored'],
    ['applied', 'committed', undefined, undefined],
    [undefined, undefined, undefined, undefined],
  ]);
});

test('an entry that is not durable is neither stored nor filled', () => {
  const entry = { index: 6, term: 1, kind: 'noop' as const, stampUs: 0, command: new Uint8Array(0) };
  const model = reduceAll(EMPTY_MODEL, [
    log(1, 5),
    { timeUs: 2, type: 'EntriesAppended', node: nodeId(1), shard, truncatedFrom: 0, entries: [entry] },
  ]);
  expect(logTable(model, shard, nodes, 1).lanes[0]?.cells[0]?.state).toBe('sent');
});

test('empty logs give no columns', () => {
  expect(logTable(EMPTY_MODEL, shard, nodes, 8)).toMatchObject({
    indexes: [],
    firstIndex: 0,
    lastIndex: 0,
    commitIndex: 0,
  });
});
