import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { child, readSourceTree, type SyntaxNode, syntaxNodes } from '../../testing/source-tree.ts';

const E2E = join(import.meta.dirname, '../../../e2e');
const README = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const MUTANTS = readFileSync(join(import.meta.dirname, '../../cli/mutants.json'), 'utf8');
const BUGS = 35;
const MUTATED_BUGS_MIN = 15;

interface Row {
  readonly bug: number;
  /** Tests by the names that the table gives them; none: `why` says what makes the bug impossible. */
  readonly tests: readonly string[];
  readonly why: string;
}

const rows: readonly Row[] = [...README.matchAll(/^\| (\d+) +\| .+? \| (.+?) +\|$/gm)].map(([, bug, where = '']) => ({
  bug: Number(bug),
  tests: [...where.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name)).sort(),
  why: where.replaceAll(/`[^`]+`|,/g, '').trim(),
}));

const numbersIn = (title: string): readonly number[] => [...title.matchAll(/\bbug (\d+)\b/g)].map(([, n]) => Number(n));

/** `test(…)`, `describe(…)`, `test.each(…)(…)`: the function that the call begins with. */
function calledName(call: SyntaxNode): unknown {
  let at = child(call, 'callee');
  while (at !== undefined && at.type !== 'Identifier')
    at = child(at, at.type === 'MemberExpression' ? 'object' : 'callee');
  return at?.name;
}

function titleOf(call: SyntaxNode): string {
  const first = (call.arguments as readonly SyntaxNode[])[0];
  if (typeof first?.value === 'string') return first.value;
  if (first?.type !== 'TemplateLiteral') return '';
  return (first.quasis as readonly { readonly value: { readonly raw: string } }[])
    .map(({ value }) => value.raw)
    .join('…');
}

const titlesIn = (path: string, text: string): readonly string[] =>
  syntaxNodes({ path, text })
    .filter((node) => node.type === 'CallExpression' && ['test', 'describe'].includes(String(calledName(node))))
    .map(titleOf);

/** As the table names it. */
const nameOf = (path: string): string => path.replace(/^core\/lsm\//, '').replace(/\.(test|spec)\.ts$/, '');

/** Every title of a test that names a bug: the bug, and the test's file. */
function named(): readonly (readonly [bug: number, test: string])[] {
  const own = readSourceTree().filter(({ path }) => path.endsWith('.test.ts'));
  const specs = readdirSync(E2E).filter((name) => name.endsWith('.spec.ts'));
  const browser = specs.map((name) => ({ path: `e2e/${name}`, text: readFileSync(join(E2E, name), 'utf8') }));
  return [...own, ...browser].flatMap(({ path, text }) =>
    text.includes('bug ')
      ? titlesIn(path, text).flatMap((title) => numbersIn(title).map((bug) => [bug, nameOf(path)] as const))
      : [],
  );
}

describe('the table of classic bugs', () => {
  test('has each number once, with a test or the reason why there is none', () => {
    expect(rows.map(({ bug }) => bug)).toEqual(Array.from({ length: BUGS }, (_, i) => i + 1));
    for (const { bug, tests, why } of rows)
      expect(tests.length > 0 || why.length > 10, `bug ${bug} has neither a test nor a reason`).toBe(true);
  });

  test('names just the tests whose titles name the bug', () => {
    const titles = named();
    expect(titles.length).toBeGreaterThan(BUGS);
    for (const { bug, tests } of rows) {
      const found = new Set(titles.flatMap(([each, test]) => (each === bug ? [test] : [])));
      expect([...found].sort(), `tests of bug ${bug}`).toEqual(tests);
    }
    expect(titles.filter(([bug]) => bug < 1 || bug > BUGS)).toEqual([]);
  });

  test(`has mutants that bring at least ${MUTATED_BUGS_MIN} of them back`, () => {
    const names = (JSON.parse(MUTANTS) as readonly { readonly name: string }[]).map(({ name }) => name);
    const bugs = new Set(names.flatMap(numbersIn));
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
