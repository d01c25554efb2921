import { expect, test } from 'vitest';
import { formatHistory } from './format-history.ts';
import { parseHistory } from './parse-history.ts';
import { cas, read, remove, write } from './testing/histories.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Three processes; places are the lines of the file. */
const HISTORY = [
  write([1, 4], '"a"', 30),
  { ...cas([2, 5], '"b"', '2', false), process: '1' },
  { ...cas([3, 8], null, '{"c":[1]}'), process: '2' },
  { ...cas([6, 10], '"b"', '"d"', false), process: '1', answered: '"a"' },
  { ...write([7, 9], '"x"'), status: 'fail' as const },
  { ...write([11, NEVER], '"u"', 50), process: '1' },
  { ...read([12, 13], null) },
  remove([14, 15]),
  { ...cas([16, NEVER], null, '"v"'), swapped: false },
  { ...read([17, 18], '5'), process: '2' },
];

test('what is written is read again as it was', () => {
  expect(parseHistory(formatHistory(HISTORY), 'kv')).toEqual({ ok: true, operations: HISTORY });
});

test('a line per invocation and completion, none for what was never answered', () => {
  const lines = formatHistory([{ ...write([1, NEVER], '"u"', 50), process: 'a' }, read([2, 3], '7')]).split('\n');
  expect(lines).toEqual([
    '{"process":"a","type":"invoke","f":"write","key":"x","value":"u","time":1000000,"ttlMs":50,"goneNs":[46000000,null]}',
    '{"process":"0","type":"invoke","f":"read","key":"x","value":null,"time":2000000}',
    '{"process":"0","type":"ok","f":"read","key":"x","value":7,"time":3000000}',
    '',
  ]);
});
