import { describe, expect, test } from 'vitest';
import { child, lineOf, readSourceTree, type SyntaxNode, syntaxNodes } from './testing/source-tree.ts';

/**
 * What Biome cannot express. core and sim must compute the same bits in every engine, so of `Math` they may use only what the language
 * defines exactly; everything else (log, exp, pow, sin …) differs in the last bit between engines (design section 2).
 */
const EXACT_MATH = new Set(
  'abs ceil clz32 floor fround imul max min round sign sqrt trunc PI E LN2 LN10 SQRT2'.split(' '),
);
/** Members whose answer depends on the locale or on the engine's Unicode tables. */
const LOCALE_MEMBERS = /^(localeCompare|toLocale\w+)$/;
/** Ways around the lint's list of names. */
const AMBIENT_GLOBALS = new Set(['globalThis', 'self', 'window', 'eval', 'Function', 'Date', 'Intl', 'WeakRef']);
const LINES_PER_FILE_MAX = 600;

const isPure = (path: string): boolean => /^(core|sim)\//.test(path);
/** sim waits for its hosts; core waits for nothing. */
const isCore = (path: string): boolean => path.startsWith('core/');

/** A property's name where `name` stands: `a.name`, `a['name']`; undefined when it is computed. */
function memberName(node: SyntaxNode): string | undefined {
  const property = child(node, 'property');
  const name = node.computed === true ? property?.value : property?.name;
  return typeof name === 'string' ? name : undefined;
}

/** `2 ** 20`: exact in every engine, and the plainest way to write a size. */
function isExactPower(node: SyntaxNode): boolean {
  const exponent = child(node, 'right')?.value;
  return child(node, 'left')?.value === 2 && Number.isInteger(exponent) && (exponent as number) <= 53;
}

/** Offsets at which a name stands that is a property's or a member's and no variable. */
function propertyNames(nodes: readonly SyntaxNode[]): ReadonlySet<number> {
  const offsets = new Set<number>();
  for (const node of nodes) {
    const named = node.type === 'MemberExpression' ? child(node, 'property') : child(node, 'key');
    if (named !== undefined && node.computed !== true && node.shorthand !== true) offsets.add(named.start);
  }
  return offsets;
}

/** Everything in a pure file that could differ between two engines. */
function impurities(path: string, text: string): string[] {
  const nodes = syntaxNodes({ path, text });
  const names = propertyNames(nodes);
  const exact = new Set<number>();
  const found: string[] = [];
  const report = (node: SyntaxNode, what: string) => found.push(`${path}:${lineOf(text, node.start)} ${what}`);
  for (const node of nodes) {
    if (node.type === 'MemberExpression') {
      const object = child(node, 'object');
      const name = memberName(node);
      if (object?.name === 'Math' && name !== undefined && EXACT_MATH.has(name)) exact.add(object.start);
      if (name !== undefined && LOCALE_MEMBERS.test(name)) report(node, `${name} depends on the locale`);
    } else if (node.type === 'Identifier' && !names.has(node.start)) {
      const name = node.name as string;
      if (name === 'Math' && !exact.has(node.start)) report(node, 'Math beyond its exact functions');
      if (AMBIENT_GLOBALS.has(name)) report(node, name);
    } else if ((node.operator === '**' && !isExactPower(node)) || node.operator === '**=') {
      report(node, 'the operator **');
    } else if (isCore(path) && (node.async === true || node.type === 'AwaitExpression')) {
      report(node, 'core is synchronous');
    }
  }
  return found;
}

describe('tidy', () => {
  const files = readSourceTree();
  const sources = files.filter((file) => !file.isTest);

  test('core and sim compute the same bits in every engine', () => {
    const pure = sources.filter((file) => isPure(file.path));
    expect(pure.length, 'files examined').toBeGreaterThan(0);
    expect(pure.flatMap((file) => impurities(file.path, file.text))).toEqual([]);
  });

  test.each([
    'const a = Math.exp(1);',
    'const a = Math.random();',
    "const a = Math['log'](1);",
    'const { exp } = Math;',
    'const m = Math;',
    'const a = Math?.pow(2, 0.5);',
    'const a = 2 ** x;',
    'const a = 2 ** 0.5;',
    'const a = 10 ** 2;',
    'x **= 2;',
    "const a = 'a'.localeCompare('b');",
    'const a = (1).toLocaleString();',
    'const a = globalThis.performance;',
    'const a = new Date();',
    'const a = { Date };',
    'async function f() {}',
    'const f = async () => 1;',
  ])('refuses in core: %s', (text) => {
    expect(impurities('core/x.ts', text).length).toBeGreaterThan(0);
  });

  test.each([
    'const a = Math.floor(1) + Math.imul(2, 3);',
    '// Math.exp(1), 2 ** 3',
    "const a = 'Math.exp(1)';",
    'const a = run.Date;',
    'const a = 2 ** 20;',
    'const a = { Date: 1 };',
  ])('accepts in core: %s', (text) => {
    expect(impurities('core/x.ts', text)).toEqual([]);
  });

  test('no file is longer than a sitting', () => {
    expect(files.length, 'files examined').toBeGreaterThan(0);
    const long = sources.filter((file) => file.text.split('\n').length > LINES_PER_FILE_MAX);
    expect(long.map((file) => file.path)).toEqual([]);
  });

  test('nothing is left over', () => {
    // Split so that this file does not find itself.
    const leftover = new RegExp(['FIX', 'ME|XX', 'X\\b|\\bdebug', 'ger;|\\b(test|describe|it)\\.on', 'ly\\('].join(''));
    expect(files.filter((file) => leftover.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
