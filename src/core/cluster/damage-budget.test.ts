import { expect, test } from 'vitest';
import { exceedsDamageBudget } from './damage-budget.ts';

test('one of three replicas may be damaged, however often, and not a second one', () => {
  const shards = [['n1', 'n2', 'n3']];
  expect(exceedsDamageBudget(shards, new Set(), 'n1')).toBe(false);
  expect(exceedsDamageBudget(shards, new Set(['n1']), 'n1')).toBe(false);
  expect(exceedsDamageBudget(shards, new Set(['n1']), 'n2')).toBe(true);
});

test('nodes that share no shard are damaged independently of each other', () => {
  const shards = [
    ['n1', 'n2', 'n3'],
    ['n4', 'n5', 'n6'],
    ['n3', 'n4', 'n5'],
  ];
  expect(exceedsDamageBudget(shards, new Set(['n1']), 'n6')).toBe(false);
  expect(exceedsDamageBudget(shards, new Set(['n4']), 'n3')).toBe(true);
});

test('a shard of one or two replicas has none to spare', () => {
  expect(exceedsDamageBudget([['n1']], new Set(), 'n1')).toBe(true);
  expect(exceedsDamageBudget([['n1', 'n2']], new Set(), 'n2')).toBe(true);
});
