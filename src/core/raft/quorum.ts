import { assert } from '../base/assert.ts';

/** The smallest majority of `voters`. */
export const majority = (voters: number): number => Math.floor(voters / 2) + 1;

/**
 * The largest value that at least `quorum` of `values` reach (matchIndex, time of the last answer, ReadIndex round).
 * Reorders `values`: an insertion sort, since groups are small and this runs on every answer.
 */
export function quorumValue(values: number[], quorum: number): number {
  assert(quorum >= 1 && quorum <= values.length, 'a quorum is taken among the voters');
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    let at = i;
    while (at > 0 && (values[at - 1] as number) < value) {
      values[at] = values[at - 1] as number;
      at--;
    }
    values[at] = value;
  }
  return values[quorum - 1] as number;
}
