import type { Verdict } from '../../core/cluster/check-report.ts';

/** So many operations a key has, and what it takes to judge it within a number of steps. */
export interface Share {
  readonly operations: number;
  /** @returns what it cost, no more than `stepsMax` */
  readonly judge: (stepsMax: number) => { readonly verdict: Verdict; readonly steps: number };
}

/**
 * Spends a number of steps on all keys of a history. Each gets a part of what is left in proportion to its operations; what it does not need is left
 * to the others. Keys for which that was not enough are judged again with what remains, as long as it is twice as much as they had.
 * @param stepsMax for all of them together
 */
export function shareSteps(keys: readonly Share[], stepsMax: number): void {
  let left = stepsMax;
  let undecided = keys;
  for (let before = 0; undecided.length > 0; ) {
    let operations = undecided.reduce((sum, each) => sum + each.operations, 0);
    const perOperation = left / operations;
    if (perOperation < 2 * before) return;
    before = perOperation;
    undecided = undecided.filter((key) => {
      const { verdict, steps } = key.judge(Math.floor((left * key.operations) / operations));
      left -= steps;
      operations -= key.operations;
      return verdict === 'unknown';
    });
  }
}
