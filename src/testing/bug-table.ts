import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { child, readSourceTree, type SyntaxNode, syntaxNodes } from './source-tree.ts';

// A folder's README may list what others have got wrong before: a number, the rule, and where a test would notice it here. What is compared with such
// a table are the titles of tests, the heads of transcripts and the names of mutants, each of which says the number.

/** A line of a table of classic bugs. */
export interface BugRow {
  readonly bug: number;
  /** Tests by the names that the table gives them; none: `why` says what makes the bug impossible. */
  readonly tests: readonly string[];
  readonly why: string;
}

/** Something that says which bugs it would notice. */
export interface NamedTest {
  readonly bug: number;
  /** The test's file, as `nameOf` has it; a transcript without `.txt`. */
  readonly test: string;
}

const SOURCES = join(import.meta.dirname, '..');
const E2E = join(SOURCES, '../e2e');

/** Every row that begins with a number. */
export const readBugTable = (readme: string): readonly BugRow[] =>
  [...readme.matchAll(/^\| (\d+) +\| .+? \| (.+?) +\|$/gm)].map(([, bug, where = '']) => ({
    bug: Number(bug),
    tests: [...where.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name)).sort(),
    why: where.replaceAll(/`[^`]+`|,/g, '').trim(),
  }));

/** @param pattern global, with the number as its group */
export const bugsIn = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map(([, bug]) => Number(bug));

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

/** Titles of the tests of a file, in order; '' for a call without one. */
export const titlesIn = (path: string, text: string): readonly string[] =>
  syntaxNodes({ path, text })
    .filter((node) => node.type === 'CallExpression' && ['test', 'describe'].includes(String(calledName(node))))
    .map(titleOf);

/**
 * Every test of the repository whose title names a bug.
 * @param folder whose table it is, below `src`: tests of it are named without it, others by their path
 */
export function testsNamingBugs(folder: string, pattern: RegExp): readonly NamedTest[] {
  const nameOf = (path: string): string => path.replace(`${folder}/`, '').replace(/\.(test|spec)\.ts$/, '');
  const own = readSourceTree().filter(({ path }) => path.endsWith('.test.ts'));
  const specs = readdirSync(E2E).filter((name) => name.endsWith('.spec.ts'));
  const browser = specs.map((name) => ({ path: `e2e/${name}`, text: readFileSync(join(E2E, name), 'utf8') }));
  return [...own, ...browser].flatMap(({ path, text }) =>
    text.includes('bug ')
      ? titlesIn(path, text).flatMap((title) => bugsIn(title, pattern).map((bug) => ({ bug, test: nameOf(path) })))
      : [],
  );
}

/** The bugs that the names of mutants say they bring back. */
export function mutatedBugs(pattern: RegExp): ReadonlySet<number> {
  const text = readFileSync(join(SOURCES, 'cli/mutants.json'), 'utf8');
  return new Set(
    (JSON.parse(text) as readonly { readonly name: string }[]).flatMap(({ name }) => bugsIn(name, pattern)),
  );
}
