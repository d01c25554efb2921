import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../../core/base/assert.ts';
import { searchKey } from './key-search.ts';
import type { HistoryOperation, Value } from './operation.ts';
import { linearizableByBruteForce } from './testing/brute-force.ts';
import { cas, read, remove, write } from './testing/histories.ts';

const NEVER = Number.POSITIVE_INFINITY;
const verdict = (...operations: readonly HistoryOperation[]) => searchKey(operations, 100_000).verdict;
const GOOD = 'linearizable';
const BAD = 'not linearizable';

describe('a register', () => {
  test('a key that was never written is absent', () => {
    expect(verdict(read([1, 2], null))).toBe(GOOD);
    expect(verdict(read([1, 2], '5'))).toBe(BAD);
  });

  test('a read sees the last write before it, or one beside it', () => {
    expect(verdict(write([1, 2], '1'), read([3, 4], '1'))).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), write([3, 4], '2'), read([5, 6], '1'))).toBe(BAD);
    expect(verdict(write([1, 2], '1'), write([3, 6], '2'), read([4, 5], '1'))).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), write([3, 6], '2'), read([4, 5], '2'))).toBe(GOOD);
  });

  test('two reads beside one write do not go back', () => {
    const writing = [write([1, 2], '1'), write([3, 20], '2')];
    expect(verdict(...writing, read([4, 5], '1'), read([6, 7], '2'))).toBe(GOOD);
    expect(verdict(...writing, read([4, 5], '2'), read([6, 7], '1'))).toBe(BAD);
    expect(verdict(...writing, read([4, 8], '2'), read([6, 7], '1'))).toBe(GOOD);
  });

  test('a lost update is found: two CAS from the same value cannot both match', () => {
    expect(verdict(write([1, 2], '1'), cas([3, 6], '1', '2'), cas([4, 5], '1', '3'))).toBe(BAD);
    expect(verdict(write([1, 2], '1'), cas([3, 6], '1', '2'), cas([4, 5], '1', '3', false))).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), cas([3, 4], '1', '2', false))).toBe(BAD);
  });

  test('a CAS that did not match says what it met, and that is checked', () => {
    const met = (answered: Value) => ({ ...cas([3, 4], '5', '6', false), answered });
    expect(verdict(write([1, 2], '1'), met('1'))).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), met('2'))).toBe(BAD);
    expect(verdict(write([1, 2], '1'), met(null))).toBe(BAD);
    expect(verdict(write([1, 2], '5'), met('5'))).toBe(BAD);
  });

  test('an operation with an unknown outcome takes effect once, at any later time, or never', () => {
    const writing = [write([1, 2], '1'), write([3, NEVER], '2')];
    expect(verdict(...writing, read([5, 6], '1'), read([7, 8], '1'))).toBe(GOOD);
    expect(verdict(...writing, read([5, 6], '1'), read([7, 8], '2'))).toBe(GOOD);
    expect(verdict(...writing, read([5, 6], '2'), read([7, 8], '1'))).toBe(BAD);
    expect(verdict(...writing, read([5, 6], '2'), write([7, 8], '1'), read([9, 10], '2'))).toBe(BAD);
    expect(verdict(read([1, 2], '2'), write([3, NEVER], '2'))).toBe(BAD);
  });

  test('alike unknown operations are as many as there are', () => {
    const twice = [write([1, NEVER], '2'), write([1, NEVER], '2')];
    const back = (a: number) => [read([a, a + 1], '2'), write([a + 2, a + 3], '1'), read([a + 4, a + 5], '1')];
    expect(verdict(...twice, ...back(10), ...back(20))).toBe(GOOD);
    expect(verdict(...twice, ...back(10), ...back(20), ...back(30))).toBe(BAD);
  });

  test('a failed operation did not happen', () => {
    expect(verdict({ ...write([1, 2], '1'), status: 'fail' }, read([3, 4], '1'))).toBe(BAD);
  });

  test('more clients at once than a machine word has bits', () => {
    const many = Array.from({ length: 70 }, (_, i) => read([i + 10, 200 + i], i % 2 === 0 ? '1' : '2'));
    expect(verdict(write([1, 2], '1'), write([3, 500], '2'), ...many)).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), write([3, 500], '2'), ...many, read([501, 502], '1'))).toBe(BAD);
  });
});

describe('a key with deletes and times to live', () => {
  test('a deleted key is absent', () => {
    expect(verdict(write([1, 2], '1'), remove([3, 4]), read([5, 6], null))).toBe(GOOD);
    expect(verdict(write([1, 2], '1'), remove([3, 4]), read([5, 6], '1'))).toBe(BAD);
  });

  test('a value may be gone from invocation + ttl − clock bound on, and is gone after completion + ttl + bound + a round', () => {
    const writing = write([10, 14], '1', 20);
    expect(verdict(writing, read([15, 27], null))).toBe(BAD);
    expect(verdict(writing, read([15, 28], null))).toBe(GOOD);
    expect(verdict(writing, read([39, 50], '1'))).toBe(GOOD);
    expect(verdict(writing, read([40, 50], '1'))).toBe(BAD);
  });

  test('clocks that run apart are the further apart the longer the time to live', () => {
    const writing = write([10, 14], '1', 200);
    expect(verdict(writing, read([15, 189], null))).toBe(BAD);
    expect(verdict(writing, read([15, 190], null))).toBe(GOOD);
    expect(verdict(writing, read([237, 240], '1'))).toBe(GOOD);
    expect(verdict(writing, read([238, 240], '1'))).toBe(BAD);
  });

  test('where times are missing, a value may have expired or not; it still does not come back', () => {
    const untimed = (operation: HistoryOperation) => ({ ...operation, invokedNs: Number.NaN, completedNs: Number.NaN });
    const writing = write([10, 14], '1', 20);
    for (const seen of ['1', null]) expect(verdict(writing, untimed(read([15, 16], seen)))).toBe(GOOD);
    expect(verdict(writing, untimed(read([15, 16], '2')))).toBe(BAD);
    expect(verdict(writing, untimed(read([15, 16], null)), untimed(read([17, 18], '1')))).toBe(BAD);
    const expiry = must(writing.expiry, 'it has a time to live');
    expect(verdict(writing, read([60, 61], '1'))).toBe(BAD);
    expect(verdict({ ...writing, expiry: { ...expiry, byNs: Number.NaN } }, read([60, 61], '1'))).toBe(GOOD);
  });

  test('what is gone stays gone', () => {
    const writing = write([10, 14], '1', 20);
    expect(verdict(writing, read([25, 30], null), read([31, 32], '1'))).toBe(BAD);
    expect(verdict(writing, read([25, 30], null), cas([31, 32], null, '2'), read([33, 34], '2'))).toBe(GOOD);
    expect(verdict(writing, cas([33, 34], '1', '2'), read([50, 51], '2'))).toBe(GOOD);
    expect(verdict(writing, cas([29, 30], '1', '2', false), read([31, 32], null))).toBe(GOOD);
  });
});

describe('against every order there is', () => {
  const value = fc.constantFrom<Value>('1', '2', null);
  const operation = fc
    .record({
      kind: fc.constantFrom('read', 'write', 'cas', 'delete' as const),
      written: value,
      expected: value,
      answered: value,
      swapped: fc.boolean(),
      told: fc.boolean(),
      status: fc.constantFrom('ok', 'ok', 'ok', 'unknown', 'fail' as const),
      ttlMs: fc.option(fc.constantFrom(2, 6), { nil: undefined }),
      from: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 0, max: 8 }),
    })
    .map(({ from, length, ttlMs, ...rest }) => ({ ...rest, from, until: from + length, ttlMs }));
  const history = fc.array(operation, { minLength: 1, maxLength: 6 }).map((drawn) => {
    // Places are all different: by time, then by who came first in the draw.
    const marks = drawn.flatMap(({ from, until }, i) => [
      { i, end: false, time: from },
      { i, end: true, time: until + 0.5 },
    ]);
    const places = new Map(
      marks.sort((a, b) => a.time - b.time).map((mark, place) => [`${mark.i} ${mark.end}`, place]),
    );
    return drawn.map(({ kind, written, expected, answered, swapped, told, status, ttlMs }, i): HistoryOperation => {
      const span = [places.get(`${i} false`), status === 'unknown' ? NEVER : places.get(`${i} true`)] as [
        number,
        number,
      ];
      const base = kind === 'write' ? write(span, written, written === null ? undefined : ttlMs) : read(span, answered);
      const wrote = kind === 'cas' ? { written, expected, ...(told ? {} : { answered: undefined }) } : {};
      return { ...base, kind, ...wrote, swapped: kind === 'cas' && swapped, status };
    });
  });

  test('the same verdict', () => {
    const seen = { [GOOD]: 0, [BAD]: 0 };
    fc.assert(
      fc.property(history, (operations) => {
        const expected = linearizableByBruteForce(operations) ? GOOD : BAD;
        seen[expected]++;
        expect(searchKey(operations, 1_000_000).verdict).toBe(expected);
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect(Math.min(seen[GOOD], seen[BAD])).toBeGreaterThan(300);
  });
});
