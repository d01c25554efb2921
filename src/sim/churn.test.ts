import { describe, expect, test } from 'vitest';
import { createHeader } from '../core/cluster/presets.ts';
import { drawChurn, withChurnLimits } from './draw-churn.ts';
import { drawConfig } from './drawn-limits.ts';
import { type RunOptions, runInProcess } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { drawSchedule, type Fault } from './schedule.ts';

const SECOND = 1_000_000;
const END_US = 20 * SECOND;
const FAULTS = new Set<Fault>(['churn', 'kill', 'partition', 'loss']);

function run(seed: number, options: RunOptions = {}) {
  const config = withChurnLimits(drawConfig(seed, 3, 8), seed);
  const { network } = config;
  const schedule = { seed, nodes: 3, shards: 8, network, durationUs: END_US, operationsPerSecond: 10, faults: FAULTS };
  return runInProcess(createHeader(`churn-${seed}`, seed, config), drawSchedule(schedule), END_US, options);
}

describe('nodes that come, go, die and lose their disks', () => {
  for (const seed of [1, 2, 3])
    test(`seed ${seed}: nothing acknowledged is lost, and every replica ends where it is meant to be`, () => {
      const { violations, rootsCompared, undecided } = run(seed, { settleUs: 120 * SECOND });
      expect(violations).toEqual([]);
      expect(undecided).toEqual([]);
      expect(rootsCompared).toBeGreaterThan(0);
    });

  test('a run that is saved is the same when it is read back, one event at a time too', () => {
    const seed = 4;
    const once = run(seed);
    const header = createHeader(`churn-${seed}`, seed, withChurnLimits(drawConfig(seed, 3, 8), seed));
    const { actions, digest } = once;
    expect(actions.some(({ action }) => action.type === 'Add')).toBe(true);
    const text = encodeRun({ format: 'ringside-run', header, actions, endUs: END_US, digest });
    const saved = decodeRun(text);
    expect(runInProcess(saved.header, saved.actions, saved.endUs).digest).toBe(digest);
    expect(run(seed, { single: true }).digest).toBe(digest);
  });

  test('now and then a second disk is wiped before anybody hears of the first', () => {
    const gaps = [1, 2, 3, 4, 5].flatMap((seed) => {
      const options = { seed, nodes: 3, durationUs: 60 * SECOND, operationsPerSecond: 0, faults: FAULTS };
      const wipes = drawChurn(options, 60 * SECOND).filter(({ action }) => action.type === 'Wipe');
      return wipes.slice(1).map(({ timeUs }, i) => timeUs - (wipes[i]?.timeUs ?? 0));
    });
    expect(gaps.filter((gapUs) => gapUs >= 1000 && gapUs <= 50_000).length).toBeGreaterThan(3);
  });

  test('a schedule has every kind of change in it, and revives everybody in the calm', () => {
    const types = new Set<string>();
    for (let seed = 1; seed <= 10; seed++) {
      const actions = drawChurn(
        { seed, nodes: 3, durationUs: END_US, operationsPerSecond: 0, faults: FAULTS },
        16 * SECOND,
      );
      for (const { action } of actions) types.add(action.type);
      const ids = 3 + actions.filter(({ action }) => action.type === 'Add').length;
      expect(actions.slice(-ids).every(({ action }) => action.type === 'Revive')).toBe(true);
    }
    expect([...types].sort()).toEqual(['Add', 'CancelMove', 'Configure', 'Kill', 'Remove', 'Revive', 'Wipe']);
  });
});
