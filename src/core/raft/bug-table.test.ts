import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bugsIn, mutatedBugs, type NamedTest, readBugTable, testsNamingBugs } from '../../testing/bug-table.ts';

const NAMED = /\braft bug (\d+)\b/g;
/** Those that concern consensus, sessions, snapshots, leases and reads; the others are of parts that there are not, or of the storage engine. */
const BUGS = [...Array.from({ length: 38 }, (_, i) => i + 1), 49, 51, 53, 55];
const TESTED_BUGS_MIN = 30;
const MUTATED_BUGS_MIN = 22;

const TRANSCRIPTS = join(import.meta.dirname, 'transcripts');
const files = readdirSync(TRANSCRIPTS, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
const textOf = (...path: readonly string[]): string => readFileSync(join(import.meta.dirname, ...path), 'utf8');
const rows = readBugTable(textOf('README.md'));

/** A transcript says in the comment that it begins with what it shows. */
const headOf = (name: string): string => textOf('transcripts', name).split(/\r?\n\r?\n/)[0] ?? '';

const transcripts: readonly NamedTest[] = files
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) =>
    bugsIn(headOf(name), NAMED).map((bug) => ({ bug, test: `transcripts/${name.replace('.txt', '')}` })),
  );

describe('the table of classic bugs', () => {
  test('has each number once, with a test or the reason why there is none', () => {
    expect(rows.map(({ bug }) => bug)).toEqual(BUGS);
    for (const { bug, tests, why } of rows)
      expect(tests.length > 0 || why.length > 10, `bug ${bug} has neither a test nor a reason`).toBe(true);
    expect(rows.filter(({ tests }) => tests.length > 0).length).toBeGreaterThanOrEqual(TESTED_BUGS_MIN);
  });

  test('names just the tests and transcripts that name the bug', () => {
    const named = [...testsNamingBugs('core/raft', NAMED), ...transcripts];
    for (const { bug, tests } of rows) {
      const found = new Set(named.flatMap((each) => (each.bug === bug ? [each.test] : [])));
      expect([...found].sort(), `tests of bug ${bug}`).toEqual(tests);
    }
    expect(named.filter(({ bug }) => !BUGS.includes(bug))).toEqual([]);
  });

  test(`has mutants that bring at least ${MUTATED_BUGS_MIN} of them back`, () => {
    const bugs = mutatedBugs(NAMED);
    expect([...bugs].filter((bug) => !BUGS.includes(bug))).toEqual([]);
    expect(bugs.size).toBeGreaterThanOrEqual(MUTATED_BUGS_MIN);
  });
});

test('the names of others’ tests are found in transcripts and tests that exist', () => {
  const [, section = ''] = textOf('transcripts/README.md').split('## By the names of others’ tests');
  const named = [...section.matchAll(/`([a-z-]+\/[a-z0-9-]+)`/g)].map(([, name]) => `${name}.txt`);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !files.includes(name))).toEqual([]);
});
