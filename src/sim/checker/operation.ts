import type { Expiry } from './expiry.ts';

/** What a register holds or a key maps to, as JSON text; null = absent (also a register's beginning). */
export type Value = string | null;

export type OperationKind = 'read' | 'write' | 'cas' | 'delete';

/**
 * One operation of a history as a client saw it. Real-time order is that of `invoked` and `completed`, which are places in the history: an
 * operation comes before another iff its completion stands before the other's invocation. Times count for expiry alone.
 */
export interface HistoryOperation {
  readonly process: string;
  readonly kind: OperationKind;
  readonly key: string;
  /** What a write or CAS puts there; null for a delete, unused for a read. */
  readonly written: Value;
  /** What a CAS expects. */
  readonly expected: Value;
  /** Of what a write or CAS puts there; undefined: it stays. */
  readonly expiry: Expiry | undefined;
  /** `fail`: certainly did not happen, and says nothing. `unknown`: may take effect at any later time or never. */
  readonly status: 'ok' | 'fail' | 'unknown';
  /** What a read that is `ok` answered, or what a CAS that did not match said that it met; undefined: it did not say. */
  readonly answered: Value | undefined;
  /** Whether a CAS that is `ok` matched. */
  readonly swapped: boolean;
  readonly invoked: number;
  /** Infinity: the outcome is unknown. */
  readonly completed: number;
  readonly invokedNs: number;
  /** Infinity: the outcome is unknown. */
  readonly completedNs: number;
}

/** Whether it leaves what it meets as it is. */
export const observes = ({ kind, status, swapped }: HistoryOperation): boolean =>
  kind === 'read' || (kind === 'cas' && status === 'ok' && !swapped);

/** `read x → 5`, `cas x 1 → 2 (did not match)`. */
export function describeOperation(operation: HistoryOperation): string {
  const { process, kind, key, status } = operation;
  const name = `process ${process}: ${kind} ${key === '' ? '' : `${key} `}`;
  const unknown = status === 'unknown' ? ' (outcome unknown)' : '';
  if (kind === 'read') return `${name}→ ${valueText(operation.answered ?? null)}`;
  if (kind === 'delete') return `${name.trimEnd()}${unknown}`;
  const ttl = operation.expiry === undefined ? '' : ` for ${operation.expiry.ttlNs / 1e6} ms`;
  if (kind === 'write') return `${name}${valueText(operation.written)}${ttl}${unknown}`;
  const outcome = status === 'ok' && !operation.swapped ? mismatchText(operation.answered) : unknown;
  return `${name}${valueText(operation.expected)} to ${valueText(operation.written)}${ttl}${outcome}`;
}

const mismatchText = (met: Value | undefined): string =>
  met === undefined ? ' (did not match)' : ` (did not match: ${valueText(met)})`;

/** Long values are told by their beginning. */
export const valueText = (value: Value): string =>
  value === null ? 'absent' : value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value;

const SHOWN_MAX = 24;
