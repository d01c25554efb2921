import { expect, test } from 'vitest';
import { cas, read, write } from './testing/histories.ts';
import { UnknownGroups } from './unknown-groups.ts';
import { Wants } from './wants.ts';

const NEVER = Number.POSITIVE_INFINITY;

test('a write does what a CAS to the same value does, and not the other way round', () => {
  const unknown = [write([1, NEVER], '1'), cas([2, NEVER], '2', '1')];
  const groups = new UnknownGroups(unknown, new Wants([...unknown, read([3, 4], '1')]));
  const [spentCas, spentWrite] = [[0], [1]];
  expect(groups.spendsNoMore(spentCas, spentWrite)).toBe(true);
  expect(groups.spendsNoMore(spentWrite, spentCas)).toBe(false);
  expect(groups.spendsNoMore([], spentCas)).toBe(true);
  expect(groups.spendsNoMore([0, 1], spentWrite)).toBe(false);
});
