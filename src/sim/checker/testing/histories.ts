import type { HistoryOperation, Value } from '../operation.ts';

const BASE: HistoryOperation = {
  process: '0',
  kind: 'read',
  key: 'x',
  written: null,
  expected: null,
  ttlNs: undefined,
  status: 'ok',
  answered: null,
  swapped: false,
  invoked: 0,
  completed: 0,
  invokedNs: 0,
  completedNs: 0,
};

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
export const write = (span: Span, written: Value, ttlMs?: number): HistoryOperation =>
  at(span, { kind: 'write', written, ttlNs: ttlMs === undefined ? undefined : ttlMs * 1e6 });
export const remove = (span: Span): HistoryOperation => at(span, { kind: 'delete' });
export const cas = (span: Span, expected: Value, written: Value, swapped = true): HistoryOperation =>
  at(span, { kind: 'cas', expected, written, swapped });
