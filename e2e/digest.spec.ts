import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { createHeader } from '../src/core/cluster/presets.ts';
import type { SavedRun } from '../src/core/cluster/run.ts';
import { drawConfig } from '../src/sim/drawn-limits.ts';
import { replay, runInProcess } from '../src/sim/run.ts';
import { encodeRun } from '../src/sim/saved-run.ts';
import { drawSchedule } from '../src/sim/schedule.ts';
import { expect, test } from './fixtures.ts';
import { runLine } from './page-driver.ts';

const SECONDS = 60;
const SEEDS = process.env.RINGSIDE_LONG === '1' ? 20 : 3;

/** Kills, revives, partitions and loss over 60 virtual seconds with 240 operations. */
function scheduledRun(seed: number): SavedRun {
  const durationUs = SECONDS * 1_000_000;
  const faults = new Set(['kill', 'partition', 'loss'] as const);
  const actions = drawSchedule({ seed, nodes: 3, durationUs, operationsPerSecond: 4, faults });
  const header = createHeader(`digest-${seed}`, seed, drawConfig(seed, 3, 8));
  const report = runInProcess(header, actions, durationUs);
  expect(report.violations).toEqual([]);
  expect(actions.filter(({ action }) => action.type === 'Operate').length).toBeGreaterThanOrEqual(200);
  for (const type of ['Kill', 'Revive', 'Heal'] as const) {
    expect(actions.some(({ action }) => action.type === type)).toBe(true);
  }
  return { format: 'ringside-run', header, actions, endUs: durationUs, digest: report.digest };
}

async function load(page: Page, path: string): Promise<Awaited<ReturnType<typeof runLine>>> {
  const chooser = page.waitForEvent('filechooser');
  const result = runLine(page, 'LOAD');
  await (await chooser).setFiles(path);
  return result;
}

test.describe('the same run in Node and in Chromium, with workers and IndexedDB', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`seed ${seed}: ${SECONDS} virtual seconds give the same digest`, async ({ page }, info) => {
      const run = scheduledRun(seed);
      // Twice in Node: once in windows of events, once one event at a time.
      expect(replay(run, { single: true }).digest).toBe(run.digest);
      const path = info.outputPath(`seed-${seed}.json`);
      await writeFile(path, encodeRun(run));
      await page.goto('./?storage=fresh');
      const result = await load(page, path);
      expect(result, result.text).toMatchObject({ ok: true });
      const snapshot = await page.evaluate(() => window.ringside.snapshot());
      expect(snapshot.digest).toBe(run.digest);
      expect(snapshot.timeMs).toBe(SECONDS * 1000);
    });
  }
});
