import { expect, test } from 'vitest';
import { saidAfter } from './cluster-page.ts';
import { Report } from './report.ts';

function createReport() {
  const lines: string[] = [];
  return { lines, report: new Report((line) => lines.push(line)) };
}

const fail = () => Promise.reject(new Error('it broke'));
const pass = async () => '3 ms';

test('counts and tells each check', async () => {
  const { lines, report } = createReport();
  expect(await report.check('a', pass)).toBe(true);
  expect(await report.check('b', fail)).toBe(false);
  expect(report).toMatchObject({ passed: 1, failed: 1 });
  expect(lines).toEqual(['  passed  a: 3 ms', '  FAILED  b: it broke']);
});

test('a journey ends at its first failure and says how much it left out', async () => {
  const { lines, report } = createReport();
  await report.journey([
    ['a', pass],
    ['b', fail],
    ['c', pass],
    ['d', pass],
  ]);
  expect(report).toMatchObject({ passed: 1, failed: 1 });
  expect(lines.at(-1)).toContain('2 later steps');
});

test('an answer is what stands below the line just typed, not below an earlier one', () => {
  expect(saidAfter('GET a"1"', 'GET a', 1)).toBe('');
  expect(saidAfter('GET a"1"GET a"2"', 'GET a', 1)).toBe('GET a"2"');
});
