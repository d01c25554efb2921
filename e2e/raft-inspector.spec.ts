import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { violations } from './page-checks.ts';
import { openCluster, runLine, showTab, snapshotOf } from './page-driver.ts';

const KEY = 'user:42';

/** Pauses, writes the key twice, and looks at its shard. */
async function writeAndLook(page: Page): Promise<string> {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE; SPEED max');
  await runLine(page, `PUT ${KEY} ada`);
  await runLine(page, `PUT ${KEY} bob`);
  const shard = (await snapshotOf(page)).shards.find((candidate) => candidate.commitIndex > 1);
  expect(shard, 'the shard that was written to').toBeDefined();
  await showTab(page, 'Raft');
  await page.getByRole('button', { name: shard?.id ?? '', exact: true }).click();
  return shard?.leader ?? '';
}

test('keys lead from entry to entry, and Enter opens one to its operation', async ({ page }) => {
  const leader = await writeAndLook(page);
  const last = page.locator('.lane').first().locator('.cell').last();
  await last.focus();
  await page.keyboard.press('Home');
  await expect(page.locator(':focus')).toContainText('no-op');
  await page.keyboard.press('End');
  await expect(last).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  const opened = page.locator(':focus');
  await expect(opened).toHaveAccessibleName(/user:42.*n2, index 3/);
  await page.keyboard.press('Enter');
  const card = page.getByRole('dialog', { name: /Entry 3 of s\d, term 1/ });
  await expect(card).toContainText(`PUT ${KEY} ada`);
  await expect(card).toContainText(`by ${leader} at`);
  await expect(card).toContainText('client, session 2, write 1 in it');
  await expect(card).toContainText('✓ OK');
  // In its log, on its disk, committed and applied: the leader has been through all of it.
  await expect(
    card
      .getByRole('row')
      .filter({ hasText: leader })
      .getByText(/^\d+\.\d{3}$/),
  ).toHaveCount(4);
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(opened, 'the focus is back where it was').toBeFocused();
});

test('a cut-off leader’s entries conflict, are struck through, and are told to be truncated', async ({ page }) => {
  const leader = await writeAndLook(page);
  const others = ['n1', 'n2', 'n3'].filter((node) => node !== leader);
  const lane = page.locator('.lane').filter({ has: page.getByText(leader, { exact: true }) });
  await runLine(page, `PARTITION ${leader} client | ${others.join(' ')}`);
  for (const value of ['lost', 'gone']) await runLine(page, `PUT ${KEY} ${value} timeout=30ms`);
  // Until the others have elected a leader and its first entry is there.
  await expect(async () => {
    await runLine(page, 'RUN for=50ms');
    await expect(lane.locator('.cell-conflict')).not.toHaveCount(0, { timeout: 500 });
  }).toPass();
  await runLine(page, 'HEAL');
  const truncated = page.locator('.feed-row').filter({ hasText: /truncated 2 entries/ });
  await expect(async () => {
    await runLine(page, 'RUN for=20ms');
    await expect(truncated).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(lane).toContainText('2 truncated');
  await expect(lane.locator('.cell-removed')).toHaveCount(2);
  await truncated.click();
  await expect(lane).toHaveClass(/lane-selected/);
  // The moment itself comes a little later, and brings time to a stand.
  await expect(page.getByRole('status').filter({ hasText: 'Looking at' })).toBeVisible();
  await runLine(page, 'RUN for=400ms');
  await expect(lane.locator('.cell-removed')).toHaveCount(0);
  await expect(lane).toContainText('2 truncated');
});

test('a long log is shown in a window that follows the tail until it is scrolled', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await writeAndLook(page);
  await runLine(page, 'SPEED max');
  for (let i = 0; i < 40; i++) await runLine(page, `PUT ${KEY} v${i}`);
  await runLine(page, 'PAUSE');
  const first = page.locator('.log-table thead th').nth(1);
  const tail = await first.textContent();
  await page
    .getByRole('button', { name: /\d+ earlier/ })
    .first()
    .click();
  await expect(first).not.toHaveText(tail ?? '');
  await runLine(page, `PUT ${KEY} last`);
  await expect(page.getByRole('button', { name: /\d+ later/ }), 'the window stays').toBeVisible();
  await page.getByRole('button', { name: 'to the tail' }).click();
  await expect(page.getByRole('button', { name: 'to the tail' })).toHaveCount(0);
});

test('the feed is filtered by topic and shard, with the keyboard too', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await writeAndLook(page);
  const rows = page.locator('.feed-row');
  await expect(rows.filter({ hasText: `asked PUT ${KEY}` })).not.toHaveCount(0);
  const elections = page.getByRole('button', { name: 'Elections', exact: true });
  await elections.focus();
  await page.keyboard.press('Space');
  await expect(elections).toHaveAttribute('aria-pressed', 'true');
  await expect(rows.filter({ hasText: `asked PUT ${KEY}` })).toHaveCount(0);
  await expect(rows.filter({ hasText: 'became leader' })).toHaveCount(1);
  await page.getByRole('button', { name: /^Only s\d$/ }).click();
  await expect(rows.filter({ hasText: 'became leader' }), 'of every shard').toHaveCount(8);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect(rows.filter({ hasText: `asked PUT ${KEY}` })).not.toHaveCount(0);
});

for (const colorScheme of process.env.RINGSIDE_LONG === '1' ? (['dark', 'light'] as const) : (['light'] as const)) {
  test(`axe finds nothing with an entry open: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await writeAndLook(page);
    await page.locator('.cell').last().click();
    const card = page.getByRole('dialog', { name: /^Entry/ });
    await expect(card.getByRole('table')).toBeVisible();
    const box = await card.boundingBox();
    expect(box !== null && box.x >= 0 && box.x + box.width <= 390, 'the card lies in the page').toBe(true);
    expect(await violations(page)).toEqual([]);
  });
}

test('a leader shows its lease, reads by it, and hands its leadership over from a card of the stage', async ({
  page,
}) => {
  const leader = await writeAndLook(page);
  const lane = (node: string) => page.locator('.lane').filter({ has: page.getByText(node, { exact: true }) });
  await expect(lane(leader)).toContainText(/lease \d+ ms/);
  expect(await runLine(page, `GET ${KEY}`)).toMatchObject({ text: expect.stringContaining(', lease, index 4') });
  expect(await runLine(page, `GET ${KEY} r=index`)).toMatchObject({ text: expect.stringContaining(', ReadIndex 4') });
  const [to = ''] = ['n1', 'n2', 'n3'].filter((node) => node !== leader);
  await page.locator('.stage-node').filter({ hasText: to }).click();
  await page.getByRole('button', { name: /^Lead s\d$/ }).click();
  await expect(page.getByText(`began to hand`)).toContainText(to);
  await expect(lane(leader), 'no lease any more').toContainText(/CheckQuorum \d+ ms/);
  expect(await runLine(page, 'RUN for=150ms')).toMatchObject({ ok: true });
  await expect(lane(to)).toContainText('Leader');
  await expect(lane(to)).toContainText(/lease \d+ ms/);
  await expect(lane(leader)).toContainText('Follower');
  expect(await runLine(page, `PUT ${KEY} grace`)).toMatchObject({
    text: expect.stringContaining(`from ${to}, leader`),
  });
});

test('a value that expires leaves a time entry behind, and is told of', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE; SPEED max');
  expect((await runLine(page, `PUT ${KEY} ada ttl=200ms`)).ok).toBe(true);
  expect(await runLine(page, `GET ${KEY}`)).toMatchObject({
    value: 'ada',
    text: expect.stringContaining('of log time'),
  });
  expect((await runLine(page, 'RUN until=KeysExpired')).ok).toBe(true);
  expect(await runLine(page, `GET ${KEY}`)).toMatchObject({ value: null });
  await showTab(page, 'Raft');
  const shard = (await snapshotOf(page)).shards.find((candidate) => candidate.commitIndex > 1);
  await page.getByRole('button', { name: shard?.id ?? '', exact: true }).click();
  await expect(page.getByText(`let ${KEY} expire`)).toBeVisible();
  await page.locator('.cell').filter({ hasText: 'time' }).first().click();
  const card = page.getByRole('dialog', { name: /Entry \d+ of s\d/ });
  await expect(card).toContainText('a value has reached its deadline');
  await expect(card).toContainText('Log time');
  expect(await violations(page)).toEqual([]);
});

test('a change of voters: both majorities while joint, then a learner that is not counted', async ({ page }) => {
  const leader = await writeAndLook(page);
  const shard = (await snapshotOf(page)).shards.find((candidate) => candidate.commitIndex > 1);
  const [voter = '', learner = ''] = (shard?.replicas ?? []).filter((node) => node !== leader);
  const lane = (node: string) => page.locator('.lane').filter({ has: page.getByText(node, { exact: true }) });
  await runLine(page, `VOTERS ${shard?.id} ${leader} ${voter}`);
  await expect(page.locator('#logs-title')).toContainText('joint · term 1 · quorum 2/3 + 2/2');
  await expect(lane(leader)).toContainText('old + new');
  await runLine(page, 'RUN for=500ms');
  await expect(page.locator('#logs-title')).toContainText('Raft group · term 1 · quorum 2 of 2');
  await expect(lane(learner)).toContainText('Learner');
  await expect(lane(learner)).toContainText('not counted');
  await runLine(page, `PUT ${KEY} cyd`);
  const { shards } = await snapshotOf(page);
  expect(shards.find(({ id }) => id === shard?.id)).toMatchObject({
    voters: [leader, voter].sort(),
    learners: [learner],
  });
  expect(await violations(page)).toEqual([]);
});
