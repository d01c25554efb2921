import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ABSENT, IMPOSSIBLE, KeyModel } from './key-model.ts';
import { searchKey } from './key-search.ts';
import { longestOrder } from './longest-order.ts';
import type { HistoryOperation } from './operation.ts';
import { cas, read, remove, write } from './testing/histories.ts';

const NEVER = Number.POSITIVE_INFINITY;
const texts = (operations: readonly HistoryOperation[]) => operations.map(({ invoked }) => invoked);

test('a stale read: everything before it stands in order, it alone is stuck', () => {
  const operations = [write([1, 2], '1'), write([3, 4], '2'), read([5, 6], '2'), read([7, 8], '1')];
  expect(longestOrder(operations, operations[3], 1000)).toEqual({
    order: operations.slice(0, 3),
    stuck: [operations[3]],
  });
});

test('an unknown write stands in the order only where somebody saw it', () => {
  const unseen = [write([1, NEVER], '1'), write([2, 3], '2'), read([4, 5], '2'), read([6, 7], '3')];
  expect(texts(longestOrder(unseen, unseen[3], 1000).order)).toEqual([2, 4]);
  const seen = [write([1, NEVER], '1'), write([2, 3], '2'), read([4, 5], '1'), read([6, 7], '3')];
  expect(texts(longestOrder(seen, seen[3], 1000).order)).toEqual([2, 1, 4]);
});

test('what had returned before the failure stands in the order, also where another operation could stand there instead', () => {
  const operations = [cas([6, 9], '2', '1'), cas([7, 10], null, '1'), cas([1, 8], null, '1')];
  expect(longestOrder(operations, operations[0], 1000)).toEqual({
    order: [operations[2]],
    stuck: operations.slice(0, 2),
  });
});

test('a long history in few steps: what stands in the order already is not looked at again', () => {
  const chain = Array.from({ length: 1000 }, (_, i) =>
    cas([1 + 2 * i, 2 + 2 * i], i === 0 ? null : `${i}`, `${i + 1}`),
  );
  const failed = read([3000, 3001], '7');
  const { order, stuck } = longestOrder([...chain, failed], failed, 10_000);
  expect(order).toHaveLength(1000);
  expect(stuck).toEqual([failed]);
});

const span = fc
  .tuple(fc.nat(12), fc.integer({ min: 1, max: 6 }))
  .map(([from, length]) => [from, from + length] as const);
const value = fc.constantFrom('1', '2', null);
const operation = fc.oneof(
  fc.tuple(span, value).map(([at, answered]) => read(at, answered)),
  fc.tuple(span, fc.constantFrom('1', '2')).map(([at, written]) => write(at, written)),
  span.map(([from]) => write([from, NEVER], '2')),
  span.map((at) => remove(at)),
  fc.tuple(span, value, fc.constantFrom('1', '2')).map(([at, expected, written]) => cas(at, expected, written)),
);
/** Places are all different, as in a history. */
const history = fc
  .array(operation, { minLength: 1, maxLength: 6 })
  .map((all) =>
    all.map((each, i) => ({ ...each, invoked: each.invoked * 16 + i, completed: each.completed * 16 + i + 8 })),
  );

test('every order respects real time and gives the answers that were given; a good history stands in one whole', () => {
  fc.assert(
    fc.property(history, (operations) => {
      const found = searchKey(operations, 100_000);
      const failed = found.verdict === 'not linearizable' ? found.failed : undefined;
      const { order, stuck } = longestOrder(operations, failed, 100_000);
      const model = new KeyModel();
      let state = ABSENT;
      for (const [i, each] of order.entries()) {
        state = model.step(state, each);
        expect(state).not.toBe(IMPOSSIBLE);
        expect(order.slice(i + 1).every((later) => later.completed > each.invoked)).toBe(true);
      }
      const returned = operations.filter(({ status }) => status === 'ok');
      expect(order.filter(({ status }) => status === 'ok').length + stuck.length).toBe(returned.length);
      if (failed === undefined) expect(stuck).toEqual([]);
      else {
        // All that had returned before the search came to it can be explained.
        const earlier = returned.filter(({ completed }) => completed < failed.completed);
        expect(earlier.every((each) => order.includes(each))).toBe(true);
        expect(stuck).toContain(failed);
      }
    }),
    { numRuns: 400 },
  );
});
