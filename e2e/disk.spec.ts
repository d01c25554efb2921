import { readFile, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { replay } from '../src/sim/run.ts';
import { decodeRun, encodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { loadRun, scheduledRun } from './scheduled-run.ts';
import { logOf } from './worker-faults.ts';

const nodeOf = async (page: Page, node: string): Promise<unknown> =>
  (await snapshotOf(page)).nodes.find(({ id }) => id === node);

const bitsOf = (hex: string): string =>
  Array.from(hex, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');

/** The run as it is saved, replayed in Node: the same digest, with the faults in it. */
async function expectReplays(page: Page): Promise<void> {
  const downloading = page.waitForEvent('download');
  await runLine(page, 'SAVE');
  const path = await (await downloading).path();
  const saved = decodeRun(await readFile(path, 'utf8'));
  expect(saved.actions.some(({ action }) => action.type === 'Disk')).toBe(true);
  expect(saved.actions.filter(({ action }) => action.type === 'Died')).toEqual([]);
  expect(replay(saved).digest).toBe(saved.digest);
}

for (const seed of process.env.RINGSIDE_LONG === '1' ? [5, 11] : [11]) {
  test(`seed ${seed}: a run with every fault of a disk has the same digest in Node and on IndexedDB`, async ({
    page,
  }, info) => {
    const run = scheduledRun(seed, 40, ['kill', 'partition', 'loss', 'disk']);
    const faults = run.actions.flatMap(({ action }) => (action.type === 'Disk' ? [action.fault.type] : []));
    expect(faults).toEqual(expect.arrayContaining(['Corrupt', 'Full', 'Ok']));
    const path = info.outputPath(`seed-${seed}.json`);
    await writeFile(path, encodeRun(run));
    await page.goto('./?storage=fresh');
    const result = await loadRun(page, page, path);
    expect(result, result.text).toMatchObject({ ok: true });
    expect((await snapshotOf(page)).digest).toBe(run.digest);
  });
}

test('DISK corrupt flips one bit of the node’s own database; the node finds it, says where, and finds it again', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  for (let i = 0; i < 6; i++) expect(await runLine(page, `PUT k${i} ${i}`)).toMatchObject({ ok: true });
  await runLine(page, 'RUN until=quiet');
  const { runId } = await snapshotOf(page);
  const before = await logOf(page, runId, 'n2');
  expect(await runLine(page, 'DISK n2 corrupt')).toMatchObject({
    ok: true,
    text: expect.stringMatching(/One bit is flipped: bit \d of byte/),
  });
  const after = await logOf(page, runId, 'n2');
  expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key));
  const flipped = before.flatMap(([, value], i) => {
    const [was, is] = [bitsOf(value), bitsOf(after[i]?.[1] ?? '')];
    return Array.from(was).filter((bit, at) => bit !== is[at]);
  });
  expect(flipped).toHaveLength(1);
  await runLine(page, 'PLAY');
  await runLine(page, 'KILL n2');
  for (let time = 0; time < 2; time++) {
    const revived = await runLine(page, 'REVIVE n2');
    expect(revived.text).toMatch(/only RESET mends it/);
    await expect
      .poll(() => nodeOf(page, 'n2'))
      .toMatchObject({ state: 'down', crashReason: expect.stringMatching(/^CorruptStore: log record \d+ of epoch 1/) });
  }
  await expect(page.locator('.stage').getByText('disk corrupt', { exact: true })).toBeVisible();
  for (let i = 0; i < 6; i++) expect(await runLine(page, `GET k${i}`)).toMatchObject({ value: String(i) });
  await runLine(page, 'PAUSE');
  await expectReplays(page);
});

test('a leader whose disk is full goes down at its next write and others serve; it comes back when there is room', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  const leader = (await snapshotOf(page)).shards[0]?.leader ?? '';
  expect(await runLine(page, `DISK ${leader} full`)).toMatchObject({
    ok: true,
    text: expect.stringMatching(/accepts no writes.*it leads .*s0/),
  });
  for (let i = 0; i < 8; i++) expect(await runLine(page, `PUT k${i} ${i} timeout=5s`)).toMatchObject({ ok: true });
  await expect
    .poll(() => nodeOf(page, leader))
    .toMatchObject({ state: 'down', crashReason: expect.stringMatching(/^QuotaExceededError: the disk is full/) });
  await expect(page.locator('.stage').getByText('disk full', { exact: true })).toBeVisible();
  await expect(
    page.locator('.feed-row').filter({ hasText: `${leader}’s disk is full: it accepts no writes` }),
  ).toBeVisible();
  expect((await runLine(page, `REVIVE ${leader}`)).text).toMatch(/full: DISK n. ok makes room/);
  await expect.poll(() => nodeOf(page, leader)).toMatchObject({ state: 'down', boot: 2 });
  expect((await runLine(page, `DISK ${leader} ok`)).text).toMatch(/REVIVE/);
  await runLine(page, `REVIVE ${leader}`);
  await expect.poll(() => nodeOf(page, leader)).toMatchObject({ state: 'up', recovering: false, crashReason: null });
  await runLine(page, 'PAUSE');
  await expectReplays(page);
});
