import type { CheckQuery, SeenOperation } from '../../core/cluster/check-report.ts';
import type { HistoryOperation } from './operation.ts';

/** More than this are more than a picture can tell apart. */
const SHOWN_MAX = 1500;

/** Where on its axis an operation begins: microseconds, or lines where the history tells no times. */
export const beginOf = ({ invoked, invokedNs }: SeenOperation, axis: 'time' | 'place'): number =>
  axis === 'time' ? invokedNs / 1000 : invoked;

export const axisOf = (operations: readonly HistoryOperation[]): 'time' | 'place' =>
  operations.some(({ invokedNs }) => Number.isNaN(invokedNs)) ? 'place' : 'time';

/** The newest operations of those that a query asks for, by invocation, and how many there are. */
export function operationsShown(
  operations: readonly HistoryOperation[],
  { key, until = Number.POSITIVE_INFINITY }: CheckQuery,
  axis: 'time' | 'place',
): { readonly shown: readonly SeenOperation[]; readonly matching: number } {
  const matching = operations.filter((each) => (key === undefined || each.key === key) && beginOf(each, axis) <= until);
  return { shown: matching.slice(-SHOWN_MAX).map(({ expiry: _, ...seen }) => seen), matching: matching.length };
}
