import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { NO_PATHS, pathOf } from '../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../core/cluster/operation-path/reduce-paths.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { runInProcess } from './run.ts';

const SECOND = 1_000_000;
const END_US = 12 * SECOND;

/** Two clients read and write three keys; every second another node can no longer be reached by the first one, or stands still. */
function actions(seed: number): readonly TimedAction[] {
  const timed: TimedAction[] = [];
  const at = (timeUs: number, action: Action): void => void timed.push({ timeUs, action });
  for (let i = 0; i < 420; i++) {
    const key = encodeUtf8(`k${(i * 7 + seed) % 3}`);
    const writes = i % 4 === 0;
    at(SECOND + i * 25_000, {
      type: 'Operate',
      client: writes ? 'b' : 'client',
      operation: writes ? { type: 'Put', key, value: encodeUtf8(`v${i}`) } : { type: 'Get', key },
      options: { timeoutUs: 2 * SECOND, via: undefined },
    });
  }
  for (let s = 2; s < 11; s++) {
    const node = nodeId(1 + ((s + seed) % 3));
    if (s % 3 === 2) {
      at(s * SECOND + 1, { type: 'Freeze', node });
      at(s * SECOND + 800_001, { type: 'Thaw', node });
    } else {
      at(s * SECOND + 1, { type: 'Cut', from: 'client', to: `n${node}`, bothWays: true });
      at(s * SECOND + 900_001, { type: 'Heal', actor: undefined });
    }
  }
  return timed.sort((a, b) => a.timeUs - b.timeUs);
}

const SEEDS = process.env.RINGSIDE_LONG === '1' ? Array.from({ length: 20 }, (_, i) => 1 + i) : [3, 11, 15];

test.each(SEEDS)('seed %i: reads through followers while leaders cannot be reached are linearizable', (seed) => {
  const events: TraceEvent[] = [];
  const header = createHeader(`hedged-${seed}`, seed, { ...CLASSROOM, nodes: 3, shards: 2 });
  const report = runInProcess(header, actions(seed), END_US, { observe: (event) => events.push(event) });
  expect(report.violations).toEqual([]);
  expect(report.undecided).toEqual([]);
  const hedged = events.filter(({ type }) => type === 'ReadHedged').length;
  const reads = events.filter((event) => event.type === 'OperationInvoked' && event.operation.type === 'Get').length;
  const byFollowers = events.filter((event) => event.type === 'ReadIndexStarted' && event.asks !== undefined);
  const served = events.filter(
    (event) =>
      event.type === 'ReadServed' &&
      byFollowers.some((read) => 'requestId' in read && read.requestId === event.requestId),
  );
  expect(hedged).toBeGreaterThan(5);
  expect(hedged).toBeLessThan(reads);
  expect(served.length).toBeGreaterThan(5);
  // EXPLAIN tells why there were two.
  const first = events.findIndex(({ type }) => type === 'ReadHedged');
  const { operation } = events[first] as Extract<TraceEvent, { type: 'ReadHedged' }>;
  const path = pathOf(reducePaths(NO_PATHS, events.slice(0, first + 400)), operation);
  const told = path?.steps.map(({ text, note }) => `${text} (${note})`).join('; ');
  expect(told).toMatch(/n\d is suspected: asks through n\d as well \((it was silent to this client|n\d says so)\)/);
  expect(told).toContain('asks for GET (hedge)');

  const failed = events.filter((event) => event.type === 'OperationCompleted' && event.outcome.status === 'fail');
  expect(failed.length).toBeLessThan(reads / 20);
});
