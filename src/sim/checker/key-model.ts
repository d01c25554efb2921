import type { Expiry } from './expiry.ts';
import type { HistoryOperation, Value } from './operation.ts';

/** A state of one key: a number, so that it can be compared and hashed. */
export type StateId = number;

interface State {
  readonly value: Value;
  /** Undefined: it stays. */
  readonly expiry: Expiry | undefined;
}

export const ABSENT: StateId = 0;
/** What `step` says of an operation that cannot have had its outcome in this state. */
export const IMPOSSIBLE = -1;

/**
 * One key as a sequential object: read, write, CAS, delete. A value with a time to live may vanish by itself; it does so only when an
 * operation needs it to have vanished, which is as permissive as any earlier moment.
 */
export class KeyModel {
  private readonly states: State[] = [{ value: null, expiry: undefined }];
  private readonly ids = new Map<string, StateId>();
  private readonly expiringIds = new Map<Expiry, StateId>();

  /** What an operation may have met in this state. */
  visibleTo(state: StateId, operation: HistoryOperation): readonly Value[] {
    const { value } = this.state(state);
    const there = this.canBeThere(state, operation) ? [value] : [];
    return this.canBeGone(state, operation) ? [...there, null] : there;
  }

  /** The state after an operation that took effect with its outcome, or IMPOSSIBLE. One whose outcome is unknown is always possible. */
  step(state: StateId, operation: HistoryOperation): StateId {
    const { kind, status } = operation;
    if (kind === 'write') return this.written(operation);
    if (kind === 'delete') return ABSENT;
    if (kind === 'read') return this.seen(state, operation, operation.answered ?? null);
    if (status === 'ok' && !operation.swapped) return this.mismatch(state, operation);
    const matched = this.seen(state, operation, operation.expected);
    if (matched !== IMPOSSIBLE) return this.written(operation);
    return status === 'ok' ? IMPOSSIBLE : state;
  }

  /** The state in which this value is seen, if it can be. */
  private seen(state: StateId, operation: HistoryOperation, value: Value): StateId {
    if (this.state(state).value === value) return this.canBeThere(state, operation) ? state : IMPOSSIBLE;
    return value === null && this.canBeGone(state, operation) ? ABSENT : IMPOSSIBLE;
  }

  private mismatch(state: StateId, operation: HistoryOperation): StateId {
    const { expected, answered } = operation;
    if (answered !== undefined) return answered === expected ? IMPOSSIBLE : this.seen(state, operation, answered);
    if (this.state(state).value !== expected && this.canBeThere(state, operation)) return state;
    return expected !== null && this.canBeGone(state, operation) ? ABSENT : IMPOSSIBLE;
  }

  /** A line without a time tells nothing about when it was: comparing with NaN must rule nothing out. */
  private canBeThere(state: StateId, { invokedNs }: HistoryOperation): boolean {
    const { expiry } = this.state(state);
    return expiry === undefined || !(invokedNs > expiry.byNs);
  }

  private canBeGone(state: StateId, { completedNs }: HistoryOperation): boolean {
    const { expiry } = this.state(state);
    return expiry !== undefined && !(completedNs < expiry.fromNs);
  }

  private written(operation: HistoryOperation): StateId {
    const { written, expiry } = operation;
    if (written === null) return ABSENT;
    const known = expiry === undefined ? this.ids.get(written) : this.expiringIds.get(expiry);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.states.push({ value: written, expiry });
    if (expiry === undefined) this.ids.set(written, id);
    else this.expiringIds.set(expiry, id);
    return id;
  }

  private state(id: StateId): State {
    return this.states[id] as State;
  }
}
