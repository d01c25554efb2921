import { expect, test } from 'vitest';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession, type Session } from './session.ts';
import { NOTHING_CHECKED, STALE_READ, VIOLATED } from './testing/fake-check.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, checked: FakeCluster['checked'] = [], session: Partial<Session> = {}) {
  const cluster = new FakeCluster();
  cluster.checked = checked;
  const [result] = await runLine(cluster, createSession(session), line);
  return { result: result as CommandResult, cluster };
}

test('CHECK tells the verdict, what fits nowhere and the operations that show it; its value has the keys', async () => {
  const { result, cluster } = await one('CHECK', [VIOLATED]);
  expect(result.lines).toEqual([
    'not linearizable  4 operations on 2 keys, 1 outcome unknown · 2.4 ms',
    'x: 2 of 3 operations fit one order. b’s read of 1 fits nowhere, for a’s PUT 2 had ended before it began: it could only meet 2.',
    '  0.001 s – 0.003 s  a  PUT x 1  ok',
    '  0.004 s – 0.006 s  a  PUT x 2  ok',
    '  0.007 s – 0.009 s  b  GET x  1',
    'x: not linearizable',
  ]);
  expect(result.value).toMatchObject({ verdict: 'not linearizable', operations: 4, keys: VIOLATED.keys });
  expect(cluster.queries).toEqual([{ key: undefined }]);
});

test('CHECK tells of every rule that was broken, whatever clients saw', async () => {
  const detail = 'a scan found what a batch put at k, and at p nothing, as before it';
  const good = { ...VIOLATED, verdict: 'linearizable', violation: undefined, keys: VIOLATED.keys.slice(1) } as const;
  const invariants = [
    { name: 'LogMatching', judged: 4, broken: undefined },
    { name: 'BatchAtomicity', judged: 2, broken: { timeUs: 7_000, detail } },
  ];
  const { result } = await one('CHECK', [{ ...good, invariants }]);
  expect(result.lines?.slice(1)).toEqual([`BatchAtomicity broken at 0.007 s: ${detail}`]);
  expect(result.value).toMatchObject({ verdict: 'linearizable', broken: ['BatchAtomicity'] });
  expect((await one('CHECK y', [{ ...good, invariants }])).result.text).not.toContain('BatchAtomicity');
});

test('CHECK tells of a broken rule before any operation', async () => {
  const invariants = [
    { name: 'ElectionSafety', judged: 4, broken: { timeUs: 7_000, detail: 'n1 and n2 lead term 3' } },
  ];
  const { result } = await one('CHECK', [{ ...NOTHING_CHECKED, invariants }]);
  expect(result.lines).toEqual(['no operation to judge', 'ElectionSafety broken at 0.007 s: n1 and n2 lead term 3']);
  expect(result.value).toMatchObject({ verdict: 'nothing', broken: ['ElectionSafety'] });
});

test('CHECK of one key is about that key alone', async () => {
  const { result, cluster } = await one('CHECK y', [VIOLATED]);
  expect(result.text).toBe('linearizable  1 operation · 0.4 ms');
  expect(result.value).toMatchObject({ verdict: 'linearizable', keys: [{ key: 'y' }] });
  expect(cluster.queries).toEqual([{ key: 'y' }]);
});

test('CHECK waits until every key has been judged', async () => {
  const good = { ...VIOLATED, verdict: 'linearizable', violation: undefined, keys: VIOLATED.keys.slice(1) } as const;
  const { result } = await one('CHECK', [{ ...VIOLATED, due: 2 }, { ...VIOLATED, due: 1 }, good]);
  expect(result.text).toMatch(/^linearizable {2}/);
});

test('what is not in the history is said: earlier writes, and what came when it was full', async () => {
  const { result } = await one('CHECK', [{ ...VIOLATED, earlier: 2, full: true }]);
  expect(result.text).toContain('2 writes from before the page was loaded may have happened or not');
  expect(result.text).toContain('RESET begins a new one');
});

test.each(['CHECK', 'CHECK k', 'HISTORY', 'HISTORY k'])('%s with nothing to examine', async (line) => {
  const { result } = await one(line, [NOTHING_CHECKED]);
  expect(result).toMatchObject({ ok: false, code: 'NothingToDo', text: expect.stringContaining('nothing to examine') });
});

test('HISTORY lists the last operations; its value is the file', async () => {
  const { result } = await one('HISTORY x', [{ ...VIOLATED, shown: STALE_READ.slice(1), matching: 3 }]);
  expect(result.lines).toEqual([
    '… 1 earlier; HISTORY to=file saves all',
    '0.004 s – 0.006 s  a  PUT x 2  ok',
    '0.007 s – 0.009 s  b  GET x  1',
    '3 operations on x  CHECK judges them',
  ]);
  expect(result.value).toBe('{"key":"x"}\n');
});

test('HISTORY to=file saves it, where files can be saved', async () => {
  const saved: string[] = [];
  const { result } = await one('HISTORY to=file', [VIOLATED], { onSave: (text, name) => saved.push(name, text) });
  expect(saved).toEqual(['ringside-abc-history.jsonl', '{"key":"all"}\n']);
  expect(result.text).toBe('Saved as ringside-abc-history.jsonl: 3 operations · npm run check-history judges it');
  expect((await one('HISTORY to=file', [VIOLATED])).result).toMatchObject({ ok: false, code: 'NotAvailable' });
  expect((await one('HISTORY to=paper')).result).toMatchObject({ ok: false, code: 'BadOption' });
});
