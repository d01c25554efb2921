import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InProcessHosts, performRound, runUntil } from './in-process-host.ts';
import { runInProcess } from './run.ts';
import { World } from './world.ts';

const SECOND = 1_000_000;
const HEADER = createHeader('storage', 5, { ...CLASSROOM, shards: 1 });
const N1 = nodeId(1);

const put = (timeUs: number, i: number): TimedAction => ({
  timeUs,
  action: {
    type: 'Operate',
    client: 'client',
    operation: { type: 'Put', key: encodeUtf8(`k${i % 10}`), value: encodeUtf8(`v${i}`) },
    options: { timeoutUs: SECOND, via: undefined },
  },
});
const at = (timeUs: number, action: Action): TimedAction => ({ timeUs, action });

/** Thirty writes; a flush every half second, and compactions in every style. */
const ACTIONS: TimedAction[] = [
  ...Array.from({ length: 30 }, (_, i) => put(SECOND + i * 100_000, i)),
  ...[1, 2, 3, 4, 5].map((half) => at(SECOND + half * 500_000, { type: 'Flush', node: N1 })),
  at(2_700_000, { type: 'Compact', node: N1, level: undefined }),
  at(3_100_000, { type: 'Configure', name: 'compaction', value: 1 }),
  at(3_700_000, { type: 'Compact', node: N1, level: 0 }),
].sort((a, b) => a.timeUs - b.timeUs);

function run(single: boolean) {
  const events: TraceEvent[] = [];
  const report = runInProcess(HEADER, ACTIONS, 6 * SECOND, { single, observe: (event) => void events.push(event) });
  return { report, events };
}

describe('Flush, Compact and CONFIG compaction', () => {
  test('are part of the run: the same one event at a time, and only on the node that was asked', () => {
    const { report, events } = run(false);
    expect(report.violations).toEqual([]);
    expect(run(true).report.digest).toBe(report.digest);
    const closed = events.filter((event) => event.type === 'MemTableClosed');
    expect(closed.length).toBeGreaterThanOrEqual(6);
    expect(closed.every((event) => event.node === N1)).toBe(true);
    const finished = events.filter((event) => event.type === 'CompactionFinished');
    expect(finished.map(({ style, outputLevel }) => [style, outputLevel])).toEqual([
      ['leveled', 1],
      ['universal', 6],
    ]);
  });

  test('are refused where the node is down, recovers, or does not exist', () => {
    const actions = [
      at(SECOND, { type: 'Flush', node: nodeId(9) }),
      at(SECOND, { type: 'Kill', node: N1 }),
      at(SECOND + 10, { type: 'Compact', node: N1, level: 1 }),
      at(SECOND + 20, { type: 'Revive', node: N1 }),
      at(SECOND + 40, { type: 'Flush', node: N1 }),
      at(SECOND + 50, { type: 'Configure', name: 'compaction', value: 7 }),
    ];
    const world = new World(HEADER, { trace: false, actions });
    runUntil(world, new InProcessHosts(), 2 * SECOND, false);
    const refused = world.takeCompleted().flatMap(({ result }) => (result?.type === 'Refused' ? [result.code] : []));
    expect(refused).toEqual(['UnknownNode', 'TargetDown', 'TargetDown', 'UnknownOption']);
  });
});

test('asking a node about its storage leaves no trace in the run', () => {
  const world = new World(HEADER, { trace: false, actions: ACTIONS });
  const hosts = new InProcessHosts();
  const ask = (query: Parameters<World['planStorageQuery']>[1]) => {
    const round = world.planStorageQuery(N1, query);
    if (round !== undefined) performRound(world, hosts, round);
    return round && world.storageAnswer(N1);
  };
  const seen = new Set<number>();
  const held = new Set<number>();
  for (let timeUs = 0; timeUs <= 6 * SECOND; timeUs += 100_000) {
    runUntil(world, hosts, timeUs, false);
    const answer = ask({ type: 'Storage' });
    if (answer?.type !== 'Storage') continue;
    for (const { fileNumber, entries } of answer.report.engine.levels.flatMap(({ tables }) => tables)) {
      const table = ask({ type: 'Table', fileNumber, block: 0 });
      if (table?.type !== 'Table' || table.opened === undefined || 'damage' in table.opened) throw new Error('a table');
      expect(table.opened.blocks.reduce((sum, block) => sum + block.entries, 0)).toBe(entries);
      seen.add(fileNumber);
    }
    for (const key of ['k1', 'k2', 'nobody']) {
      const answer = ask({ type: 'Row', shard: shardId(0), key: encodeUtf8(key) });
      if (answer?.type === 'Row' && answer.held !== undefined) held.add(answer.held.versions.length);
    }
  }
  expect([...held].sort()).toEqual([0, 1]);
  expect(seen.size).toBeGreaterThan(3);
  expect(world.digest()).toBe(run(false).report.digest);
});
