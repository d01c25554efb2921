import { expect, test } from 'vitest';
import { type CheckProgress, HISTORY_FILE_MAX } from '../core/cluster/check-report.ts';
import { checkHistory } from './checker/check-history.ts';
import { formatHistory } from './checker/format-history.ts';
import { parseHistory } from './checker/parse-history.ts';
import { read, write } from './checker/testing/histories.ts';
import { JudgedFile } from './file-check.ts';

const STALE = [write([1, 2], '1'), write([3, 4], '2'), { ...read([5, 6], '1'), process: '1' }, read([7, 8], '2')];
const quiet = () => undefined;
const judge = (text: string, tell: (progress: CheckProgress) => void = quiet) => JudgedFile.judge(text, () => 0, tell);

test('a file is judged as check-history judges it, and shown', () => {
  const text = formatHistory(STALE);
  const judged = judge(text) as JudgedFile;
  const { violation, verdict, axis, end, shown } = judged.report({});
  const parsed = parseHistory(text, 'kv');
  const expected = parsed.ok ? checkHistory(parsed.operations) : undefined;
  expect(verdict).toBe(expected?.verdict);
  expect(expected?.verdict === 'not linearizable' && expected.violation).toMatchObject({
    failed: { invoked: violation?.failed.invoked },
    possible: violation?.possible,
  });
  expect(axis).toBe('time');
  expect(end).toBe(8000);
  expect(shown).toHaveLength(4);
  expect(judged.report({ until: 4000 }).shown).toHaveLength(2);
});

test('without times its lines are the axis', () => {
  const text = formatHistory(STALE).replaceAll(/,"time":\d+/g, '');
  expect((judge(text) as JudgedFile).report({})).toMatchObject({ axis: 'place', end: 8, verdict: 'not linearizable' });
});

test('it tells how far it is', () => {
  const told: CheckProgress[] = [];
  judge(formatHistory([...STALE, ...STALE.map((each) => ({ ...each, key: 'y', process: `${each.process}y` }))]), (at) =>
    told.push(at),
  );
  expect(told).toEqual([
    { stage: 'reading', done: 0, of: 0 },
    { stage: 'checking', done: 0, of: 2 },
    { stage: 'checking', done: 1, of: 2 },
    { stage: 'checking', done: 2, of: 2 },
  ]);
});

test('what cannot be read is refused with its line, what is too long as a whole', () => {
  expect(judge(`${formatHistory(STALE)}{"process":1}\n`)).toMatchObject({ ok: false, line: 9 });
  const long = judge(' '.repeat(HISTORY_FILE_MAX + 1));
  expect(long).toMatchObject({ ok: false, line: 0, text: expect.stringContaining('npm run check-history') });
});
