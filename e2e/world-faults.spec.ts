import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { replay } from '../src/sim/run.ts';
import { decodeRun, encodeRun } from '../src/sim/saved-run.ts';
import { chosenRun } from '../src/sim/testing/chosen-run.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { loadRun, scheduledRun } from './scheduled-run.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const SEEDS = LONG ? 8 : 1;

/** Its schedule holds every kind of action that the test names. */
const CHOSEN_SEED = 4;

const nodeOf = async (page: Page, node: string) => (await snapshotOf(page)).nodes.find(({ id }) => id === node);

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`seed ${seed}: a run with frozen nodes, clocks that are set and every fault of links has the same digest in Node and in Chromium`, async ({
    page,
  }, info) => {
    const kinds = ['freeze', 'clock', 'bridge', 'one-way', 'spike', 'duplicate', 'reorder'] as const;
    const run = scheduledRun(seed, LONG ? 40 : 15, ['kill', 'partition', 'loss', ...kinds]);
    const types = new Set(run.actions.map(({ action }) => action.type));
    // A seed may leave one out; the first, which is always run, has them all.
    const named = ['Freeze', 'Thaw', 'Clock', 'Partition', 'Cut', 'HealLink'] as const;
    expect(named.filter((type) => types.has(type)).length).toBeGreaterThanOrEqual(seed === 1 ? named.length : 4);
    expect(replay(run, { single: true }).digest).toBe(run.digest);
    const path = info.outputPath(`seed-${seed}.json`);
    await writeFile(path, encodeRun(run));
    await page.goto('./?storage=fresh');
    const result = await loadRun(page, page, path);
    expect(result, result.text).toMatchObject({ ok: true });
    expect((await snapshotOf(page)).digest).toBe(run.digest);
  });
}

test('a run in which messages were dropped, held back and taken early, with voters changed and rules left out, has the same digest in Node and in Chromium', async ({
  page,
}, info) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  const breaks = (['no-prevote', 'fixed-timeouts'] as const).flatMap((name, i) => [
    { timeUs: (3 + i) * 1_000_000, action: { type: 'Break', name, on: true } as const },
    { timeUs: (4 + i) * 1_000_000, action: { type: 'Break', name, on: false } as const },
  ]);
  const { run } = chosenRun(CHOSEN_SEED, breaks);
  const types = new Set(run.actions.map(({ action }) => action.type));
  const chosen = ['Drop', 'Delay', 'Deliver', 'CompleteWrite'] as const;
  for (const type of [...chosen, 'Kill', 'Break', 'Reconfigure', 'Transfer', 'Freeze', 'Clock', 'Disk'] as const)
    expect(types).toContain(type);
  expect(run.actions.some(({ action }) => action.type === 'Cut' && !action.bothWays)).toBe(true);
  expect(replay(run, { single: true })).toMatchObject({ digest: run.digest, violations: [] });
  const path = info.outputPath('chosen.json');
  await writeFile(path, encodeRun(run));
  await page.goto('./?storage=fresh');
  const result = await loadRun(page, page, path);
  expect(result, result.text).toMatchObject({ ok: true });
  expect((await snapshotOf(page)).digest).toBe(run.digest);
});

test('a frozen leader is seen, missed and thawed; clocks that are set are told; the run replays in Node', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE; SPEED max');
  expect(await runLine(page, 'PUT user:42 ada')).toMatchObject({ ok: true });
  const before = await snapshotOf(page);
  const { id: shard, leader } = before.shards.find((each) => each.leader !== null) ?? { id: '', leader: '' };
  const disc = page.getByRole('toolbar', { name: 'Nodes' }).getByRole('button', { name: new RegExp(`^${leader}\\.`) });
  await disc.click();
  await page
    .getByRole('dialog', { name: `Node ${leader}` })
    .getByRole('button', { name: 'Freeze' })
    .click();
  await expect(disc).toHaveAccessibleName(new RegExp(`^${leader}\\. Frozen: its process stands still`));
  await expect(disc).toContainText('frozen');
  expect(await nodeOf(page, `${leader}`)).toMatchObject({ state: 'frozen' });
  await runLine(page, 'RUN for=2s');
  const led = (await snapshotOf(page)).shards.find(({ id }) => id === shard)?.leader;
  expect(led).not.toBe(leader);
  expect(led).not.toBeNull();
  expect(await runLine(page, `REVIVE ${leader}`)).toMatchObject({ ok: false, code: 'TargetFrozen' });

  await page.getByRole('button', { name: `Thaw ${leader}` }).click();
  await expect(disc).not.toContainText('frozen');
  await page.keyboard.press('Escape');
  expect(await runLine(page, 'CLOCK n3 offset=+400ms drift=1%')).toMatchObject({
    ok: true,
    text: expect.stringMatching(/^n3's clock: 400 ms ahead, drift \+1 %/),
  });
  expect(await runLine(page, 'CLOCK n3 drift=6%')).toMatchObject({
    ok: false,
    code: 'BeyondDriftBound',
    text: expect.stringContaining('ρ = 5 %'),
  });
  expect(await runLine(page, 'PARTITION n1 n2 | n2 n3')).toMatchObject({
    ok: true,
    text: expect.stringContaining('n2 is the bridge between them'),
  });
  await runLine(page, 'RUN for=1s');
  expect((await runLine(page, 'STATUS')).text).toMatch(/^n3 {2}up · clock 410 ms ahead, drift \+1 %/m);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  const row = page.getByRole('table', { name: /^Nodes/ }).getByRole('row', { name: /^n3/ });
  await expect(row).toContainText('400 ms ahead, drift +1 %');
  await row.getByRole('button', { name: 'Freeze n3' }).click();
  await expect(row).toContainText('‖ frozen');
  await expect(row.getByRole('button', { name: 'Thaw n3' })).toBeFocused();

  const downloading = page.waitForEvent('download');
  await runLine(page, 'SAVE');
  const saved = decodeRun(await readFile(await (await downloading).path(), 'utf8'));
  const types = saved.actions.map(({ action }) => action.type);
  expect(types).toEqual(expect.arrayContaining(['Freeze', 'Thaw', 'Clock', 'Partition']));
  expect(replay(saved).digest).toBe(saved.digest);
});
