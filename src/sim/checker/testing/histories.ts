import { type ExpiryBounds, expiryWithin } from '../expiry.ts';
import type { HistoryOperation, Value } from '../operation.ts';

const BASE: HistoryOperation = {
  process: '0',
  kind: 'read',
  key: 'x',
  written: null,
  expected: null,
  expiry: undefined,
  status: 'ok',
  answered: undefined,
  swapped: false,
  invoked: 0,
  completed: 0,
  invokedNs: 0,
  completedNs: 0,
};

const BOUNDS: ExpiryBounds = { clockRate: 0.1, clockNs: 2e6, roundNs: 3e6 };

type Span = readonly [invoked: number, completed: number];

const at = ([invoked, completed]: Span, rest: Partial<HistoryOperation>): HistoryOperation => ({
  ...BASE,
  invoked,
  completed,
  invokedNs: invoked * 1e6,
  completedNs: completed * 1e6,
  status: completed === Number.POSITIVE_INFINITY ? 'unknown' : 'ok',
  ...rest,
});

/** Operations on one key from place to place of the history; a millisecond a place. `Infinity`: its outcome is unknown. */
export const read = (span: Span, answered: Value): HistoryOperation => at(span, { kind: 'read', answered });
export const write = ([from, to]: Span, written: Value, ttlMs?: number): HistoryOperation => {
  const expiry = ttlMs === undefined ? undefined : expiryWithin(BOUNDS, ttlMs * 1e6, from * 1e6, to * 1e6);
  return at([from, to], { kind: 'write', written, expiry });
};
export const remove = (span: Span): HistoryOperation => at(span, { kind: 'delete' });
export const cas = (span: Span, expected: Value, written: Value, swapped = true): HistoryOperation =>
  at(span, { kind: 'cas', expected, written, swapped });
