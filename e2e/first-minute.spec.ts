import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf, typedEntries } from './page-driver.ts';

const commandLine = (page: Page): Locator => page.getByRole('combobox', { name: 'Command' });
const consoleLog = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const lane = (page: Page, node: string): Locator =>
  page.locator('.lane').filter({ has: page.getByText(node, { exact: true }) });

async function type(page: Page, line: string): Promise<Locator> {
  const before = await typedEntries(page).count();
  await commandLine(page).click();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
  const entry = typedEntries(page).nth(before);
  await expect(entry.locator('.console-result')).toBeVisible();
  return entry;
}

async function expectLeaders(page: Page, without?: string): Promise<void> {
  const leaders = async (): Promise<readonly (string | null)[]> =>
    (await snapshotOf(page)).shards.map(({ leader }) => leader);
  await expect
    .poll(
      async () => {
        const all = await leaders();
        return all.length === 8 && all.every((leader) => leader !== null && leader !== without);
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}

const stateOf = async (page: Page, node: string): Promise<unknown> =>
  (await snapshotOf(page)).nodes.find(({ id }) => id === node);

test('the first minute: write, kill the leader, read, revive, reload', async ({ page }, info) => {
  const openedMs = Date.now();
  await page.goto('./?sample=off');
  await expectLeaders(page);
  info.annotations.push({ type: 'leaders for all shards', description: `${Date.now() - openedMs} ms after opening` });
  await expect.poll(() => page.workers().length, 'a conductor and three nodes').toBe(4);
  const { runId } = await snapshotOf(page);

  const put = await type(page, 'PUT user:42 ada');
  await expect(put.locator('.console-result')).toHaveText(
    /^OK {2}term \d+ index \d+ · [23]\/3 acks · .* from n[123], leader(?: · \d+ attempts)?$/,
  );
  const leader = /from (n[123]), leader/.exec((await put.textContent()) ?? '')?.[1] as string;
  const shard = await page.locator('.shard-button[aria-pressed=true]').textContent();
  expect(
    (await snapshotOf(page)).shards.find(({ id }) => id === shard),
    'the page shows the shard of the key',
  ).toMatchObject({ leader });
  await expect(lane(page, leader)).toContainText('Leader');

  await page.getByRole('button', { name: `Kill ${leader}` }).click();
  await expect(consoleLog(page)).toContainText(`KILL ${leader} # clicked`);
  await expect(page.getByRole('button', { name: `Revive ${leader}` })).toBeVisible();
  await expect(page.locator('.stage').getByText('down', { exact: true })).toBeVisible();
  await expect(lane(page, leader)).toContainText('Down');
  await expect.poll(() => page.workers().length, 'the worker of the killed node is gone').toBe(3);
  await expect.poll(() => stateOf(page, leader)).toMatchObject({ state: 'down', crashReason: null });
  await expectLeaders(page, leader);
  await expect(page.locator('.lane').filter({ hasText: 'Leader' })).toHaveCount(1);

  const get = await type(page, 'GET user:42');
  await expect(get.locator('.console-result')).toHaveText(
    /^"ada" {2}from n[123], leader, (lease, index|ReadIndex) \d+/,
  );
  await expect(get).not.toContainText(`from ${leader}`);
  await type(page, 'PUT user:42 grace');

  await page.getByRole('slider', { name: 'speed' }).fill('8');
  await expect(consoleLog(page)).toContainText('SPEED 1 # clicked');
  await page.getByRole('button', { name: `Revive ${leader}` }).click();
  await expect(consoleLog(page)).toContainText(`REVIVE ${leader} # clicked`);
  await expect.poll(() => stateOf(page, leader)).toMatchObject({ state: 'up', recovering: false, boot: 2 });
  await expect.poll(() => page.workers().length).toBe(4);
  await expect(lane(page, leader)).toContainText('Follower');
  const cells = async (): Promise<readonly number[]> =>
    Promise.all((await page.locator('.lane').all()).map((row) => row.locator('.cell').count()));
  await expect.poll(async () => new Set(await cells()).size, 'all replicas show the same log').toBe(1);
  await expect(lane(page, leader).locator('.cell-applied').last()).toContainText('user:42');

  for (const [button, echo] of [
    ['Pause', 'PAUSE'],
    ['Step', 'STEP'],
    ['Play', 'PLAY'],
  ] as const) {
    await page.locator('.transport').getByRole('button', { name: button }).click();
    await expect(consoleLog(page)).toContainText(`${echo} # clicked`);
  }
  const before = await snapshotOf(page);
  await page.reload();
  await expectLeaders(page);
  const after = await snapshotOf(page);
  expect(after.runId).toBe(runId);
  expect(after.counters).toMatchObject({ writes: before.counters.writes, keys: before.counters.keys });
  const again = await type(page, 'GET user:42');
  await expect(again.locator('.console-result')).toHaveText(/^"grace"/);
});

test('the same by keyboard alone: Tab to Kill, Enter; the focus stays and Enter revives', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  const kill = page.getByRole('button', { name: 'Kill n2' });
  const reached = async (): Promise<boolean> => kill.evaluate((element) => element === document.activeElement);
  let tabs = 0;
  while (!(await reached())) {
    expect(++tabs, 'Kill n2 is reached by Tab').toBeLessThan(60);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const revive = page.getByRole('button', { name: 'Revive n2' });
  await expect(revive).toBeFocused();
  await expect.poll(() => stateOf(page, 'n2')).toMatchObject({ state: 'down' });
  await page.keyboard.press('Enter');
  await expect(kill).toBeFocused();
  await expect.poll(() => stateOf(page, 'n2')).toMatchObject({ state: 'up', recovering: false });
  await expect(consoleLog(page)).toContainText('KILL n2 # clicked');
  await expect(consoleLog(page)).toContainText('REVIVE n2 # clicked');
});
