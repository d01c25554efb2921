import { expect, test } from 'vitest';
import { bridgesOf, separatedBy } from './partition-groups.ts';

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
/** Each pair once. */
const apart = (...groups: readonly string[]) =>
  separatedBy(
    groups.map((group) => group.split(' ')),
    NODES,
  ).flatMap(([from, to]) => (from < to ? [`${from}-${to}`] : []));

test('who shares no group is cut; who is in two is the bridge', () => {
  expect(apart('n1 n2 n3', 'n3 n4 n5')).toEqual(['n1-n4', 'n1-n5', 'n2-n4', 'n2-n5']);
  expect(apart('n1 n2 n3', 'n4 n5')).toHaveLength(6);
  expect(apart('n1 n2', 'n2 n3'), 'nodes named nowhere are a group').toEqual([
    'n1-n3',
    'n1-n4',
    'n1-n5',
    'n2-n4',
    'n2-n5',
    'n3-n4',
    'n3-n5',
  ]);
  expect(apart('n1 n2 n3 n4 n5')).toEqual([]);
  expect(apart('n1 n2 n3', 'n3 n4 n5', 'n1 n2 n4 n5')).toEqual([]);
});

test('clients are cut from nodes alone, and only where they are named', () => {
  expect(apart('n1 n2 n3 n4 n5 a', 'n1 b')).toEqual(['b-n2', 'b-n3', 'b-n4', 'b-n5']);
  expect(apart('n1 n2 n3 n4 n5')).toEqual([]);
  const both = separatedBy(
    [
      ['n1', 'a'],
      ['n2', 'n3', 'n4', 'n5', 'b'],
    ],
    NODES,
  ).map(([from, to]) => `${from}>${to}`);
  expect(both).toContain('a>n2');
  expect(both).toContain('n2>a');
  expect(both).toContain('b>n1');
  expect(both).not.toContain('a>b');
});

test('bridges, in the order of the groups', () => {
  expect(bridgesOf([['n1', 'n2'], ['n3']])).toEqual([]);
  expect(bridgesOf([['n1', 'n2', 'n2'], ['n3']])).toEqual([]);
  expect(bridgesOf([['n3', 'n1', 'n2'], ['n1', 'n3'], ['n1']])).toEqual(['n3', 'n1']);
});
