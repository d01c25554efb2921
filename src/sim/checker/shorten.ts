import { searchKey } from './key-search.ts';
import { type HistoryOperation, observes, type Value } from './operation.ts';

/**
 * A shorter history of the same key that is still not linearizable, because of the same operation or an earlier one. Only what takes away
 * explanations by nobody is left out: operations that merely observe, and writes that none of the rest observed. Nothing can become
 * inexplicable by their absence, so what is left is wrong by itself.
 * @param failed what no order explained; everything after it has no part in that
 * @param stepsMax for all the searches together; the best history found by then is given
 */
export function shorten(
  operations: readonly HistoryOperation[],
  failed: HistoryOperation,
  stepsMax: number,
): readonly HistoryOperation[] {
  let budget = stepsMax;
  let kept = untilReturnOf(operations, failed);
  const stillWrong = (candidate: readonly HistoryOperation[]): boolean => {
    const { verdict, steps } = searchKey(candidate, budget);
    budget -= steps;
    return verdict === 'not linearizable';
  };
  for (let size = Math.ceil(kept.length / 2); budget > 0; size = Math.ceil(size / 2)) {
    let removed = false;
    for (let at = 0; at < kept.length && budget > 0; ) {
      const candidate = without(kept, at, size);
      if (candidate.length < kept.length && stillWrong(candidate)) {
        kept = candidate;
        removed = true;
      } else {
        at += size;
      }
    }
    if (size === 1 && !removed) break;
  }
  return kept;
}

/** What returns later keeps its outcome: what is known of it may be what rules an order out. */
function untilReturnOf(operations: readonly HistoryOperation[], failed: HistoryOperation): readonly HistoryOperation[] {
  return operations.filter(({ status, invoked }) => status !== 'fail' && invoked < failed.completed);
}

/** Those of `size` operations from place `at` on that may be left out, left out. */
function without(operations: readonly HistoryOperation[], at: number, size: number): readonly HistoryOperation[] {
  const observersGone = operations.filter((operation, i) => i < at || i >= at + size || !observes(operation));
  const seen = new Set(observersGone.flatMap(sightsOf));
  // It saw anything but one value: whatever was written may be what it saw.
  if (seen.has(undefined)) return observersGone;
  const chosen = new Set(operations.slice(at, at + size));
  return observersGone.filter(
    (operation) =>
      !chosen.has(operation) || seen.has(operation.written) || (operation.expiry !== undefined && seen.has(null)),
  );
}

/** What it saw; undefined: a value that it does not name. */
function sightsOf(operation: HistoryOperation): readonly (Value | undefined)[] {
  if (observes(operation)) return operation.status === 'ok' ? [operation.answered] : [];
  return operation.kind === 'cas' ? [operation.expected] : [];
}
