import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutatedBugs, readBugTable, testsNamingBugs, titlesIn } from '../../testing/bug-table.ts';

/** The numbers of consensus bugs are others: those are named `raft bug 1`, `gossip bug 43`, `membership bug 39`, `replication bug 42`. */
const NAMED = /(?<!(?:raft|gossip|membership|replication) )\bbug (\d+)\b/g;
const BUGS = 35;
const MUTATED_BUGS_MIN = 15;

const rows = readBugTable(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8'));

describe('the table of classic bugs', () => {
  test('has each number once, with a test or the reason why there is none', () => {
    expect(rows.map(({ bug }) => bug)).toEqual(Array.from({ length: BUGS }, (_, i) => i + 1));
    for (const { bug, tests, why } of rows)
      expect(tests.length > 0 || why.length > 10, `bug ${bug} has neither a test nor a reason`).toBe(true);
  });

  test('names just the tests whose titles name the bug', () => {
    const titles = testsNamingBugs('core/lsm', NAMED);
    expect(titles.length).toBeGreaterThan(BUGS);
    for (const { bug, tests } of rows) {
      const found = new Set(titles.flatMap((each) => (each.bug === bug ? [each.test] : [])));
      expect([...found].sort(), `tests of bug ${bug}`).toEqual(tests);
    }
    expect(titles.filter(({ bug }) => bug < 1 || bug > BUGS)).toEqual([]);
  });

  test(`has mutants that bring at least ${MUTATED_BUGS_MIN} of them back`, () => {
    const bugs = mutatedBugs(NAMED);
    expect([...bugs].filter((bug) => bug < 1 || bug > BUGS)).toEqual([]);
    expect(bugs.size).toBeGreaterThanOrEqual(MUTATED_BUGS_MIN);
  });
});

test.each([
  ["test('bug 1: x', () => {});", ['bug 1: x']],
  ["describe('bug 2, bug 3: y', () => { test('z', f); });", ['bug 2, bug 3: y', 'z']],
  ["test.each([1])('bug 4: %i', f);", ['bug 4: %i']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template
  ['test(`bug 5: ${ROUNDS} times`, f);', ['bug 5: … times']],
  ["run('bug 6'); // test('bug 7')", []],
])('reads titles: %s', (text, titles) => {
  expect(titlesIn('x.ts', text).filter((title) => title !== '')).toEqual(titles);
});
