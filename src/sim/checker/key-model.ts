import type { HistoryOperation, Value } from './operation.ts';

/** How exactly expiry is promised. */
export interface ExpiryBounds {
  /** By so much of its time to live a value may be gone early and be there late: clocks run apart, the more the longer it is. */
  readonly clockRate: number;
  /** And by this much at least, in nanoseconds. */
  readonly clockNs: number;
  /** What the shard needs on top to agree that the time has passed: one time entry's round, in nanoseconds. */
  readonly roundNs: number;
}

/** A state of one key: a number, so that it can be compared and hashed. */
export type StateId = number;

interface State {
  readonly value: Value;
  /** The write that gave it a time to live; undefined: it stays. */
  readonly expiring: HistoryOperation | undefined;
}

export const ABSENT: StateId = 0;
/** What `step` says of an operation that cannot have had its outcome in this state. */
export const IMPOSSIBLE = -1;

/**
 * One key as a sequential object: read, write, CAS, delete. A value with a time to live may vanish by itself; it does so only when an
 * operation needs it to have vanished, which is as permissive as any earlier moment.
 */
export class KeyModel {
  private readonly bounds: ExpiryBounds;
  private readonly states: State[] = [{ value: null, expiring: undefined }];
  private readonly ids = new Map<string, StateId>();
  private readonly expiringIds = new Map<HistoryOperation, StateId>();

  constructor(bounds: ExpiryBounds) {
    this.bounds = bounds;
  }

  valueOf(state: StateId): Value {
    return this.state(state).value;
  }

  /** The state after an operation that took effect with its outcome, or IMPOSSIBLE. One whose outcome is unknown is always possible. */
  step(state: StateId, operation: HistoryOperation): StateId {
    const { kind, status } = operation;
    if (kind === 'write') return this.written(operation);
    if (kind === 'delete') return ABSENT;
    if (kind === 'read') return this.seen(state, operation, operation.answered);
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
    const { value } = this.state(state);
    if (value !== operation.expected && this.canBeThere(state, operation)) return state;
    return operation.expected !== null && this.canBeGone(state, operation) ? ABSENT : IMPOSSIBLE;
  }

  /** A line without a time tells nothing about when it was: comparing with NaN must rule nothing out. */
  private canBeThere(state: StateId, { invokedNs }: HistoryOperation): boolean {
    const { expiring } = this.state(state);
    if (expiring?.ttlNs === undefined) return true;
    const goneNs = expiring.completedNs + expiring.ttlNs + this.clockErrorNs(expiring.ttlNs) + this.bounds.roundNs;
    return !(invokedNs > goneNs);
  }

  private canBeGone(state: StateId, { completedNs }: HistoryOperation): boolean {
    const { expiring } = this.state(state);
    if (expiring?.ttlNs === undefined) return false;
    return !(completedNs < expiring.invokedNs + expiring.ttlNs - this.clockErrorNs(expiring.ttlNs));
  }

  private clockErrorNs(ttlNs: number): number {
    return Math.max(this.bounds.clockNs, this.bounds.clockRate * ttlNs);
  }

  private written(operation: HistoryOperation): StateId {
    const { written, ttlNs } = operation;
    if (written === null) return ABSENT;
    const known = ttlNs === undefined ? this.ids.get(written) : this.expiringIds.get(operation);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.states.push({ value: written, expiring: ttlNs === undefined ? undefined : operation });
    if (ttlNs === undefined) this.ids.set(written, id);
    else this.expiringIds.set(operation, id);
    return id;
  }

  private state(id: StateId): State {
    return this.states[id] as State;
  }
}
