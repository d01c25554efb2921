import { writeFile } from 'node:fs/promises';
import { LIVE_BREAKS } from '../src/core/base/breaks.ts';
import { nodeId } from '../src/core/base/ids.ts';
import type { TimedAction } from '../src/core/cluster/action.ts';
import { replay, runInProcess } from '../src/sim/run.ts';
import { encodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { loadRun, scheduledRun } from './scheduled-run.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const SECONDS = LONG ? 60 : 20;
const FAULTS = ['kill', 'partition', 'loss', 'transfer', 'reconfigure'] as const;
const SEEDS = LONG ? 20 : 1;

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

  test('a node that joins, a disk that is thrown away and a node that leaves, the same as well', async ({
    page,
  }, info) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    const { header, actions: drawn, endUs } = scheduledRun(2, 20);
    const changes: readonly TimedAction[] = [
      { timeUs: 2_000_000, action: { type: 'Add' } },
      { timeUs: 6_000_000, action: { type: 'Wipe', node: nodeId(3), force: false } },
      { timeUs: 10_000_000, action: { type: 'Remove', node: nodeId(2) } },
    ];
    const actions = [...drawn, ...changes].sort((a, b) => a.timeUs - b.timeUs);
    const { digest } = runInProcess(header, actions, endUs);
    const run = { format: 'ringside-run', header, actions, endUs, digest } as const;
    expect(replay(run, { single: true }).digest).toBe(digest);
    const path = info.outputPath('changes.json');
    await writeFile(path, encodeRun(run));
    await page.goto('./?storage=fresh');
    const result = await loadRun(page, page, path);
    expect(result, result.text).toMatchObject({ ok: true });
    const snapshot = await page.evaluate(() => window.ringside.snapshot());
    expect(snapshot.digest).toBe(digest);
    // Every move has come to its end: there is something to be equal about.
    const nodes = snapshot.nodes.map(({ id, membership, incarnation }) => `${id} ${membership} ${incarnation}`);
    expect(nodes).toEqual(['n1 normal 1', 'n2 left 1', 'n3 normal 2', 'n4 normal 1']);
    expect(snapshot.shards.flatMap(({ desired }) => desired)).not.toContain('n2');
  });

  test('with every rule left out for a while, the same as well', async ({ page }, info) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    const { header, actions: drawn, endUs } = scheduledRun(4, 30);
    const spans = LIVE_BREAKS.flatMap((name, i): TimedAction[] => [
      { timeUs: i * 1_000_000, action: { type: 'Break', name, on: true } },
      { timeUs: (20 - i) * 1_000_000, action: { type: 'Break', name, on: false } },
    ]);
    const actions = [...spans, ...drawn].sort((a, b) => a.timeUs - b.timeUs);
    const { digest } = runInProcess(header, actions, endUs);
    const run = { format: 'ringside-run', header, actions, endUs, digest } as const;
    expect(replay(run, { single: true }).digest).toBe(digest);
    const path = info.outputPath('broken.json');
    await writeFile(path, encodeRun(run));
    await page.goto('./?storage=fresh');
    const result = await loadRun(page, page, path);
    expect(result, result.text).toMatchObject({ ok: true });
    expect((await page.evaluate(() => window.ringside.snapshot())).digest).toBe(digest);
  });
});
