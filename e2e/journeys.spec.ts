import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { runLine, snapshotOf } from './page-driver.ts';

// One journey for each promise of the page. Here: the first minute by keyboard alone, by touch alone, and through the tables. By pointer, with a
// reload: first-minute.spec.ts; kill and revive: kill.spec.ts; partition and heal: stage.spec.ts; reload: reload.spec.ts; on a foreign page:
// embed.spec.ts; storage denied: reload.spec.ts, shell.spec.ts, sandbox.spec.ts; a script pasted: console.spec.ts, command-line.spec.ts.

const consoleLog = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const ran = (page: Page, line: string | RegExp): Promise<void> => expect(consoleLog(page)).toContainText(line);
const shardInView = (page: Page): Locator => page.locator('.shard-button[aria-pressed=true]');
const nodeStates = async (page: Page): Promise<readonly string[]> =>
  (await snapshotOf(page)).nodes.map(({ state }) => state);
const allUp = (page: Page): Promise<void> => expect.poll(() => nodeStates(page)).toEqual(['up', 'up', 'up']);
const oneDown = (page: Page): Promise<void> =>
  expect.poll(async () => (await nodeStates(page)).filter((state) => state === 'down')).toHaveLength(1);

const hasFocus = (what: Locator): Promise<boolean> => what.evaluate((element) => element === document.activeElement);

/** Presses Tab until it has the focus. */
async function tabTo(page: Page, what: Locator): Promise<void> {
  await expect(what).toBeVisible();
  for (let tabs = 0; !(await hasFocus(what)); tabs++) {
    expect(tabs, `${what} is reached by Tab`).toBeLessThan(120);
    await page.keyboard.press('Tab');
  }
}

test('the first minute by keyboard alone', async ({ page }) => {
  // Some hundred presses of Tab.
  test.setTimeout(240_000);
  const { keyboard } = page;
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
  await page.goto('./?storage=fresh&seed=7&sample=on');
  await expect(button('Kill n2')).toBeVisible();
  await page.evaluate(() => window.ringside.ready);

  // Before anybody leads, the key has nothing to do, as the button has not.
  await expect(page.locator('.suggestions button').first()).toBeEnabled();
  await keyboard.press('k');
  await ran(page, /KILL n\d # clicked/);
  await oneDown(page);
  await keyboard.press('/');
  const line = page.getByRole('combobox', { name: 'Command' });
  await expect(line).toBeFocused();
  await keyboard.type('SPEED 2');
  await keyboard.press('Enter');
  for (const [text, answer] of [
    ['PUT user:42 ada', /OK {2}term \d+ index \d+/],
    ['GET user:42', /"ada" {2}from n\d, leader/],
  ] as const) {
    await keyboard.type(text);
    await keyboard.press('Enter');
    await expect(page.locator('.console-entry').last().locator('.console-result')).toHaveText(answer, {
      timeout: 30_000,
    });
  }

  // The empty line is left by Tab, and the keys of the page count again.
  await tabTo(page, page.getByRole('separator', { name: 'Width of the inspector' }));
  const width = async (): Promise<number> => (await page.locator('#stage').boundingBox())?.width ?? 0;
  const before = await width();
  await keyboard.press('ArrowLeft');
  await expect.poll(width, 'a pane is resized').toBeLessThan(before - 20);
  await keyboard.press('r');
  await ran(page, /REVIVE n\d # clicked/);
  await allUp(page);

  await tabTo(page, page.getByRole('slider', { name: 'speed' }));
  await keyboard.press('ArrowLeft');
  await expect(page.locator('.console-command').last()).toContainText(/SPEED \S+ # clicked/);
  await tabTo(page, button('Split the network'));
  await keyboard.press('Enter');
  await ran(page, /PARTITION n\d \| n\d n\d # clicked/);
  await expect(page.locator('.stage-wall path').first()).toBeAttached();
  await expect(button('Heal the network'), 'the focus stays').toBeFocused();
  await keyboard.press('Enter');
  await ran(page, 'HEAL # clicked');
  await expect(page.locator('.stage-wall')).toHaveCount(0);

  await keyboard.press('3');
  await expect(shardInView(page)).toHaveText('s3');
  await keyboard.press(']');
  await expect(shardInView(page)).toHaveText('s4');
  await keyboard.press('.');
  await ran(page, 'STEP # clicked');
  await expect.poll(() => page.locator('.transport').getByRole('button', { name: 'Play' }).isVisible()).toBe(true);

  await tabTo(page, page.locator('.lane .cell[tabindex="0"]').first());
  await keyboard.press('Enter');
  const entry = page.getByRole('dialog', { name: /^Entry \d+ of s4/ });
  await expect(entry).toBeVisible();
  await keyboard.press('Escape');
  await expect(entry).toBeHidden();
  await tabTo(page, button('Elections'));
  await keyboard.press('Enter');
  await expect(button('Elections')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.feed-row').filter({ hasText: 'asked GET' })).toHaveCount(0);
});

test.describe('by touch alone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');

  test('the first minute', async ({ page }) => {
    const tap = (name: string | RegExp): Promise<void> => page.getByRole('button', { name, exact: true }).first().tap();
    const tab = (name: string): Promise<void> => page.getByRole('tab', { name }).tap();
    await page.goto('./?storage=fresh&seed=7&sample=on');
    await page.evaluate(() => window.ringside.ready);
    await tab('Ring');

    await tap(/^Kill( the leader)?$/);
    await oneDown(page);
    await tap(/^Write/);
    // A read that is begun beside the write may come before it.
    await tab('Console');
    await expect(consoleLog(page)).toContainText(/OK {2}term \d/);
    await tab('Ring');
    await tap(/^Read/);
    await tap(/^Revive n\d$/);
    await allUp(page);
    await tap(/^Split/);
    await expect(page.locator('.stage-wall path').first()).toBeAttached();
    await tap(/^Heal( the network)?$/);
    await expect(page.locator('.stage-wall')).toHaveCount(0);

    const other = page.getByRole('button', { name: /^n2\. / });
    await other.tap();
    await page.getByRole('dialog', { name: 'Node n2' }).getByRole('button', { name: 'n3' }).tap();
    const link = page.getByRole('dialog', { name: /^Link n2 – n3/ });
    await link.getByRole('button', { name: 'Cut both ways' }).tap();
    await expect(link).toContainText('cut both ways');
    await link.getByRole('button', { name: 'Heal n2 → n3' }).tap();
    await expect(link).toContainText('cut from n3 to n2');
    await link.getByRole('button', { name: 'Heal both ways' }).tap();
    await expect(link).toContainText('whole');
    await link.getByRole('button', { name: 'Close' }).tap();
    await expect(link).toHaveCount(0);

    await tab('Console');
    for (const text of [
      /KILL n\d # clicked/,
      'PUT user:42 ada # clicked',
      'GET user:42 # clicked',
      'HEAL n2-n3 # clicked',
    ])
      await ran(page, text);
    await expect(consoleLog(page)).toContainText(/"ada" {2}from n\d/);

    await tab('Raft');
    await page.getByRole('button', { name: 's3', exact: true }).tap();
    await expect(shardInView(page)).toHaveText('s3');
    await page.locator('.transport').getByRole('button', { name: 'Step' }).tap();
    await page.locator('.lane .cell').first().tap();
    const entry = page.getByRole('dialog', { name: /^Entry \d+ of s3/ });
    await expect(entry).toBeVisible();
    await entry.getByRole('button', { name: 'Close' }).tap();
    await expect(entry).toBeHidden();
    await tab('Events');
    await tap('Elections');
    await expect(page.getByRole('button', { name: 'Elections', exact: true })).toHaveAttribute('aria-pressed', 'true');
    const speed = page.getByRole('slider', { name: 'speed' });
    const box = await speed.boundingBox();
    await speed.tap({ position: { x: (box?.width ?? 0) * 0.9, y: (box?.height ?? 0) / 2 } });
    await tab('Console');
    await expect(page.locator('.console-command').last()).toContainText(/SPEED \S+ # clicked/);
  });
});

test('the first minute through the tables alone', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.goto('./?storage=fresh&seed=7&sample=on');
  await page.evaluate(() => window.ringside.ready);
  await runLine(page, 'SPEED 2');
  await page.keyboard.press('t');
  const tables = page.getByRole('region', { name: 'The cluster as tables' });
  const row = (table: string | RegExp, name: string): Locator =>
    tables.getByRole('table', { name: table }).getByRole('row', { name: new RegExp(`^${name} `) });
  const press = async (name: string): Promise<void> => {
    const button = tables.getByRole('button', { name, exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
  };
  await expect(row('Shards', 's5')).toContainText(/n\d/);

  await press('s5');
  await expect(tables.getByRole('table', { name: /in s5$/ })).toBeVisible();
  const { shards } = await snapshotOf(page);
  const leader = shards.find(({ id }) => id === 's5')?.leader as string;
  await expect(row(/^Nodes/, leader)).toContainText('leader');
  await press(`Kill ${leader}`);
  await expect(row(/^Nodes/, leader)).toContainText('✕ down');
  await expect(row('Shards', 's5'), 'another one leads').not.toContainText(`s5${leader}`);
  await press(`Revive ${leader}`);
  await expect(row(/^Nodes/, leader)).toContainText('up');
  await expect(row(/^Nodes/, leader)).toContainText('follower');

  await press('Isolate n2');
  await expect(row(/^Nodes/, 'n2')).toContainText('cut: all nodes; clients reach it');
  await expect(row('Links', 'n1 – n2')).toContainText('✕ cut both ways');
  await expect(row('Links', 'n2 – client')).toContainText('whole');
  await press('Heal n2');
  await expect(row('Links', 'n1 – n2')).toContainText('whole');

  await press('Cut n1 → n3, link n1 – n3');
  await expect(row('Links', 'n1 – n3')).toContainText('✕ cut from n1 to n3');
  await expect(tables.getByRole('button', { name: 'Heal n1 → n3, link n1 – n3' }), 'the focus stays').toBeFocused();
  await press('Cut both ways, link n2 – n3');
  await press('Heal n1 → n3, link n1 – n3');
  await expect(row('Links', 'n1 – n3')).toContainText('whole');
  await expect(row('Links', 'n2 – n3'), 'only that one was healed').toContainText('✕ cut both ways');
  await runLine(page, 'LINK n1>n2 delay=80ms drop=10%');
  await expect(row('Links', 'n1 – n2')).toContainText('n1 → n2: 80 ms ± 2 ms, drops 10 %');
  await press('Heal both ways, link n1 – n2');
  await expect(row('Links', 'n1 – n2')).not.toContainText('80 ms');
  await press('Heal both ways, link n2 – n3');

  await press('Isolate client');
  await expect(row('Clients', 'client')).toContainText('cut: all nodes');
  await expect(row('Links', 'n1 – client')).toContainText('✕ cut both ways');
  await press('Heal client');
  await expect(row('Clients', 'client')).toContainText('all whole');
  await ran(page, 'HEAL n1>n3 # clicked');
});
