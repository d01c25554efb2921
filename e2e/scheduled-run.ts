import type { Frame, Page } from '@playwright/test';
import { createHeader } from '../src/core/cluster/presets.ts';
import type { SavedRun } from '../src/core/cluster/run.ts';
import { drawConfig } from '../src/sim/drawn-limits.ts';
import { runInProcess } from '../src/sim/run.ts';
import { drawSchedule } from '../src/sim/schedule.ts';
import { expect } from './fixtures.ts';
import { type Answer, runLine } from './page-driver.ts';

const OPERATIONS_PER_SECOND = 4;

/** Kills, revives, partitions and loss over so many virtual seconds with operations throughout, run in Node. */
export function scheduledRun(seed: number, seconds: number): SavedRun {
  const endUs = seconds * 1_000_000;
  const faults = new Set(['kill', 'partition', 'loss'] as const);
  const actions = drawSchedule({
    seed,
    nodes: 3,
    durationUs: endUs,
    operationsPerSecond: OPERATIONS_PER_SECOND,
    faults,
  });
  const header = createHeader(`digest-${seed}`, seed, drawConfig(seed, 3, 8));
  const report = runInProcess(header, actions, endUs);
  expect(report.violations).toEqual([]);
  const operations = actions.filter(({ action }) => action.type === 'Operate').length;
  expect(operations).toBeGreaterThanOrEqual((seconds * OPERATIONS_PER_SECOND * 5) / 6);
  for (const type of ['Kill', 'Revive', 'Heal'] as const) {
    expect(actions.some(({ action }) => action.type === type)).toBe(true);
  }
  return { format: 'ringside-run', header, actions, endUs, digest: report.digest };
}

/** `LOAD`, with the file that a person would choose. `where`: the page, or the frame of it in which the cluster is. */
export async function loadRun(page: Page, where: Page | Frame, path: string): Promise<Answer> {
  const chooser = page.waitForEvent('filechooser');
  const result = runLine(where, 'LOAD');
  await (await chooser).setFiles(path);
  return result;
}
