import type { Frame, Page } from '@playwright/test';
import type { SavedRun } from '../src/core/cluster/run.ts';
import { drawRun } from '../src/sim/drawn-run.ts';
import type { Fault } from '../src/sim/schedule.ts';
import { expect } from './fixtures.ts';
import { type Answer, runLine } from './page-driver.ts';

const OPERATIONS_PER_SECOND = 4;

/** Kills, revives, partitions and loss over so many virtual seconds with operations throughout, run in Node. */
export function scheduledRun(
  seed: number,
  seconds: number,
  faults: readonly Fault[] = ['kill', 'partition', 'loss'],
): SavedRun {
  const { run, report } = drawRun({
    seed,
    nodes: 3,
    durationUs: seconds * 1_000_000,
    operationsPerSecond: OPERATIONS_PER_SECOND,
    faults: new Set(faults),
  });
  expect(report.violations).toEqual([]);
  const operations = run.actions.filter(({ action }) => action.type === 'Operate').length;
  expect(operations).toBeGreaterThanOrEqual((seconds * OPERATIONS_PER_SECOND * 5) / 6);
  for (const type of ['Kill', 'Revive', 'Heal'] as const) {
    expect(run.actions.some(({ action }) => action.type === type)).toBe(true);
  }
  return run;
}

/** `LOAD`, with the file that a person would choose. `where`: the page, or the frame of it in which the cluster is. */
export async function loadRun(page: Page, where: Page | Frame, path: string): Promise<Answer> {
  const chooser = page.waitForEvent('filechooser');
  const result = runLine(where, 'LOAD');
  await (await chooser).setFiles(path);
  return result;
}
