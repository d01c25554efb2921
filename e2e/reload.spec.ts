import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, runLines, snapshotOf } from './page-driver.ts';
import { bucketsOf } from './worker-faults.ts';

test('a reload in the middle of writes keeps the run and everything acknowledged; the whole replays in Node', async ({
  page,
}) => {
  await openCluster(page);
  const { runId } = await snapshotOf(page);
  await runLine(page, 'SPEED 2');
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const answers = await runLines(
      page,
      Array.from({ length: 8 }, (_, i) => `PUT k${round}-${i} v${round}-${i}`),
    );
    answers.forEach((answer, i) => {
      if (answer.ok) acknowledged.push(`${round}-${i}`);
    });
    if (round === 1) await runLine(page, 'KILL n2');
    // Writes under way when the page goes: they may happen or not.
    await page.evaluate((prefix) => {
      for (let i = 0; i < 8; i++) void window.ringside.run(`PUT ${prefix}-${i} x`);
    }, `open${round}`);
    await page.reload();
    await page.evaluate(() => window.ringside.ready);
    await expect.poll(async () => (await snapshotOf(page)).shards.some(({ leader }) => leader === null)).toBe(false);
    expect((await snapshotOf(page)).runId).toBe(runId);
    await runLine(page, 'SPEED 2');
  }
  expect(acknowledged.length).toBe(32);
  const reads = await runLines(
    page,
    acknowledged.map((id) => `GET k${id} timeout=10s`),
  );
  acknowledged.forEach((id, i) => {
    expect(reads[i], `k${id}`).toMatchObject({ ok: true, value: `v${id}` });
  });
  expect((await snapshotOf(page)).counters.writes).toBeGreaterThanOrEqual(32);
  await runLine(page, 'PAUSE');
  const saved = decodeRun(String((await runLine(page, 'SAVE')).value));
  expect(saved.actions.filter(({ action }) => action.type === 'Reload')).toHaveLength(4);
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
});

test('two tabs never share a run; a closed tab’s run is taken up by the next', async ({ context }) => {
  const first = await context.newPage();
  await openCluster(first);
  const second = await context.newPage();
  await openCluster(second);
  const [a, b] = [await snapshotOf(first), await snapshotOf(second)];
  expect(a.runId).not.toBe(b.runId);
  await second.bringToFront();
  expect(await runLine(second, 'PUT tab second')).toMatchObject({ ok: true });
  await second.close();
  const third = await context.newPage();
  await openCluster(third);
  expect((await snapshotOf(third)).runId).toBe(b.runId);
  expect(await runLine(third, 'GET tab')).toMatchObject({ ok: true, value: 'second' });
});

test('RESET deletes the old run’s disks', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  const { runId } = await snapshotOf(page);
  expect(await runLine(page, 'RESET')).toMatchObject({ ok: true });
  const names = await bucketsOf(page);
  expect(names.filter((name) => name.includes(runId))).toEqual([]);
  expect(names.filter((name) => /^ringside-.*-n\d$/.test(name))).toHaveLength(3);
});

test('without storage buckets the disks are databases of the origin, kept and deleted as well', async ({ page }) => {
  await page.context().route(/ringside\.worker[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const denial = `Object.defineProperty(WorkerNavigator.prototype, 'storageBuckets', { value: undefined });`;
    await route.fulfill({ response, body: `${denial}\n${await response.text()}` });
  });
  const databases = () =>
    page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name ?? '').filter((name) => /n\d$/.test(name)),
    );
  await openCluster(page);
  const { runId } = await snapshotOf(page);
  expect(await databases()).toEqual([1, 2, 3].map((node) => `ringside/${runId}/n${node}`));
  expect(await bucketsOf(page)).toEqual([]);
  await runLine(page, 'SPEED 2');
  expect(await runLine(page, 'PUT kept 1')).toMatchObject({ ok: true });
  await page.reload();
  await openCluster(page);
  expect((await snapshotOf(page)).runId).toBe(runId);
  expect(await runLine(page, 'GET kept')).toMatchObject({ value: '1' });
  await runLine(page, 'RESET');
  expect((await databases()).filter((name) => name.includes(runId))).toEqual([]);
});

test('without storage: memory, said in words', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.addInitScript(() => {
    // The conductor's own scope is out of reach of a page script; without workers it runs here, where there is no storage either.
    Object.defineProperty(window, 'Worker', { value: undefined });
  });
  await openCluster(page);
  expect(await runLine(page, 'PUT a 1')).toMatchObject({ ok: true });
  expect((await runLine(page, 'STATUS')).text).toMatch(/memory/);
  expect(await runLine(page, 'KILL n1')).toMatchObject({ ok: true });
  expect(await runLine(page, 'REVIVE n1')).toMatchObject({ ok: true });
  expect(await runLine(page, 'GET a')).toMatchObject({ ok: true, value: '1' });
});
