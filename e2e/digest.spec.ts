import { writeFile } from 'node:fs/promises';
import { replay } from '../src/sim/run.ts';
import { encodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { loadRun, scheduledRun } from './scheduled-run.ts';

const SECONDS = 60;
const FAULTS = ['kill', 'partition', 'loss', 'transfer', 'reconfigure'] as const;
const SEEDS = process.env.RINGSIDE_LONG === '1' ? 20 : 3;

test.describe('the same run in Node and in Chromium, with workers and IndexedDB', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`seed ${seed}: ${SECONDS} virtual seconds give the same digest`, async ({ page }, info) => {
      const run = scheduledRun(seed, SECONDS, FAULTS);
      // Twice in Node: once in windows of events, once one event at a time.
      expect(replay(run, { single: true }).digest).toBe(run.digest);
      const path = info.outputPath(`seed-${seed}.json`);
      await writeFile(path, encodeRun(run));
      await page.goto('./?storage=fresh');
      const result = await loadRun(page, page, path);
      expect(result, result.text).toMatchObject({ ok: true });
      const snapshot = await page.evaluate(() => window.ringside.snapshot());
      expect(snapshot.digest).toBe(run.digest);
      expect(snapshot.timeMs).toBe(SECONDS * 1000);
    });
  }
});
