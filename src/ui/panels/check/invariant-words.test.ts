import { expect, test } from 'vitest';
import { InvariantTally } from '../../../sim/invariant-tally.ts';
import { invariantWords } from './invariant-words.ts';

test('every rule that the world judges has words of its own', () => {
  const names = new InvariantTally().reports().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => invariantWords(name).topic === 'fault')).toEqual([]);
});

test('one that has none is told by its name', () => {
  expect(invariantWords('NoTwoJoints')).toEqual({ text: 'No two joints', topic: 'fault' });
});
