import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests?: readonly string[];
}

const ROOT = join(import.meta.dirname, '../..');
const MUTANTS: readonly Mutant[] = JSON.parse(readFileSync(join(import.meta.dirname, 'mutants.json'), 'utf8'));

// Most mutants are tried in the long run alone: a change that moves their line should hear of it at once.
test('the line of every mutant stands once in its file, and its tests are there', () => {
  expect(MUTANTS.length).toBeGreaterThan(200);
  const stale = MUTANTS.filter(({ file, find, replace, tests = [] }) => {
    const found = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8').split(find).length - 1 : 0;
    return found !== 1 || find === replace || tests.some((path) => !existsSync(join(ROOT, path)));
  });
  expect(stale.map(({ name }) => name)).toEqual([]);
});

test('no two mutants have one name', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
