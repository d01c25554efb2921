import { describe, expect, test } from 'vitest';
import type { LiveBreak } from '../core/base/breaks.ts';
import { nodeId } from '../core/base/ids.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawConfig } from './drawn-limits.ts';
import { type RunReport, replay, runInProcess } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { drawSchedule, type Fault } from './schedule.ts';
import { put } from './testing/world-by-hand.ts';

const MS = 1000;
const SECOND = 1_000_000;
const FAULTS: readonly Fault[] = ['kill', 'partition', 'loss', 'delay', 'disk', 'transfer'];

const turn = (name: LiveBreak, on: boolean, timeUs = 0): TimedAction => ({
  timeUs,
  action: { type: 'Break', name, on },
});
const at = (timeUs: number, action: Action): TimedAction => ({ timeUs, action });

/** What `npm run sim -- --seed SEED --nodes 5 --shards 8 --for 30s --faults all` runs, up to a moment. */
function drawn(seed: number, endUs: number, breaks: readonly LiveBreak[]): RunReport {
  const durationUs = 30 * SECOND;
  const size = { nodes: 5, shards: 8 };
  const actions = drawSchedule({ seed, ...size, durationUs, operationsPerSecond: 10, faults: new Set(FAULTS) });
  const config = drawConfig(seed, size.nodes, size.shards);
  return runInProcess(createHeader('r', seed, config), [...breaks.map((name) => turn(name, true)), ...actions], endUs);
}

describe('each safety rule that is left out is found to be broken, and nothing is where it is kept', () => {
  test.each<[LiveBreak, number, number, string]>([
    ['skip-fsync', 1, 1, 'VoteDurability'],
    ['commit-by-count', 10, 16, 'CommitRule'],
    ['lease-without-drift-bound', 4, 2, 'LeaseSafety'],
    ['no-readindex', 13, 4, 'ReadFreshness'],
    ['no-sessions', 1, 30, 'linearizability'],
  ])('%s: seed %i, within %i s, %s', (name, seed, seconds, rule) => {
    expect(drawn(seed, seconds * SECOND, [name]).found.map((found) => found.rule)).toContain(rule);
    expect(drawn(seed, seconds * SECOND, []).found).toEqual([]);
  });
});

describe('skip-fsync', () => {
  test('a kill takes back a write that was acknowledged', () => {
    const nodes = [1, 2, 3].map(nodeId);
    const slow = nodes.map((node) => at(2 * SECOND, { type: 'Disk', node, fault: { type: 'Slow', factor: 1000 } }));
    const kills = nodes.map((node) => at(3 * SECOND, { type: 'Kill', node }));
    const well = nodes.flatMap((node) => [
      at(4 * SECOND, { type: 'Disk', node, fault: { type: 'Ok' } }),
      at(4 * SECOND, { type: 'Revive', node }),
    ]);
    const actions = [turn('skip-fsync', true, 2 * SECOND), ...slow, at(2 * SECOND, put('k')), ...kills, ...well];
    const header = createHeader('r', 1, { ...CLASSROOM, shards: 1 });
    const report = runInProcess(header, actions, 8 * SECOND);
    expect(report.acknowledged).toBe(1);
    expect(report.found.map(({ rule }) => rule)).toContain('Durability');
  });
});

describe('an even cluster', () => {
  const acknowledged = (config: Partial<RunConfig>): number => {
    const groups = [
      ['n1', 'n2'],
      ['n3', 'n4'],
    ];
    const actions = [
      at(2 * SECOND, { type: 'Partition', groups }),
      ...Array.from({ length: 20 }, (_, i) => at(4 * SECOND, put(`k${i}`))),
    ];
    const header = createHeader('r', 1, { ...CLASSROOM, nodes: 4, ...config });
    const report = runInProcess(header, actions, 10 * SECOND);
    expect(report.found).toEqual([]);
    return report.acknowledged;
  };

  test('a split two to two stops both sides, where of three voters one side has two', () => {
    expect(acknowledged({})).toBe(20);
    expect(acknowledged({ replicationFactor: 4 })).toBe(0);
  });
});

describe('a switch', () => {
  const preVotes = (actions: readonly TimedAction[], fromUs: number, toUs: number): number => {
    let count = 0;
    const observe = (event: TraceEvent): void => {
      const counts = event.type === 'RoleChanged' && event.role === 'precandidate';
      if (counts && event.timeUs >= fromUs && event.timeUs < toUs) count++;
    };
    runInProcess(createHeader('r', 1, CLASSROOM), actions, toUs, { observe });
    return count;
  };
  const restart = (timeUs: number): readonly TimedAction[] =>
    [1, 2, 3]
      .map(nodeId)
      .flatMap((node) => [
        at(timeUs + node, { type: 'Kill', node }),
        at(timeUs + node + SECOND, { type: 'Revive', node }),
      ]);

  test('takes effect at once, on those that are up and those that start later, and ends as it began', () => {
    const on = [turn('no-prevote', true, 2 * SECOND), ...restart(3 * SECOND)];
    expect(preVotes(on, 2 * SECOND, 8 * SECOND)).toBe(0);
    const off = [...on, turn('no-prevote', false, 8 * SECOND), ...restart(9 * SECOND)];
    expect(preVotes(off, 8 * SECOND, 14 * SECOND)).toBeGreaterThan(0);
  });

  test('that is as it should be already is refused', () => {
    const [, again] = [turn('no-prevote', true), turn('no-prevote', true)];
    const taken: Action[] = [];
    const observe = (event: TraceEvent): void => {
      if (event.type === 'ActionTaken') taken.push(event.action);
    };
    runInProcess(createHeader('r', 1, CLASSROOM), [turn('no-prevote', true), again, turn('no-sessions', false)], MS, {
      observe,
    });
    expect(taken).toHaveLength(1);
  });

  test('is part of the run: saved, replayed, and the same in windows and one event at a time', () => {
    const actions = [
      ...(['skip-fsync', 'no-readindex', 'no-sessions', 'fixed-timeouts'] as const).map((name) => turn(name, true)),
      ...restart(3 * SECOND),
      ...Array.from({ length: 40 }, (_, i) => at(2 * SECOND + i * 50 * MS, put(`k${i % 5}`))),
      turn('skip-fsync', false, 3_500 * MS),
      turn('commit-by-count', true, 3_600 * MS),
    ].sort((a, b) => a.timeUs - b.timeUs);
    const header = createHeader('r', 3, CLASSROOM);
    const { digest } = runInProcess(header, actions, 6 * SECOND);
    const saved = decodeRun(encodeRun({ format: 'ringside-run', header, actions, endUs: 6 * SECOND, digest }));
    expect(replay(saved).digest).toBe(digest);
    expect(replay(saved, { single: true }).digest).toBe(digest);
    const kept = actions.filter(({ action }) => action.type !== 'Break');
    expect(runInProcess(header, kept, 6 * SECOND).digest).not.toBe(digest);
  });
});
