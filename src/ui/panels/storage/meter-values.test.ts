import { expect, test } from 'vitest';
import type { EngineStatistics } from '../../../core/lsm/engine-report.ts';
import { nextSwitch, writeAmplificationSince } from './meter-values.ts';

const counted = (bytesWritten: number, bytesFlushed: number, bytesCompactedWritten: number): EngineStatistics =>
  ({ bytesWritten, bytesFlushed, bytesCompactedWritten }) as EngineStatistics;
const BEFORE = { style: 'leveled', statistics: counted(100, 90, 300) } as const;
const AFTER = { style: 'universal', statistics: counted(300, 290, 400) } as const;

test('after a switch only what was written since counts', () => {
  const known = nextSwitch(undefined, BEFORE, { ...AFTER, statistics: BEFORE.statistics });
  expect(known).toMatchObject({ from: 'leveled', to: 'universal' });
  expect(known && writeAmplificationSince(AFTER.statistics, known)).toBe((200 + 100) / 200);
  expect(known && writeAmplificationSince(BEFORE.statistics, known)).toBeUndefined();
});

test('a switch is remembered until the next one, and forgotten when the node starts again', () => {
  const known = nextSwitch(undefined, BEFORE, AFTER);
  expect(nextSwitch(known, AFTER, AFTER)).toBe(known);
  expect(nextSwitch(known, AFTER, { ...AFTER, statistics: counted(0, 0, 0) })).toBeUndefined();
  expect(nextSwitch(undefined, undefined, AFTER)).toBeUndefined();
});
