import { expect, test } from 'vitest';
import { createHeader } from '../core/cluster/presets.ts';
import { withChurnLimits } from './draw-churn.ts';
import { inEventual } from './draw-eventual.ts';
import { drawConfig } from './drawn-limits.ts';
import { type RunReport, runInProcess } from './run.ts';
import { drawSchedule, FAULTS, type Fault } from './schedule.ts';

const [NODES, SHARDS, SECOND] = [3, 8, 1_000_000];

interface Drawn {
  readonly seed: number;
  readonly faults?: readonly Fault[];
  /** R and W. */
  readonly level?: 1 | 2 | 'mix';
  readonly quorum?: 'sloppy' | 'strict';
  readonly nodes?: number;
  /** 1: siblings. */
  readonly conflicts?: 0 | 1;
  readonly seconds?: number;
}

/** As `npm run sim -- --keyspace eventual` draws it. */
function run({
  seed,
  faults = FAULTS,
  level = 1,
  quorum = 'sloppy',
  conflicts = 0,
  nodes = NODES,
  seconds = 30,
}: Drawn): RunReport {
  const isChurned = faults.includes('churn');
  const drawn = drawConfig(seed, nodes, SHARDS);
  const { limits, ...config } = isChurned ? withChurnLimits(drawn, seed) : drawn;
  const header = createHeader(`sim-${seed}`, seed, {
    ...config,
    limits: { ...limits, checkIntervalUs: 2 * SECOND, conflicts, clockMode: 0 },
  });
  const schedule = drawSchedule({
    ...{ seed, nodes, shards: SHARDS, network: config.network, durationUs: seconds * SECOND },
    ...{ operationsPerSecond: 10, model: 'kv', faults: new Set(faults), levels: {} },
  });
  const actions = inEventual(schedule, seed, { r: level, w: level, quorum });
  const settling = isChurned ? { settleUs: 120 * SECOND } : {};
  return runInProcess(header, actions, seconds * SECOND, { converges: true, ...settling });
}

const CHURN: readonly Fault[] = ['churn', 'kill', 'partition', 'loss'];

test('a node that is to get a shard again hands over first what its last replica of it holds', () => {
  const { violations, eventually } = run({ seed: 8, faults: CHURN, level: 'mix' });
  expect(violations).toEqual([]);
  expect(eventually.reads).toBeGreaterThan(50);
});

test('a copy of which a block is lost before its end is no copy, and no crash', () => {
  expect(run({ seed: 11 }).violations).toEqual([]);
});

test('what a home took before it became a learner is known to who is a home next', () => {
  expect(run({ seed: 195, seconds: 12 }).violations).toEqual([]);
});

test('siblings of one actor all stay; reads of strict quorums, R + W > N, meet what was written', () => {
  const { violations, eventually } = run({ seed: 3, level: 2, quorum: 'strict', conflicts: 1, seconds: 12 });
  expect(violations).toEqual([]);
  expect(eventually.overlaps).toBeGreaterThan(20);
});

test('a write that its coordinator had applied has not failed, though a move leaves fewer homes than W', () => {
  expect(run({ seed: 4, nodes: 5, level: 2, seconds: 12 }).violations).toEqual([]);
});
