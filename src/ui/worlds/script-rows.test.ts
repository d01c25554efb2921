import { expect, test } from 'vitest';
import { compareScript } from '../../console/compare-script.ts';
import { type ScriptRow, scriptRows } from './script-rows.ts';
import type { AskedHere, Mark, WorldsNow } from './worlds-at.ts';

const STEPS = compareScript({
  ...{ key: 'k', alone: 'n1', others: ['n2', 'n3'], near: 'n2', shard: 's0' },
  before: 'strong',
});
const asked = (begun: number, client: string, value?: string): AskedHere =>
  ({ id: begun, client, world: 'strong', verb: value === undefined ? 'GET' : 'PUT', value, begun }) as AskedHere;
const mark = (does: Mark['does'], place: number): Mark => ({ does, place });
const wordOf = (row: ScriptRow): string => {
  if (row.type === 'mark') return row.isDone ? `(${row.does})` : `${row.does} to come`;
  if (row.type === 'planned') return `${row.client} ${row.value ?? 'reads'} to come`;
  return `${row.asked.client} ${row.asked.value ?? 'reads'}`;
};
const rows = (operations: readonly AskedHere[], marks: readonly Mark[], done: number) =>
  scriptRows({ asked: operations, marks } as unknown as WorldsNow, 'strong', STEPS, done).map(wordOf);

test('before the first step the whole script is to come', () => {
  expect(rows([], [], 0)).toHaveLength(STEPS.length);
  expect(rows([], [], 0).slice(0, 3)).toEqual(['b milk to come', 'a reads to come', 'cut to come']);
});

test('what happened stands in its order, what somebody else asked among it, and each step once', () => {
  const told = rows([asked(1, 'b', 'milk'), asked(2, 'c', 'mine'), asked(3, 'a')], [mark('cut', 4)], 3);
  expect(told.slice(0, 6)).toEqual(['b milk', 'c mine', 'a reads', '(cut)', 'a bob to come', 'b ada to come']);
  expect(told).toHaveLength(STEPS.length + 1);
});

test('the step that is being taken is no step to come; one that left nothing behind is over as well', () => {
  expect(rows([asked(1, 'b', 'milk')], [], 0)[1]).toBe('a reads to come');
  expect(rows([], [], 2)[0]).toBe('cut to come');
});
