import { expect, test } from 'vitest';
import { CHECK_LIMITS } from './check-history.ts';
import { KeyVerdicts } from './key-verdicts.ts';
import type { HistoryOperation } from './operation.ts';
import { read, write } from './testing/histories.ts';

const NEVER = Number.POSITIVE_INFINITY;
const limits = { ...CHECK_LIMITS, stepsMax: 2000, stepsPerOperation: 0 };
/** Nobody can say within so few steps in which order these were. */
const writes = Array.from({ length: 40 }, (_, i) => write([10 + i, 100 + i], String(i)));
const reads = Array.from({ length: 40 }, (_, i) => read([200 + 2 * i, 201 + 2 * i], String(39 - i)));
const underWay = (operation: HistoryOperation): HistoryOperation => ({ ...operation, underWay: true });

function following(verdicts: KeyVerdicts, operations: readonly HistoryOperation[]) {
  verdicts.update(operations);
  verdicts.work(0);
  return verdicts.reports()[0];
}

test('an undecided key is judged again when something that was under way in it has been answered', () => {
  const verdicts = new KeyVerdicts(limits, () => 0);
  const early = underWay(read([5, NEVER], null));
  expect(following(verdicts, [...writes, early, ...reads])).toMatchObject({ verdict: 'unknown', operations: 81 });
  const later = read([300, 301], '2');
  expect(following(verdicts, [...writes, early, ...reads, later])).toMatchObject({
    verdict: 'unknown',
    operations: 82,
  });
  const answered = read([5, 8], 'never written');
  const found = following(verdicts, [...writes, answered, ...reads, later]);
  expect(found).toMatchObject({ verdict: 'not linearizable', operations: 82 });
  expect(verdicts.violation(undefined)?.failed).toEqual(answered);
});

test('an undecided key is not searched again for what came later, or for what will never be answered', () => {
  const verdicts = new KeyVerdicts(limits, () => 0);
  const early = underWay(write([50, NEVER], '7'));
  const before = following(verdicts, [...writes, early, ...reads]);
  expect(before?.verdict).toBe('unknown');
  const impossible = read([300, 301], 'never written');
  expect(following(verdicts, [...writes, write([50, NEVER], '7'), ...reads, impossible])).toMatchObject({
    verdict: 'unknown',
    operations: 82,
    unknown: 1,
  });
});

test('keys that are judged together share one limit', () => {
  const verdicts = new KeyVerdicts(limits, () => 0);
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  verdicts.update(keys.flatMap((key) => [...writes, ...reads].map((each) => ({ ...each, key }))));
  verdicts.workThrough(() => undefined);
  const reports = verdicts.reports();
  expect(reports.map(({ verdict }) => verdict)).toEqual(keys.map(() => 'unknown'));
  expect(reports.reduce((sum, { steps }) => sum + steps, 0)).toBeLessThanOrEqual(limits.stepsMax);
});
