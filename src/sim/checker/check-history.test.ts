import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHECK_LIMITS,
  type CheckLimits,
  checkHistory,
  describeViolation,
  groupByKey,
  judgeKey,
  LINES,
  stepsFor,
} from './check-history.ts';
import { searchKey } from './key-search.ts';
import type { HistoryOperation, Value } from './operation.ts';
import { shareSteps } from './share-steps.ts';
import { shorten } from './shorten.ts';
import { goodHistory } from './testing/good-history.ts';
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

  /** So many writes side by side, and then reads that see two of them: every subset of the writes and its last one is a case of its own. */
  const hard = (key: string) => [
    ...Array.from({ length: 40 }, (_, i) => ({ ...write([1 + i, 100 + i], `${i}`), key })),
    ...Array.from({ length: 40 }, (_, i) => ({ ...read([200 + 2 * i, 201 + 2 * i], `${39 - i}`), key })),
  ];
  const stepsOf = (operations: readonly HistoryOperation[], limits: CheckLimits) => {
    let spent = 0;
    const shares = [...groupByKey(operations)].map(([key, ofKey]) => ({
      operations: ofKey.length,
      judge: (stepsMax: number) => {
        const judged = judgeKey(key, ofKey, stepsMax, limits);
        spent += judged.steps;
        return judged;
      },
    }));
    shareSteps(shares, stepsFor(operations.length, limits));
    return spent;
  };

  test('what could not be tried is unknown, and a violation elsewhere still counts', () => {
    const limits = { ...CHECK_LIMITS, stepsMax: 5000 };
    expect(checkHistory(hard('x'), limits)).toEqual({ verdict: 'unknown', keys: ['x'] });
    const elsewhere = { ...read([1, 2], '1'), key: 'y' };
    expect(checkHistory([...hard('x'), elsewhere], limits).verdict).toBe('not linearizable');
    expect(checkHistory([elsewhere, ...hard('x')], limits).verdict).toBe('not linearizable');
  });

  test('the limit is one for all keys together, and what an easy key leaves of it goes to the others', () => {
    const names = Array.from({ length: 20 }, (_, i) => `key ${i}`);
    const limits = { ...CHECK_LIMITS, stepsMax: 50_000 };
    const operations = names.flatMap(hard);
    const most = stepsFor(operations.length, limits);
    expect(checkHistory(operations, limits)).toEqual({ verdict: 'unknown', keys: names });
    expect(stepsOf(operations, limits)).toBeGreaterThan(0.9 * most);
    expect(stepsOf(operations, limits)).toBeLessThanOrEqual(most);
    // Of equal parts none would be enough for this one: it takes what is left in the second round.
    const long = goodHistory({ seed: 1, operations: 400, processes: 8, unknown: 0.3 });
    const { steps } = judgeKey('x', long, 1e6, limits);
    const easy = names.flatMap((key) =>
      Array.from({ length: 400 }, (_, i) => ({ ...write([2 * i, 2 * i + 1], '1'), key })),
    );
    const tight = { ...limits, stepsMax: 4 * steps, stepsPerOperation: 3 };
    expect(checkHistory([...long, ...easy], tight).verdict).toBe('linearizable');
  });

  test('the limit of every day: a history that cannot be decided costs that much, and no more', () => {
    const operations = hard('x');
    const { verdict, steps } = judgeKey('x', operations, stepsFor(operations.length, CHECK_LIMITS), CHECK_LIMITS);
    expect(verdict).toBe('unknown');
    expect(steps).toBe(stepsFor(operations.length, CHECK_LIMITS));
    expect(steps).toBeLessThan(2_100_000);
  });

  test.each([
    { operations: 170, processes: 5, unknown: 0.3 },
    { operations: 200, processes: 5, unknown: 0.5 },
    { operations: 170, processes: 10, unknown: 0.3 },
  ])('few values, many clients, many unknown outcomes: $operations operations, $processes processes', (shape) => {
    for (let seed = 1; seed <= 8; seed++) {
      const operations = goodHistory({ ...shape, seed });
      expect(searchKey(operations, 100_000).verdict).toBe('linearizable');
      // A read in the middle that nobody can explain, and one that many unknown operations might.
      const at = operations.findIndex(
        ({ kind, status }, i) => i > shape.operations / 2 && kind === 'read' && status === 'ok',
      );
      const wrong = (answered: Value) => operations.map((each, i) => (i === at ? { ...each, answered } : each));
      expect(searchKey(wrong('9'), 100_000)).toMatchObject({
        verdict: 'not linearizable',
        failed: { invoked: operations[at]?.invoked },
      });
      for (const answered of ['0', '1', '2', '3', '4'])
        expect(searchKey(wrong(answered), 100_000).verdict).not.toBe('unknown');
    }
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
  const chain = (length: number) => [
    write([1, 2], '0'),
    ...Array.from({ length }, (_, i) => cas([3 + 2 * i, 4 + 2 * i], `${i}`, `${i + 1}`)),
  ];

  test.each([
    { name: 'of what was never written', answered: '-5', left: 1 },
    { name: 'of what is gone long since', answered: '0', left: 3 },
  ])(
    'a long chain of CAS and a read $name: few steps, and nothing is left that it does not take',
    ({ answered, left }) => {
      const failed = read([5000, 5001], answered);
      const operations = [...chain(1000), failed];
      expect(shorten(operations, failed, 60_000)).toHaveLength(left);
    },
  );

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
