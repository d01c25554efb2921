import { describe, expect, test } from 'vitest';
import { type AppliedBatch, BatchAtomicity } from './batch-atomicity.ts';
import type { HistoryOperation, Value } from './checker/operation.ts';

/** @param at invoked and completed; without an end its outcome is unknown */
function write(key: string, written: Value, at: readonly [number, number?], ttl = false): HistoryOperation {
  const [invoked, completed = Number.POSITIVE_INFINITY] = at;
  return {
    process: `${invoked}`,
    kind: written === null ? 'delete' : 'write',
    key,
    written,
    expected: null,
    expiry: ttl ? { ttlNs: 1, fromNs: 0, byNs: 1 } : undefined,
    status: at.length === 1 ? 'unknown' : 'ok',
    answered: undefined,
    swapped: false,
    invoked,
    completed,
    invokedNs: 0,
    completedNs: 0,
  };
}

/** A batch at 10 … 20 that put `new` at a and b and deleted c, and what else was written. */
function check(found: Readonly<Record<string, Value>>, others: readonly HistoryOperation[] = [], expires = false) {
  const batch: AppliedBatch = {
    invoked: 10,
    writes: new Map([
      ['a', { value: 'new a', expires: false }],
      ['b', { value: 'new b', expires }],
      ['c', { value: null, expires: false }],
    ]),
  };
  const own = [write('a', 'new a', [10, 20]), write('b', 'new b', [10, 20]), write('c', null, [10, 20])];
  const scan = {
    completed: 30,
    completedUs: 300,
    found: new Map(Object.entries(found)),
    covers: (key: string) => key !== 'outside',
  };
  const all = [...own, ...others];
  const whole = new BatchAtomicity();
  const torn = whole.judge([batch], [scan], all);
  // In parts, whichever of the two ends first, and never twice.
  for (const parts of [
    [[batch], []],
    [[], [scan]],
  ] as const) {
    const inParts = new BatchAtomicity();
    expect(inParts.judge(parts[0], parts[1], all)).toEqual([]);
    expect(inParts.judge([batch], [scan], all)).toEqual(torn);
    expect(inParts.judge([batch], [scan], all)).toEqual([]);
    expect(inParts.compared).toBe(whole.compared);
  }
  for (const { timeUs } of torn) expect(timeUs).toBe(300);
  return { violations: torn.length, compared: whole.compared };
}

describe('what a scan saw of a batch', () => {
  test('all of it, or nothing, is right', () => {
    expect(check({ a: 'new a', b: 'new b' })).toEqual({ violations: 0, compared: 2 });
    expect(check({ a: 'old a', b: 'old b', c: 'old c' }, [write('a', 'old a', [1, 2])])).toEqual({
      violations: 0,
      compared: 0,
    });
  });

  test('a part of it and what was there before is not', () => {
    expect(check({ a: 'new a', b: 'old b' }, [write('b', 'old b', [1, 2])]).violations).toBe(1);
    expect(check({ a: 'new a' }).violations).toBe(1);
    expect(check({ a: 'new a', b: 'new b', c: 'old c' }, [write('c', 'old c', [1, 9])]).violations).toBe(1);
    expect(check({ b: 'new b' }, [write('a', null, [1, 2])]).violations).toBe(1);
  });

  test('what came after it, or may have, is right', () => {
    expect(check({ a: 'new a', b: 'later' }, [write('b', 'later', [21, 25])]).violations).toBe(0);
    expect(check({ a: 'new a', b: 'beside' }, [write('b', 'beside', [5, 11])]).violations).toBe(0);
    expect(check({ a: 'new a', b: 'open' }, [write('b', 'open', [1])]).violations).toBe(0);
    expect(check({ a: 'new a' }, [write('b', null, [22, 24])]).violations).toBe(0);
    expect(check({ a: 'new a' }, [write('b', 'short', [22, 24], true)]).violations).toBe(0);
    expect(check({ a: 'new a' }, [], true).violations).toBe(0);
  });

  test('but not what came after the scan', () => {
    expect(check({ a: 'new a' }, [write('b', null, [31, 34])]).violations).toBe(1);
  });

  test('a value that somebody else wrote too proves nothing', () => {
    expect(check({ a: 'new a' }, [write('a', 'new a', [1, 2])])).toEqual({ violations: 0, compared: 0 });
  });
});
