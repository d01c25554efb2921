import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../../../core/base/ids.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import { reduceAll } from '../../store/reduce.ts';
import { EMPTY_MODEL, type ViewModel } from '../../store/view-model.ts';
import { ALL_VOTE } from '../../testing/trace-events.ts';
import { entryStory } from './entry-story.ts';
import { logTable, REMOVED_SHOWN_US, TRUNCATION_NOTED_US } from './log-columns.ts';

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
  baseIndex: 0,
  baseTerm: 0,
  baseConfiguration: ALL_VOTE,
  configuration: ALL_VOTE,
  stateHash: 0,
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

describe('conflicts', () => {
  const entry = (index: number, term: number) => ({
    index,
    term,
    kind: 'noop' as const,
    stampUs: 0,
    command: new Uint8Array(0),
  });
  const appended = (
    node: number,
    timeUs: number,
    truncatedFrom: number,
    terms: readonly [number, number][],
  ): TraceEvent => ({
    timeUs,
    type: 'EntriesAppended',
    node: nodeId(node),
    shard,
    truncatedFrom,
    entries: terms.map(([index, term]) => entry(index, term)),
  });
  const leads: TraceEvent[] = [
    { timeUs: 1, type: 'NodeStarted', node: nodeId(2), boot: 1, recoveryUs: 0, logRecords: 0 },
    { timeUs: 1, type: 'NodeRecovered', node: nodeId(2), recoveryUs: 0, logRecords: 0, tables: 0, tornBytes: 0 },
    {
      timeUs: 2,
      type: 'RoleChanged',
      node: nodeId(2),
      shard,
      role: 'leader',
      term: 2,
      leader: nodeId(2),
      votedFor: nodeId(2),
      reason: 'won the election',
      from: nodeId(0),
    },
  ];
  const before = reduceAll(EMPTY_MODEL, [
    ...leads,
    appended(1, 3, 0, [
      [1, 1],
      [2, 1],
      [3, 1],
    ]),
    appended(2, 3, 0, [
      [1, 1],
      [2, 2],
    ]),
  ]);
  const laneOf = (model: ViewModel, node: number) =>
    logTable(model, shard, nodes, 8).lanes.find((lane) => lane.node === node);

  test('an entry of another term than the leader’s at its index is marked; where the leader holds none, it is none', () => {
    expect(laneOf(before, 1)?.cells.map((cell) => cell?.conflicts)).toEqual([false, true, false]);
    expect(laneOf(before, 2)?.cells.map((cell) => cell?.conflicts)).toEqual([false, false, undefined]);
  });

  test('what is truncated is struck through for a moment, then gone, and noted a while longer', () => {
    const after = reduceAll(before, [appended(1, 1000, 2, [[2, 2]])]);
    expect(laneOf(after, 1)?.cells.map((cell) => cell?.state)).toEqual(['sent', 'removed', 'removed']);
    expect(laneOf(after, 1)?.truncated).toBe(2);
    const later = { ...after, timeUs: 1000 + REMOVED_SHOWN_US };
    expect(laneOf(later, 1)?.cells.map((cell) => [cell?.state, cell?.term, cell?.conflicts])).toEqual([
      ['sent', 1, false],
      ['sent', 2, false],
    ]);
    expect(laneOf(later, 1)?.truncated).toBe(2);
    expect(laneOf({ ...after, timeUs: 1000 + TRUNCATION_NOTED_US }, 1)?.truncated).toBe(0);
  });

  test('the story of an entry says who holds it, who holds another, and who held it', () => {
    const holds = (model: ViewModel, id: { index: number; term: number }) =>
      entryStory(model, shard, id)?.replicas.map((replica) => replica.holds);
    expect(holds(before, { index: 2, term: 1 })).toEqual(['yes', 'other']);
    const after = reduceAll(before, [appended(1, 1000, 2, [[2, 2]])]);
    expect(holds(after, { index: 2, term: 1 })).toEqual(['truncated', 'other']);
    expect(holds(after, { index: 2, term: 2 })).toEqual(['yes', 'yes']);
    expect(entryStory(after, shard, { index: 9, term: 9 })).toBeUndefined();
  });
});

test('the window ends where it is told to, and no further than the logs', () => {
  const model = reduceAll(EMPTY_MODEL, [log(1, 20)]);
  expect(logTable(model, shard, nodes, 4, 9).indexes).toEqual([6, 7, 8, 9]);
  expect(logTable(model, shard, nodes, 4, 99).indexes).toEqual([17, 18, 19, 20]);
  expect(logTable(model, shard, nodes, 4, 1).indexes).toEqual([1, 2, 3, 4]);
});
