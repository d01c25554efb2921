import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHECK_LIMITS, checkHistory, describeViolation, LINES } from './check-history.ts';
import { searchKey } from './key-search.ts';
import type { HistoryOperation } from './operation.ts';
import { shorten } from './shorten.ts';
import { cas, read, write } from './testing/histories.ts';

const NEVER = Number.POSITIVE_INFINITY;

describe('checkHistory', () => {
  test('keys are judged apart: each is a register of its own', () => {
    const other = { ...read([3, 4], null), key: 'y' };
    expect(checkHistory([write([1, 2], '1'), other])).toEqual({ verdict: 'linearizable', operations: 2, keys: 2 });
    expect(checkHistory([write([1, 2], '1'), { ...other, answered: '1' }])).toMatchObject({
      verdict: 'not linearizable',
      violation: { key: 'y' },
    });
  });

  test('what could not be tried is unknown, and a violation elsewhere still counts', () => {
    const hard = Array.from({ length: 12 }, (_, i) => write([1 + i, 100 + i], String(i)));
    const limits = { ...CHECK_LIMITS, stepsMax: 500 };
    const undecided = [...hard, read([200, 201], '3')];
    expect(checkHistory(undecided, limits)).toEqual({ verdict: 'unknown', keys: ['x'] });
    expect(checkHistory([...undecided, { ...read([1, 2], '1'), key: 'y' }], limits).verdict).toBe('not linearizable');
    expect(checkHistory(undecided).verdict).toBe('linearizable');
  });

  test('a violation is explained by what it takes, and no more', () => {
    const history = [
      write([1, 2], '1'),
      read([3, 4], '1'),
      write([5, 6], '2'),
      { ...read([7, 8], '2'), process: '1' },
      cas([9, 10], '2', '3'),
      { ...write([11, NEVER], '9'), process: '2' },
      { ...read([12, 14], '2'), process: '4' },
      write([13, 15], '4'),
    ];
    const found = checkHistory(history);
    expect(found.verdict === 'not linearizable' && describeViolation(found.violation, LINES)).toEqual([
      'no order explains line 14: process 4: read x → 2; it could only meet 3 or 4',
      '  lines 5–6  process 0: write x 2',
      '  lines 9–10  process 0: cas x 2 to 3',
      '  lines 12–14  process 4: read x → 2',
    ]);
  });
});

describe('shorten', () => {
  const values = ['1', '2', '3'];
  const operation = fc.record({
    kind: fc.constantFrom('read', 'write', 'cas' as const),
    value: fc.constantFrom(...values),
    other: fc.constantFrom(...values),
    unknown: fc.integer({ max: 4 }).map((n) => n === 0),
    swapped: fc.boolean(),
    length: fc.integer({ min: 1, max: 9 }),
  });
  const history = fc.array(operation, { minLength: 4, maxLength: 14 }).map((drawn) =>
    drawn.map(({ kind, value, other, unknown, swapped, length }, i): HistoryOperation => {
      const span = [4 * i, unknown ? NEVER : 4 * i + length + i / 100] as const;
      if (kind === 'read') return read(span, value);
      return kind === 'write' ? write(span, value) : cas(span, value, other, swapped);
    }),
  );

  test('what is left is wrong by itself, and a part of what it was made from', () => {
    let shortened = 0;
    fc.assert(
      fc.property(history, (operations) => {
        const found = searchKey(operations, 100_000);
        if (found.verdict !== 'not linearizable') return;
        const left = shorten(operations, found.failed, 100_000);
        expect(searchKey(left, 100_000).verdict).toBe('not linearizable');
        for (const { invoked } of left) expect(operations.map((each) => each.invoked)).toContain(invoked);
        if (left.length < operations.length) shortened++;
      }),
      { numRuns: 500, seed: 3 },
    );
    expect(shortened).toBeGreaterThan(100);
  });
});
