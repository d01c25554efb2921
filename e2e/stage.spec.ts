import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, showConsole, snapshotOf } from './page-driver.ts';

const consoleLog = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const node = (page: Page, name: string): Locator => page.getByRole('button', { name: new RegExp(`^${name}\\. `) });
const link = (page: Page, ends: string): Locator => page.getByRole('button', { name: new RegExp(`^Link ${ends},`) });
const bar = (page: Page, name: string): Locator => page.getByRole('dialog', { name, exact: true });
const wall = (page: Page): Locator => page.locator('.stage-wall path').first();
const stateOf = async (page: Page, name: string): Promise<string | undefined> =>
  (await snapshotOf(page)).nodes.find(({ id }) => id === name)?.state;

const violations = async (page: Page): Promise<readonly string[]> =>
  (await new AxeBuilder({ page }).include('.stage').analyze()).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} (${target.join(' ')})`),
  );

/** What of a card lies outside the stage, in px; 0 = nothing. */
const outside = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const card = document.querySelector('.action-bar')?.getBoundingClientRect() ?? new DOMRect();
    const field = document.querySelector('.stage-field')?.getBoundingClientRect() ?? new DOMRect();
    return Math.max(
      0,
      field.left - card.left,
      field.top - card.top,
      card.right - field.right,
      card.bottom - field.bottom,
    );
  });

test('by pointer: a node is selected, killed and revived; the empty stage lets go of it', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  await node(page, 'n2').click();
  await expect(node(page, 'n2')).toHaveAttribute('aria-pressed', 'true');
  const card = bar(page, 'Node n2');
  await expect(card).toContainText(/of s\d, term \d/);
  expect(await outside(page)).toBe(0);
  await card.getByRole('button', { name: 'Kill' }).click();
  await expect(consoleLog(page)).toContainText('KILL n2 # clicked');
  await expect(card).toContainText('Down: killed');
  await card.getByRole('button', { name: 'Revive' }).click();
  await expect.poll(() => stateOf(page, 'n2')).toBe('up');
  await page.locator('.stage-field > svg').click({ position: { x: 6, y: 260 } });
  await expect(card).toHaveCount(0);
});

test('by keyboard: arrows go from node to node, Enter opens, Escape gives the focus back; so for links', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  await node(page, 'n1').focus();
  await page.keyboard.press('ArrowRight');
  await expect(node(page, 'n2')).toBeFocused();
  await page.keyboard.press('Enter');
  const card = bar(page, 'Node n2');
  await expect(card.getByRole('button', { name: 'Kill' })).toBeFocused();
  // Past Freeze.
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(consoleLog(page)).toContainText('ISOLATE n2 # clicked');
  await expect(card.getByRole('button', { name: 'Heal' })).toBeVisible();
  await expect(card.getByRole('button', { name: 'Isolate' })).toHaveCount(0);
  await expect(card.getByRole('button', { name: 'Kill' }), 'the keyboard stays in the card').toBeFocused();
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  await expect(node(page, 'n2')).toBeFocused();

  await link(page, 'n1 – n3').focus();
  await page.keyboard.press(' ');
  await expect(bar(page, 'Link n1 – n3')).toContainText('10 ms ± 2 ms, drops none');
  await expect(bar(page, 'Link n1 – n3').getByRole('button', { name: 'Cut n1 → n3' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(consoleLog(page)).toContainText('CUT n1>n3 # clicked');
  await expect(link(page, 'n1 – n3')).toHaveAccessibleName('Link n1 – n3, cut from n1 to n3');
  expect(await violations(page)).toEqual([]);
});

test('a partition has a wall that messages end at, and HEAL takes it away', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await expect(wall(page)).toHaveCount(0);
  await node(page, 'n1').click();
  await bar(page, 'Node n1').getByRole('button', { name: 'Isolate' }).click();
  await expect(consoleLog(page)).toContainText('ISOLATE n1 # clicked');
  await expect(wall(page)).toBeAttached();
  await expect(page.getByRole('status')).toContainText('The network is split: n1 | n2 n3');
  expect(await violations(page)).toEqual([]);
  await bar(page, 'Node n1').getByRole('button', { name: 'Heal' }).click();
  await expect(wall(page)).toHaveCount(0);
  await expect(page.locator('.waiting-line')).toHaveText('');
  // One way left is no partition.
  await runLine(page, 'PARTITION n1 | n2 n3 client');
  await expect(wall(page)).toBeAttached();
  await runLine(page, 'HEAL; CUT n1>n2; CUT n1>n3');
  await expect(wall(page)).toHaveCount(0);
  await expect(link(page, 'n1 – n2')).toHaveAccessibleName(/cut from n1 to n2/);
});

test('an operation that a person starts shows where its key lies; all shards are shown by click and by A', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'PUT script 1');
  await expect(page.locator('.lookup')).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Command' }).click();
  await page.keyboard.type('PUT user:42 ada');
  await page.keyboard.press('Enter');
  await expect(page.locator('.lookup-key')).toHaveText('user:42');
  await expect(page.locator('.lookup-facts')).toContainText('user:42 → s6');
  await expect(page.locator('.lookup-facts')).toContainText('hash c7a6a375');

  const all = page.getByRole('button', { name: 'All shards' });
  await all.click();
  await expect(all).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.stage')).toContainText(/leads \d/);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('a');
  await expect(all).toHaveAttribute('aria-pressed', 'false');
  await expect(page.locator('.stage')).not.toContainText(/leads \d/);
});

test('a node that comes back says how much of its log it replays, then how far it is behind', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED max');
  for (let i = 0; i < 6; i++) await runLine(page, `PUT user:42 before-${i}`);
  const { leader } = (await snapshotOf(page)).shards.find(({ id }) => id === 's6') ?? {};
  const other = ['n1', 'n2', 'n3'].find((name) => name !== leader) as string;
  await runLine(page, `KILL ${other}`);
  for (let i = 0; i < 12; i++) await runLine(page, `PUT user:42 after-${i}`);
  await page.keyboard.press('6');
  await runLine(page, `SPEED 1/100; REVIVE ${other}`);
  await expect(page.getByRole('status')).toHaveText(new RegExp(`^${other} recovers .* replays [1-9]\\d* log records$`));
  await expect(page.getByRole('status')).toHaveText(new RegExp(`^${other} catches up: [1-9]\\d* behind in s6$`));
  await runLine(page, 'SPEED 2');
  await expect(page.locator('.waiting-line')).toHaveText('');
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('a node and a link are tapped; what is offered is large enough and on the stage', async ({ page }) => {
    await openCluster(page, './?storage=fresh');
    await runLine(page, 'SPEED 2');
    await node(page, 'n3').tap();
    const card = bar(page, 'Node n3');
    await expect(card).toBeVisible();
    expect(await outside(page)).toBe(0);
    for (const button of await card.getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), (await button.textContent()) ?? '').toBeGreaterThanOrEqual(
        44,
      );
    }
    await card.getByRole('button', { name: 'client' }).tap();
    await bar(page, 'Link n3 – client').getByRole('button', { name: 'Cut both ways' }).tap();
    await expect(link(page, 'n3 – client')).toHaveAccessibleName(/cut both ways/);
    expect(await outside(page)).toBe(0);
    await showConsole(page);
    await expect(consoleLog(page)).toContainText('CUT n3-client # clicked');
  });
});
