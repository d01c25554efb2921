import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type RunOptions, runInProcess } from './run.ts';

const SECOND = 1_000_000;
const FOUNDERS = [1, 2, 3].map(nodeId);
const N2 = nodeId(2);
const N7 = nodeId(7);

const put = (client: string, key: string): Action => ({
  type: 'Operate',
  client,
  operation: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8('v') },
  options: { timeoutUs: 3 * SECOND, via: undefined },
});

const LATE_US = 15 * SECOND;
const END_US = 24 * SECOND;
/** n4, n5 and n6 come, all that founded the cluster go, and then their processes end. */
const CHANGED: readonly (readonly [number, Action])[] = [
  [2, put('idle', 'a')],
  ...[3, 3, 3].map((second): [number, Action] => [second, { type: 'Add' }]),
  ...FOUNDERS.map((node, i): [number, Action] => [6 + 2 * i, { type: 'Remove', node }]),
  ...FOUNDERS.map((node): [number, Action] => [14, { type: 'Kill', node }]),
  [15, put('idle', 'b')],
  [15, put('fresh', 'c')],
  [16, { type: 'Add' }],
  [20, { type: 'Revive', node: N2 }],
];

function run(options: RunOptions = {}) {
  const seen: TraceEvent[] = [];
  const actions: TimedAction[] = CHANGED.map(([second, action]) => ({ timeUs: second * SECOND, action }));
  const report = runInProcess(createHeader('gone', 1, CLASSROOM), actions, END_US, {
    ...options,
    observe: (event) => seen.push(event),
  });
  expect(report.violations).toEqual([]);
  return { seen, ...report };
}

describe('all that founded the cluster have left it and died', () => {
  const { seen, digest } = run();
  const standings = (node: number) =>
    seen.flatMap((event) => (event.type === 'NodeStateChanged' && event.subject === node ? [event.to] : []));

  test('a new client is served, and one that slept through it', () => {
    for (const node of FOUNDERS) expect(standings(node).at(-1)).toBe('left');
    const outcomes = seen.flatMap((event) =>
      event.type === 'OperationCompleted' && event.timeUs >= LATE_US ? [event.outcome] : [],
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'ok']);
    for (const { elapsedUs } of outcomes) expect(elapsedUs).toBeLessThan(SECOND / 2);
  });

  test('a new node is let in', () => {
    expect(standings(N7)).toEqual(['joining', 'normal']);
  });

  test('a founder that comes back hears what became of the ring, so that it can tell whoever asks it', () => {
    const isHeard = (event: TraceEvent): boolean =>
      event.type === 'RingEpochSeen' && event.node === N2 && event.timeUs > 20 * SECOND;
    expect(seen.some(isHeard)).toBe(true);
  });

  test('a run that is judged by a fresh client asks every shard of whoever is left', () => {
    const { seen: told, violations, actions, digest: judged } = run({ settleUs: 10 * SECOND });
    expect(violations).toEqual([]);
    expect(judged).toBe(digest);
    // What the judge does is no part of the run.
    expect(actions).toHaveLength(CHANGED.length);
    const asked = told.filter(({ type, timeUs }) => type === 'OperationCompleted' && timeUs > END_US);
    expect(asked).toHaveLength(CLASSROOM.shards);
    const killed = told.flatMap((event) => (event.type === 'NodeKilled' && event.timeUs >= END_US ? [event.node] : []));
    expect(killed).toEqual([N2]);
  });

  test('the same in windows and one event at a time', () => {
    expect(run({ single: true }).digest).toBe(digest);
  });
});
