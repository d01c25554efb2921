import { searchKey } from './key-search.ts';
import { type HistoryOperation, observes, type Value } from './operation.ts';
import { sightOf } from './wants.ts';

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
    // Whoever is hard to judge must not leave nothing for the others.
    const { verdict, steps } = searchKey(candidate, Math.min(budget, stepsMax / 4));
    budget -= steps;
    return verdict === 'not linearizable';
  };
  for (let size = Math.ceil(kept.length / 2); budget > 0; size = Math.ceil(size / 2)) {
    let removed = false;
    // From the end: there is what nothing else depends on.
    for (let end = kept.length; end > 0 && budget > 0; end = Math.min(end - size, kept.length)) {
      budget -= kept.length;
      const candidate = without(
        kept,
        new Set(kept.slice(Math.max(0, end - size), end).filter((each) => each !== failed)),
      );
      if (candidate.length < kept.length && stillWrong(candidate)) {
        kept = candidate;
        removed = true;
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

/** Those of `leaving` that may be left out together, left out; the others stay in it no more. */
function without(operations: readonly HistoryOperation[], leaving: Set<HistoryOperation>): readonly HistoryOperation[] {
  const byResult = new Map<Value, HistoryOperation[]>();
  for (const operation of leaving)
    for (const result of observes(operation) ? [] : resultsOf(operation)) {
      const alike = byResult.get(result);
      if (alike === undefined) byResult.set(result, [operation]);
      else alike.push(operation);
    }
  const staying = operations.filter((operation) => !leaving.has(operation));
  // What stays keeps those whose values it saw; they stay as well.
  for (let next = staying.pop(); next !== undefined; next = staying.pop()) {
    for (const sight of sightOf(next)) {
      const seen = sight === undefined ? [...byResult.values()].flat() : (byResult.get(sight) ?? []);
      if (sight === undefined) byResult.clear();
      else byResult.delete(sight);
      for (const operation of seen) if (leaving.delete(operation)) staying.push(operation);
    }
  }
  return operations.filter((operation) => !leaving.has(operation));
}

/** What it may leave behind: what expires ends as absent. */
const resultsOf = ({ written, expiry }: HistoryOperation): readonly Value[] =>
  expiry === undefined || written === null ? [written] : [written, null];
