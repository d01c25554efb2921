import type { HistoryOperation } from './operation.ts';
import type { Steps } from './steps.ts';
import type { Wants } from './wants.ts';

/** An operation that has been invoked and has not returned yet. */
export interface Pending {
  readonly operation: HistoryOperation;
  /** Of its slot, which is its own for as long as it is under way. */
  readonly bit: bigint;
  /** A write or delete: it needs to meet nothing, and nothing is left of what it met. */
  readonly overwrites: boolean;
  /** The place of the last return that may depend on what it leaves behind; Infinity for what does not overwrite. */
  readonly until: number;
}

/** A moment at which an operation returns. */
export interface Frame {
  readonly at: number;
  readonly returning: Pending;
  /** By invocation; the one that returns is among them. */
  readonly pending: readonly Pending[];
}

/**
 * The returns of a history, in order.
 * @param operations whose outcome is known, by invocation
 * @throws OutOfSteps
 */
export function timelineOf(operations: readonly HistoryOperation[], wants: Wants, steps: Steps): readonly Frame[] {
  const frames: Frame[] = [];
  const freeBits: bigint[] = [];
  let pending: readonly Pending[] = [];
  let slots = 0n;
  let begun = 0;
  for (const returned of [...operations].sort((a, b) => a.completed - b.completed)) {
    const fresh: Pending[] = [];
    for (; begun < operations.length && (operations[begun] as HistoryOperation).invoked < returned.completed; begun++) {
      const operation = operations[begun] as HistoryOperation;
      const overwrites = operation.kind === 'write' || operation.kind === 'delete';
      const until = overwrites ? wants.lastOf(operation) : Number.POSITIVE_INFINITY;
      fresh.push({ operation, bit: freeBits.pop() ?? 1n << slots++, overwrites, until });
    }
    pending = [...pending, ...fresh];
    steps.charge(pending.length);
    const returning = pending.find(({ operation }) => operation === returned) as Pending;
    frames.push({ at: returned.completed, returning, pending });
    pending = pending.filter((each) => each !== returning);
    freeBits.push(returning.bit);
  }
  return frames;
}
