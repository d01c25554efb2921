import { expect, test } from 'vitest';
import { InvariantTally } from '../../../sim/invariant-tally.ts';
import { brokenWords, invariantWords } from './invariant-words.ts';

test('every rule that the world judges has words of its own', () => {
  const names = new InvariantTally().reports().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => invariantWords(name).events.includes('InvariantViolated'))).toEqual([]);
});

test('one that has none is told by its name', () => {
  expect(invariantWords('NoTwoJoints')).toEqual({ text: 'No two joints', events: ['InvariantViolated'] });
});

test('what is broken inside is told of its first moment, and how much more there is', () => {
  const at = (timeUs: number) => ({ timeUs, detail: '' });
  const holds = { name: 'MonotoneTerm', judged: 3, broken: undefined };
  const vote = { name: 'VoteDurability', judged: 3, broken: at(700) };
  const read = { name: 'ReadFreshness', judged: 1, broken: at(900) };
  expect(brokenWords([holds])).toBeUndefined();
  expect(brokenWords([holds, vote])).toEqual({
    text: 'Inside the cluster a rule is broken: A vote is on disk before it counts.',
    timeUs: 700,
  });
  expect(brokenWords([read, holds, vote])).toEqual({
    text: 'Inside the cluster a rule is broken: A vote is on disk before it counts; 1 more is broken.',
    timeUs: 700,
  });
});
