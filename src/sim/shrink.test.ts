import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { type Schedule, shrink, type Verdict } from './shrink.ts';

/** Kills of n1 … n9 in turn, one a millisecond: `places` names those that matter. */
const kills = (count: number): readonly TimedAction[] =>
  Array.from({ length: count }, (_, i) => ({ timeUs: i * 1000, action: { type: 'Kill', node: nodeId((i % 9) + 1) } }));

/** Drives it by a rule instead of runs. */
function drive(
  schedule: Schedule,
  shownUs: number,
  judge: (schedule: Schedule) => Verdict,
): { readonly result: Schedule; readonly runs: number; readonly bests: readonly number[] } {
  const trials = shrink(schedule, shownUs);
  const bests: number[] = [];
  let runs = 0;
  for (let next = trials.next(); ; runs++) {
    if (next.done) return { result: next.value, runs, bests };
    if (runs > 10_000) throw new Error('shrinking does not end');
    bests.push(next.value.best.actions.length);
    next = trials.next(judge(next.value.schedule));
  }
}

/** Fails when all of these are there, and shows it right after the last one. */
const needs =
  (...timesUs: readonly number[]) =>
  ({ actions, endUs }: Schedule): Verdict => {
    const shownUs = Math.max(...timesUs) + 1;
    const all = timesUs.every((timeUs) => actions.some((timed) => timed.timeUs === timeUs));
    return all && endUs >= shownUs ? { fails: true, shownUs } : { fails: false };
  };

describe('shrinking', () => {
  test.each([
    ['one', [40_000]],
    ['the first', [0]],
    ['neighbours', [100_000, 101_000]],
    ['far apart', [3000, 150_000, 199_000]],
  ])('finds just the actions that are needed: %s', (_, timesUs) => {
    const { result, runs } = drive(
      { actions: kills(200), endUs: 1_000_000 },
      Math.max(...timesUs) + 1,
      needs(...timesUs),
    );
    expect(result.actions.map(({ timeUs }) => timeUs)).toEqual(timesUs);
    expect(result.endUs).toBe(Math.max(...timesUs) + 1);
    expect(runs).toBeLessThan(100);
  });

  test('a failure that needs no action is left without any', () => {
    expect(drive({ actions: kills(50), endUs: 9 }, 5, () => ({ fails: true, shownUs: 5 })).result).toEqual({
      actions: [],
      endUs: 5,
    });
  });

  test('what can be spared only after something else was is spared as well', () => {
    // The fifth is needed while the sixth is there.
    const judge = ({ actions }: Schedule): Verdict => {
      const has = (timeUs: number): boolean => actions.some((timed) => timed.timeUs === timeUs);
      return has(1000) && (has(4000) || !has(5000)) ? { fails: true, shownUs: 100_000 } : { fails: false };
    };
    const { result } = drive({ actions: kills(8), endUs: 100_000 }, 100_000, judge);
    expect(result.actions.map(({ timeUs }) => timeUs)).toEqual([1000]);
  });

  test('where nothing says when it is shown, the end is looked for', () => {
    const judge = ({ actions, endUs }: Schedule): Verdict =>
      actions.some(({ timeUs }) => timeUs === 7000) && endUs > 20_000
        ? { fails: true, shownUs: endUs }
        : { fails: false };
    const { result } = drive({ actions: kills(100), endUs: 1_280_000 }, 1_280_000, judge);
    expect(result.actions).toHaveLength(1);
    expect(result.endUs).toBeLessThanOrEqual(40_000);
    expect(result.endUs).toBeGreaterThan(20_000);
  });

  test('what it has so far always fails, and never grows', () => {
    const { bests } = drive({ actions: kills(64), endUs: 1_000_000 }, 64_000, needs(9000, 30_000));
    expect(bests.every((count, i) => i === 0 || count <= (bests[i - 1] as number))).toBe(true);
  });
});
