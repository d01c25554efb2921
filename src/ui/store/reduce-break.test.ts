import { expect, test } from 'vitest';
import type { Action } from '../../core/cluster/action.ts';
import { loadRareWords } from './late-words.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL, type ViewModel } from './view-model.ts';

await loadRareWords();

const after = (model: ViewModel, ...actions: readonly Action[]): ViewModel =>
  reduceAll(
    model,
    actions.map((action) => ({ timeUs: 1, type: 'ActionTaken', action })),
  );

test('what is broken on purpose is known from the event on, until it is mended or the page is reloaded', () => {
  const both = after(
    EMPTY_MODEL,
    { type: 'Break', name: 'no-prevote', on: true },
    { type: 'Break', name: 'skip-fsync', on: true },
  );
  expect(both.breaks).toEqual(['no-prevote', 'skip-fsync']);
  expect(both.feed.map(({ text }) => text)).toEqual(['Broken on purpose: no-prevote', 'Broken on purpose: skip-fsync']);
  const one = after(both, { type: 'Break', name: 'no-prevote', on: false });
  expect(one.breaks).toEqual(['skip-fsync']);
  expect(after(one, { type: 'Reload', endings: [] }).breaks).toEqual([]);
  expect(both.breaks, 'the model before stays as it was').toHaveLength(2);
});
