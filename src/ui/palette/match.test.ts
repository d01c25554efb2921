import { expect, test } from 'vitest';
import { matchScore } from './match.ts';

const order = (typed: string, ...entries: readonly (readonly [string, string])[]): readonly string[] =>
  entries
    .map(([title, hint]) => ({ title, score: matchScore(typed, title, hint) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ title }) => title);

const ENTRIES = [
  ['Kill n1', 'KILL n1'],
  ['Isolate n1', 'ISOLATE n1'],
  ['HEAL [actor]', 'Takes back cuts and link settings'],
  ['LINK n1>n2', 'Makes a link slow or unreliable.'],
] as const;

test('the beginning of the title comes before its middle, and that before the hint', () => {
  expect(order('link', ...ENTRIES)).toEqual(['LINK n1>n2', 'HEAL [actor]']);
  expect(order('n1', ...ENTRIES)).toEqual(['Kill n1', 'Isolate n1', 'LINK n1>n2']);
  expect(order('LAT', ...ENTRIES)).toEqual(['Isolate n1']);
});

test('every word must be there; letters are neither skipped nor swapped', () => {
  expect(order('kill n1', ...ENTRIES)).toEqual(['Kill n1']);
  for (const typed of ['kill n2', 'kli', 'kn1', 'nlki']) expect(order(typed, ...ENTRIES), typed).toEqual([]);
});

test('with nothing typed, everything fits', () => {
  expect(order(' ', ...ENTRIES)).toHaveLength(4);
});
