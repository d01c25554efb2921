import type { SeenOperation, SeenValue } from '../../core/cluster/check-report.ts';
import type { Expiry } from './expiry.ts';

/** What a register holds or a key maps to, as JSON text; null = absent (also a register's beginning). */
export type Value = SeenValue;

export type OperationKind = SeenOperation['kind'];

/** An operation as a client saw it, and how long what it wrote lasts. */
export interface HistoryOperation extends SeenOperation {
  /** Of what a write or CAS puts there; undefined: it stays. */
  readonly expiry: Expiry | undefined;
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
