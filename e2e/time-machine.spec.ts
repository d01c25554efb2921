import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, showTab, snapshotOf } from './page-driver.ts';

const violationsOf = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
};

const bar = (page: Page) => page.getByRole('region', { name: 'An earlier moment is shown' });

/** A leader was killed and another one elected; time stands. @returns the killed one */
async function afterElection(page: Page): Promise<string> {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'SPEED max');
  await runLine(page, 'PUT user:42 ada');
  await runLine(page, 'RUN for=300ms');
  const { shards } = await snapshotOf(page);
  // The shard of the key that was written is the one in view.
  const focused = await page.locator('.counters dt', { hasText: 'leads' }).textContent();
  const leader = shards.find(({ id }) => focused?.includes(id))?.leader ?? 'n1';
  await runLine(page, `KILL ${leader}`);
  await runLine(page, 'RUN until=leader');
  await runLine(page, 'RUN for=200ms');
  return leader;
}

const leads = (page: Page) => page.locator('.counters dd').first();

test('a line of the feed is a moment: everything drawn is of then, and now comes back', async ({ page }) => {
  const killed = await afterElection(page);
  const now = await snapshotOf(page);
  await expect(leads(page)).not.toHaveText('none');
  const elections = `${now.counters.elections}`;
  await expect(page.locator('.counters dd').last()).toHaveText(elections);
  await page.locator('button.feed-row', { hasText: 'was killed' }).click();
  await expect(bar(page)).toContainText(/Looking at \d+\.\d{3} s/);
  await expect(bar(page)).toContainText('kept from 0.000 s');
  await expect(leads(page)).toHaveText('none');
  await expect(page.locator('.counters dd').last()).not.toHaveText(elections);
  await expect(page.locator('.lane-head, .raft').filter({ hasText: 'Down' }).first()).toBeVisible();
  await expect(page.locator('.feed-later', { hasText: 'became leader' }).first()).toBeVisible();
  // The list is long, the page is not.
  const pageHeight = await page.evaluate(() => document.documentElement.scrollHeight);
  expect(pageHeight).toBe(page.viewportSize()?.height);
  await page.locator('.feed-later').last().hover();
  expect(await violationsOf(page)).toEqual([]);
  // Nothing of the run has changed.
  expect((await snapshotOf(page)).digest).toBe(now.digest);
  // The picture of then says Revive; the node may be up again by now. The button does nothing but lead back.
  await page.getByRole('button', { name: `Isolate` }).first().click();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.locator('.console-entry').last()).toContainText('was not given');
  expect((await snapshotOf(page)).digest).toBe(now.digest);
  await expect(page.locator('.counters dd').last()).toHaveText(elections);
  // A later line leads there from the past as well.
  await page.locator('button.feed-row', { hasText: 'was killed' }).click();
  await page.locator('.feed-later', { hasText: 'became leader' }).first().click();
  await expect(leads(page)).not.toHaveText('none');
  await expect(leads(page)).not.toHaveText(killed);
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(bar(page)).toHaveCount(0);
});

test('by keyboard: a comma goes back event by event, a full stop on, the slider moves, N comes back; Play leaves the past', async ({
  page,
}) => {
  await afterElection(page);
  const clock = page.getByRole('timer');
  const { timeMs } = await snapshotOf(page);
  const text = (timeUs: number): string => `t ${(Math.floor(timeUs / 1000) / 1000).toFixed(3)} s`;
  const nowText = text(timeMs * 1000);
  await expect(clock).toHaveText(nowText);
  await page.locator('body').press(',');
  await expect(bar(page)).toBeVisible();
  // Two events may be of one millisecond: the clock would not tell them apart.
  const slider = page.getByRole('slider', { name: 'moment shown' });
  const first = await slider.inputValue();
  expect(Number(first)).toBeLessThan(timeMs * 1000);
  await expect(clock).toHaveText(text(Number(first)));
  await page.locator('body').press(',');
  await expect(slider).not.toHaveValue(first);
  await page.locator('body').press('.');
  await expect(slider).toHaveValue(first);
  await slider.focus();
  await slider.press('Home');
  await expect(clock).toHaveText('t 0.000 s');
  await slider.press('ArrowRight');
  await expect(slider).toBeFocused();
  await page.locator('.logo').click();
  await page.locator('body').press('n');
  await expect(bar(page)).toHaveCount(0);
  await expect(clock).toHaveText(nowText);
  expect(await runLine(page, 'LOOK 0.5s')).toMatchObject({ ok: true, text: expect.stringContaining('0.500 s') });
  await expect(bar(page)).toBeVisible();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
});

test('what nodes are asked for has no past, and says so', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await afterElection(page);
  await showTab(page, 'Storage');
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  const storage = page.getByRole('tabpanel', { name: 'Storage' });
  await expect(storage).toContainText('there is only what they hold now');
  await storage.getByRole('button', { name: 'Back to now' }).click();
  await expect(storage).not.toContainText('there is only what they hold now');
  await expect(bar(page)).toHaveCount(0);
});

test('a breakpoint set in the card stops time, says so in the console, and is removed there', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE');
  await page.getByRole('button', { name: 'Choose what comes next' }).click();
  const card = page.getByRole('dialog', { name: 'What can happen next' });
  await card.getByRole('button', { name: 'a node goes down' }).click();
  await expect(card.getByRole('listitem').filter({ hasText: 'when=down' })).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await runLine(page, 'SPEED max');
  await runLine(page, 'PLAY');
  await runLine(page, 'KILL n2');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(page.locator('.console-lines')).toContainText('by breakpoint 1: n2 was killed');
  await page.getByRole('button', { name: /breakpoints: 1/ }).click();
  await expect(card).toContainText('n2 was killed');
  await card.getByRole('button', { name: 'Remove breakpoint 1' }).click();
  await expect(card.getByRole('button', { name: 'Remove breakpoint 1' })).toHaveCount(0);
});

test('a message is dropped and another delayed in the card; the saved run knows both', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE; SPEED 2');
  await page.evaluate(async () => {
    void window.ringside.run('PUT user:42 ada timeout=60s');
    await window.ringside.run('PAUSE');
  });
  await page.getByRole('button', { name: 'Choose what comes next' }).click();
  const card = page.getByRole('dialog', { name: 'What can happen next' });
  await card.getByRole('button', { name: /^Drop client → n\d ClientRequest/ }).click();
  await expect(page.locator('.console-entry').last()).toContainText('client hears nothing and asks again');
  await expect(page.locator('.feed')).toContainText('because you dropped it');
  await runLine(page, 'RUN for=45ms');
  // Between two heartbeats there may be nothing on its way.
  const delay = card.getByRole('button', { name: /^Delay / }).first();
  await expect(async () => {
    await runLine(page, 'RUN for=7ms');
    await delay.click({ timeout: 500 });
  }).toPass();
  await expect(page.locator('.console-entry').last()).toContainText('delayed by 50 ms');
  await page.keyboard.press('Escape');
  await runLine(page, 'PLAY');
  await expect.poll(async () => (await runLine(page, 'GET user:42 timeout=10s')).value).toBe('ada');
  await runLine(page, 'PAUSE');
  const { value } = await runLine(page, 'SAVE');
  expect(value).toContain('"type":"Drop"');
  expect(value).toContain('"type":"Delay"');
});

test('WHY tells in sentences, and a click on the time of one looks there', async ({ page }) => {
  const killed = await afterElection(page);
  const focused = (await page.locator('.counters dt', { hasText: 'leads' }).textContent())?.replace('leads ', '');
  const { text, value } = await runLine(page, `WHY leader ${focused}`);
  expect(text).toContain(`${killed} was killed`);
  expect(text).toMatch(/n\d became leader of s\d, term 2: n\d voted for it, 2 of 3 with itself/);
  const [sentence] = value as readonly { readonly atMs: number; readonly text: string }[];
  const time = `${(Math.floor(sentence?.atMs ?? 0) / 1000).toFixed(3)} s`;
  await page.locator('.console-entry').last().getByRole('button', { name: time }).first().click();
  await expect(bar(page)).toContainText(`Looking at ${time}`);
  await expect(leads(page)).toHaveText('none');
  expect((await runLine(page, `WHY down ${killed}`)).text).toContain(`Somebody asked for it: KILL ${killed}`);
  // It only reads: the past is still shown.
  await expect(bar(page)).toBeVisible();
  await runLine(page, 'GET user:42');
  await expect(bar(page)).toHaveCount(0);
  expect((await runLine(page, 'WHY')).text).toMatch(/client asked GET user:42: s\d, led by n\d/);
  await runLine(page, 'SPEED 1');
  await showTab(page, 'Write path');
  await page.getByRole('button', { name: 'Why?' }).click();
  await expect(page.locator('.console-entry').last()).toContainText('WHY operation');
});

test('on a phone the way back is at hand, and nothing is cut off', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.setViewportSize({ width: 390, height: 844 });
  await afterElectionSmall(page);
  // The panel of events, whose chips these are like, has not been shown yet.
  await page.getByRole('button', { name: 'Choose what comes next' }).click();
  await expect(page.getByRole('button', { name: 'a node goes down' })).toBeVisible();
  const chip = await page.getByRole('button', { name: 'a node goes down' }).boundingBox();
  expect(chip?.height).toBeGreaterThanOrEqual(24);
  await page.keyboard.press('Escape');
  await showTab(page, 'Events');
  await page.locator('button.feed-row', { hasText: 'was killed' }).click();
  await expect(bar(page)).toBeVisible();
  // The picture of then is in sight, with nothing over it.
  await expect(page.getByRole('dialog', { name: 'Node n1' })).toHaveCount(0);
  await expect(page.locator('.node-name').first()).toBeVisible();
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(bar(page)).toBeVisible();
  const box = await bar(page).boundingBox();
  expect((box?.x ?? -1) >= 0 && (box?.width ?? 999) <= 390).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(bar(page)).toHaveCount(0);
});

/** Without the counters, which a phone has no room for. */
async function afterElectionSmall(page: Page): Promise<void> {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'SPEED max');
  await runLine(page, 'KILL n1');
  await runLine(page, 'RUN until=leader');
}
