import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../../core/base/assert.ts';
import { searchByCounting, searchKey } from './key-search.ts';
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

describe('what it costs', () => {
  const NARROW = 20_000;

  test('writes side by side that nobody saw are not tried in every order', () => {
    const wide = Array.from({ length: 30 }, (_, i) => write([1 + i, 100 + i], String(i)));
    expect(searchKey([...wide, read([200, 201], '-1')], NARROW).verdict).toBe(BAD);
    expect(searchKey([...wide, read([200, 201], '7')], NARROW).verdict).toBe(GOOD);
    expect(searchKey([...wide, read([200, 201], '7'), read([202, 203], '8')], NARROW).verdict).toBe(BAD);
  });

  test('an unknown operation is looked at only where its value is of use', () => {
    const count = 2000;
    const unknown = Array.from({ length: count }, (_, i) => write([1 + i, NEVER], String(i)));
    const reads = unknown.map((_, i) => read([count + 2 * i, count + 2 * i + 1], String(i)));
    expect(searchKey([...unknown, ...reads], NARROW).verdict).toBe(GOOD);
    expect(searchKey([...unknown, ...reads, read([1e5, 1e5 + 1], '3')], NARROW).verdict).toBe(BAD);
  });

  test('a search that is given up has spent what it was given', () => {
    const hard = Array.from({ length: 30 }, (_, i) => write([1 + i, 100 + i], String(i)));
    const reads = hard.map((_, i) => read([200 + 2 * i, 201 + 2 * i], String(i)));
    expect(searchKey([...hard, ...reads], 5000)).toEqual({ verdict: 'unknown', steps: 5000 });
  });
});

describe('all small histories, against every order there is', () => {
  /** Every way in which so many operations can lie in time; those that begin first come first. */
  function spans(count: number): readonly (readonly (readonly [number, number])[])[] {
    const all: (readonly [number, number])[][] = [];
    const place = (
      at: number,
      open: readonly number[],
      done: readonly (readonly [number, number])[],
      begun: number,
    ): void => {
      if (done.length === count) all.push([...done].sort((a, b) => a[0] - b[0]));
      if (begun < count) place(at + 1, [...open, at], done, begun + 1);
      for (const from of open)
        place(
          at + 1,
          open.filter((each) => each !== from),
          [...done, [from, at]],
          begun,
        );
    };
    place(1, [], [], 0);
    return all;
  }
  type Draw = (span: readonly [number, number]) => HistoryOperation;
  const unknown =
    (draw: Draw): Draw =>
    ([from]) => ({ ...draw([from, NEVER]), status: 'unknown', answered: undefined, swapped: false });
  const told =
    (draw: Draw, answered: Value): Draw =>
    (span) => ({ ...draw(span), answered });
  const writing: Draw = (span) => write(span, '1');
  const changing: Draw = (span) => cas(span, '1', '2');
  const register: readonly Draw[] = [
    (span) => read(span, null),
    (span) => read(span, '1'),
    (span) => read(span, '2'),
    writing,
    (span) => write(span, '2'),
    changing,
    (span) => cas(span, '2', '1'),
    (span) => cas(span, '1', '2', false),
    told((span) => cas(span, '1', '2', false), '2'),
    unknown(writing),
    unknown(changing),
    unknown((span) => cas(span, null, '1')),
  ];
  const kv: readonly Draw[] = [
    (span) => read(span, null),
    (span) => read(span, '1'),
    writing,
    (span) => write(span, '1', 2),
    remove,
    changing,
    (span) => cas(span, null, '1'),
    (span) => cas(span, '1', '1', false),
    unknown((span) => write(span, '1', 2)),
    unknown(remove),
    unknown((span) => cas(span, null, '1')),
  ];

  test.each([
    { name: 'register', draws: register },
    { name: 'kv', draws: kv },
  ])('three operations, model $name', ({ draws }) => {
    const seen = { [GOOD]: 0, [BAD]: 0 };
    const wrong: (readonly HistoryOperation[])[] = [];
    for (const [a, b, c] of spans(3) as readonly (readonly (readonly [number, number])[])[]) {
      for (const first of draws)
        for (const second of draws)
          for (const third of draws) {
            const operations = [first(must(a, '')), second(must(b, '')), third(must(c, ''))];
            const expected = linearizableByBruteForce(operations) ? GOOD : BAD;
            seen[expected]++;
            for (const thoroughness of ['needed', 'all'] as const)
              if (searchKey(operations, 10_000, thoroughness).verdict !== expected) wrong.push(operations);
            if (searchByCounting(operations, 10_000).verdict !== expected) wrong.push(operations);
          }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(seen[GOOD], seen[BAD])).toBeGreaterThan(3000);
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
        expect(searchKey(operations, 1_000_000, 'all').verdict).toBe(expected);
        expect(searchByCounting(operations, 1_000_000).verdict).toBe(expected);
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect(Math.min(seen[GOOD], seen[BAD])).toBeGreaterThan(300);
  });
});
