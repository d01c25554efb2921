import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutatedBugs, readBugTable, testsNamingBugs } from '../../testing/bug-table.ts';

const NAMED = /\breplication bug (\d+)\b/g;
const BUGS = [39, 42, 48];
const MUTATED_BUGS = [39, 42, 48];

const rows = readBugTable(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8'));

test('the table of classic bugs names just the tests whose titles name the bug, or a reason', () => {
  expect(rows.map(({ bug }) => bug)).toEqual(BUGS);
  const titles = testsNamingBugs('core/replication', NAMED);
  for (const { bug, tests, why } of rows) {
    expect(tests.length > 0 || why.length > 10, `bug ${bug} has neither a test nor a reason`).toBe(true);
    const found = new Set(titles.flatMap((each) => (each.bug === bug ? [each.test] : [])));
    expect([...found].sort(), `tests of bug ${bug}`).toEqual(tests);
  }
  expect(titles.filter(({ bug }) => !BUGS.includes(bug))).toEqual([]);
});

test('mutants bring some of them back', () => {
  expect([...mutatedBugs(NAMED)].sort()).toEqual(MUTATED_BUGS);
});
