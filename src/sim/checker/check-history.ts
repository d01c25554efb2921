import type { Verdict } from '../../core/cluster/check-report.ts';
import { searchKey } from './key-search.ts';
import { describeOperation, type HistoryOperation, type Value, valueText } from './operation.ts';
import { shareSteps } from './share-steps.ts';
import { shorten } from './shorten.ts';

export interface CheckLimits {
  /** Steps that may be spent on the keys of one history together before the verdict on those that are left is `unknown`; what bounds time and memory. */
  readonly stepsMax: number;
  /** And so many more for each operation: what a long history takes, however easy it is. */
  readonly stepsPerOperation: number;
  /** Steps that may be spent on finding a short explanation of one violation, with `stepsPerOperation` twice for each of its operations. */
  readonly shortenStepsMax: number;
}

/** A step takes a microsecond or two. */
export const CHECK_LIMITS: CheckLimits = {
  stepsMax: 2_000_000,
  stepsPerOperation: 20,
  shortenStepsMax: 300_000,
};

export const stepsFor = (operations: number, { stepsMax, stepsPerOperation }: CheckLimits): number =>
  stepsMax + stepsPerOperation * operations;

export type HistoryVerdict =
  | { readonly verdict: 'linearizable'; readonly operations: number; readonly keys: number }
  | { readonly verdict: 'not linearizable'; readonly violation: Violation }
  /** No violation was found, and not everything could be tried. */
  | { readonly verdict: 'unknown'; readonly keys: readonly string[] };

export interface Violation {
  readonly key: string;
  /** The operation that no order explains. */
  readonly failed: HistoryOperation;
  /** What the key may have held when it was invoked or later. */
  readonly possible: readonly Value[];
  /** The shortest history found that is wrong by itself, by invocation. */
  readonly explanation: readonly HistoryOperation[];
}

/** Judges a history key by key: linearizability is local (Herlihy & Wing 1990, theorem 1). */
export function checkHistory(
  operations: readonly HistoryOperation[],
  limits: CheckLimits = CHECK_LIMITS,
): HistoryVerdict {
  const byKey = groupByKey(operations);
  const undecided = new Set(byKey.keys());
  let first: Violation | undefined;
  const shares = [...byKey].map(([key, ofKey]) => ({
    operations: ofKey.length,
    judge: (stepsMax: number) => {
      // One violation is enough.
      if (first !== undefined) return { verdict: 'linearizable' as const, steps: 0 };
      const { verdict, steps, violation } = judgeKey(key, ofKey, stepsMax, limits);
      if (verdict !== 'unknown') undecided.delete(key);
      first = violation;
      return { verdict, steps };
    },
  }));
  shareSteps(shares, stepsFor(operations.length, limits));
  if (first !== undefined) return { verdict: 'not linearizable', violation: first };
  if (undecided.size > 0) return { verdict: 'unknown', keys: [...undecided] };
  return { verdict: 'linearizable', operations: operations.length, keys: byKey.size };
}

export function groupByKey(operations: readonly HistoryOperation[]): ReadonlyMap<string, readonly HistoryOperation[]> {
  const byKey = new Map<string, HistoryOperation[]>();
  for (const operation of operations) {
    const ofKey = byKey.get(operation.key);
    if (ofKey === undefined) byKey.set(operation.key, [operation]);
    else ofKey.push(operation);
  }
  return byKey;
}

/**
 * Judges one key's operations.
 * @param stepsMax to find the verdict; `steps` of the answer are those
 */
export function judgeKey(
  key: string,
  operations: readonly HistoryOperation[],
  stepsMax: number,
  limits: CheckLimits,
): { readonly verdict: Verdict; readonly steps: number; readonly violation: Violation | undefined } {
  const found = searchKey(operations, stepsMax);
  const { verdict, steps } = found;
  if (found.verdict !== 'not linearizable') return { verdict, steps, violation: undefined };
  const explaining = limits.shortenStepsMax + 2 * limits.stepsPerOperation * operations.length;
  // An earlier operation may be wrong already, and what writes that nobody saw left behind could have been met as well.
  const whole = searchKey(operations, explaining, 'all');
  const { failed, possible } = whole.verdict === 'not linearizable' ? whole : found;
  const explanation = shorten(operations, failed, explaining);
  return { verdict, steps, violation: { key, failed, possible, explanation } };
}

/** How a report says where in its history something stands. */
export interface Places {
  readonly completion: (operation: HistoryOperation) => string;
  readonly span: (operation: HistoryOperation) => string;
}

/** Of a history in a file. */
export const LINES: Places = {
  completion: ({ completed }) => `line ${completed}`,
  span: ({ invoked, completed }) => `lines ${invoked}–${untilText(completed, `${completed}`)}`,
};

/** Of a run's own history. */
export const TIMES: Places = {
  completion: ({ completedNs }) => `what ended at ${secondsText(completedNs)} s`,
  span: ({ invokedNs, completedNs }) =>
    `${secondsText(invokedNs)}–${untilText(completedNs, `${secondsText(completedNs)} s`)}`,
};

const untilText = (end: number, text: string): string => (end === Number.POSITIVE_INFINITY ? '…' : text);
const secondsText = (ns: number): string => (ns / 1e9).toFixed(6);

/** One line that says what is wrong, and the operations that show it, each with its place in the history. */
export function describeViolation({ failed, possible, explanation }: Violation, places: Places): readonly string[] {
  const held = possible.map(valueText).join(' or ');
  return [
    `no order explains ${places.completion(failed)}: ${describeOperation(failed)}; it could only meet ${held}`,
    ...explanation.map((operation) => `  ${places.span(operation)}  ${describeOperation(operation)}`),
  ];
}
