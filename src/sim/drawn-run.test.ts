import { expect, test } from 'vitest';
import { drawRun } from './drawn-run.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import type { Fault } from './schedule.ts';

const drawn = (seed: number) =>
  drawRun({ seed, nodes: 3, durationUs: 10_000_000, operationsPerSecond: 4, faults: new Set<Fault>(['kill', 'loss']) });

test('a drawn run written to a file and read again replays to the digest that it says', () => {
  const { run, report } = drawn(5);
  expect(run.digest).toBe(report.digest);
  expect(report.violations).toEqual([]);
  expect(report.rootsCompared).toBeGreaterThan(0);
  expect(replay(decodeRun(encodeRun(run)))).toMatchObject({ digest: run.digest, violations: [] });
});

test('another seed is another run', () => {
  expect(drawn(5).run.digest).not.toBe(drawn(6).run.digest);
});
