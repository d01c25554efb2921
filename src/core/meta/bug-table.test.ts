import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutatedBugs, readBugTable, testsNamingBugs } from '../../testing/bug-table.ts';

const NAMED = /\bmembership bug (\d+)\b/g;
const BUGS = [33, 34, 35, 36, 39, 43, 44, 45, 46, 47, 53];
/** Of the client, which has no table. */
const ELSEWHERE = [52];

const rows = readBugTable(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8'));

test('the table of classic bugs names just the tests whose titles name the bug', () => {
  expect(rows.map(({ bug }) => bug)).toEqual(BUGS);
  const titles = testsNamingBugs('core/meta', NAMED);
  for (const { bug, tests } of rows) {
    expect(tests.length, `bug ${bug}`).toBeGreaterThan(0);
    const found = new Set(titles.flatMap((each) => (each.bug === bug ? [each.test] : [])));
    expect([...found].sort(), `tests of bug ${bug}`).toEqual(tests);
  }
  expect(titles.filter(({ bug }) => !BUGS.includes(bug) && !ELSEWHERE.includes(bug))).toEqual([]);
});

test('mutants bring each of them back', () => {
  expect([...mutatedBugs(NAMED)].filter((bug) => !ELSEWHERE.includes(bug)).sort()).toEqual(BUGS);
});
