import { expect, test } from 'vitest';
import { seen, VIOLATED } from '../../console/testing/fake-check.ts';
import type { ViolationReport } from './check-report.ts';
import { answerWords, askedWords, sizeWords, valueWords, violationWords } from './check-words.ts';

test.each([
  [seen(1, 2, { kind: 'write', written: '"ada"' }), 'PUT ada', 'ok'],
  [seen(1, 2, { answered: null }), 'GET', 'absent'],
  [seen(1, 2, { answered: '5' }), 'GET', '5'],
  [seen(1, 2, { kind: 'cas', expected: null, written: '1', swapped: true }), 'CAS nil→1', 'ok'],
  [seen(1, 2, { kind: 'cas', expected: '1', written: '2', answered: '3' }), 'CAS 1→2', 'no, 3'],
  [seen(1, 2, { kind: 'cas', expected: '1', written: '2' }), 'CAS 1→2', 'no match'],
  [seen(1, 2, { kind: 'delete', status: 'fail' }), 'DELETE', 'failed'],
  [seen(1, Number.POSITIVE_INFINITY, { kind: 'delete' }), 'DELETE', 'unknown'],
  [seen(1, Number.POSITIVE_INFINITY, { kind: 'delete', underWay: true }), 'DELETE', 'under way'],
])('%j', (operation, asked, answer) => {
  expect(askedWords(operation)).toBe(asked);
  expect(answerWords(operation)).toBe(answer);
});

test('values are told without quotes, long ones by their beginning', () => {
  expect(valueWords('"x"')).toBe('x');
  expect(valueWords('""')).toBe('""');
  expect(valueWords('{"a":1}')).toBe('{"a":1}');
  expect(valueWords(`"${'🚲'.repeat(30)}"`)).toBe(`${'🚲'.repeat(18)}…`);
});

test('a violation is told with what it could only meet, and what had ended before', () => {
  const violation = VIOLATED.violation as ViolationReport;
  expect(violationWords(violation)).toBe(
    '2 of 3 operations fit one order. b’s read of 1 fits nowhere, for a’s PUT 2 had ended before it began: it could only meet 2.',
  );
  expect(violationWords({ ...violation, explanation: violation.explanation.slice(2), possible: [], order: [] })).toBe(
    'b’s read of 1 fits nowhere: it could only meet nothing.',
  );
  expect(sizeWords(VIOLATED)).toBe('4 operations on 2 keys, 1 outcome unknown');
});
