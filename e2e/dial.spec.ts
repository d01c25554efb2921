import type { Locator, Page } from '@playwright/test';
import { smallTargets } from './access-checks.ts';
import { expect, test } from './fixtures.ts';
import { violations } from './page-checks.ts';
import { openCluster, runLine, showConsole } from './page-driver.ts';

const chip = (page: Page): Locator => page.locator('.dial-chip');
const card = (page: Page): Locator => page.getByRole('dialog', { name: 'What R and W promise' });
const cell = (page: Page, read: string, write: number): Locator =>
  card(page)
    .getByRole('row', { name: new RegExp(`^R=${read} `) })
    .getByRole('gridcell')
    .nth(write - 1);
const consoleLog = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const told = (page: Page): Locator => card(page).getByRole('heading', { level: 3 });

test('by mouse: the chip shows what is set, a click is a line, and the lines after it are read and written so', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await expect(chip(page)).toHaveText(/W=2 R=lease$/);
  await chip(page).click();
  await expect(cell(page, 'lease', 2)).toHaveAttribute('aria-selected', 'true');
  const place = await cell(page, '1', 1).boundingBox();
  for (const each of await card(page).getByRole('gridcell').all()) {
    await each.hover();
    expect(await cell(page, '1', 1).boundingBox(), 'nothing moves below the pointer').toEqual(place);
  }
  await cell(page, '1', 1).hover();
  await expect(told(page)).toHaveText('W=1 R=1: stale or lost');
  await expect(cell(page, 'lease', 2), 'to point is not to choose').toHaveAttribute('aria-selected', 'true');
  await cell(page, '1', 1).click();
  await expect(consoleLog(page)).toContainText('CONSISTENCY r=1 w=1 # clicked');
  await expect(chip(page)).toHaveText(/W=1 R=1$/);
  await expect(cell(page, '1', 1)).toHaveAttribute('aria-selected', 'true');
  await expect(card(page).getByText('✓ set here')).toBeVisible();
  expect(await violations(page, { within: '.popover:popover-open' })).toEqual([]);
  await page.keyboard.press('Escape');
  expect((await runLine(page, 'PUT user:42 ada')).text).toContain('unsafe');
  expect((await runLine(page, 'GET user:42')).text).toContain('may be stale');
});

test('by keyboard: arrows go through the grid, Enter chooses, Escape closes and the focus is back', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  for (let i = 0; i < 2; i++) {
    // The first time its code comes after the card.
    await chip(page).focus();
    await page.keyboard.press('Enter');
    await expect(cell(page, 'lease', 2)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(chip(page)).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await expect(cell(page, 'lease', 2)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(cell(page, '2', 3)).toBeFocused();
  await expect(told(page)).toHaveText('W=3 R=2: linearizable');
  await expect(chip(page)).toHaveText(/W=2 R=lease$/);
  await page.keyboard.press('Enter');
  await expect(chip(page)).toHaveText(/W=3 R=2$/);
  await expect(cell(page, '2', 3)).toBeFocused();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Space');
  await expect(chip(page)).toHaveText(/W=1 R=index$/);
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
  await expect(chip(page)).toBeFocused();
});

test('it follows what is typed, and a reset for the next class', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  const line = page.getByRole('combobox', { name: 'Command' });
  await line.fill('consistency r=session');
  await line.press('Enter');
  await expect(chip(page)).toHaveText(/W=2 R=session$/);
  await runLine(page, 'CONSISTENCY w=3');
  await expect(chip(page)).toHaveText(/W=3 R=session$/);
  await page.getByRole('button', { name: 'Class' }).click();
  await page.getByRole('button', { name: 'Reset for the next class' }).click();
  await page.getByRole('button', { name: 'Delete and begin anew' }).click();
  await expect(chip(page)).toHaveText(/W=2 R=lease$/);
});

test('the eventual keyspace: chosen in the card, shown in prompt and chip, its matrix sets CONSISTENCY', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await chip(page).click();
  await card(page)
    .getByRole('button', { name: /^eventual/ })
    .click();
  await expect(consoleLog(page)).toContainText('USE eventual # clicked');
  await expect(page.locator('.command-field .prompt')).toContainText('eventual ›');
  await expect(chip(page)).toHaveText(/W=1 R=1$/);
  await expect(told(page)).toHaveText('R=1, W=1: a read may return any value that was ever written here.');
  await expect(cell(page, '1', 1)).toHaveText('may miss');
  await cell(page, '2', 2).click();
  await expect(consoleLog(page)).toContainText('CONSISTENCY r=2 w=2 quorum=sloppy # clicked');
  await expect(chip(page)).toHaveText(/W=2 R=2$/);
  await card(page).getByRole('button', { name: 'strict' }).click();
  await expect(card(page).getByText('✓ set here')).toBeVisible();
  expect(await violations(page, { within: '.popover:popover-open' })).toEqual([]);
  expect(await smallTargets(page, 24)).toEqual([]);
  await page.keyboard.press('Escape');
  expect((await runLine(page, 'PUT user:42 ada')).text).toMatch(/^OK {2}\d\/2 acks from/);
  await runLine(page, 'USE strong');
  await expect(page.locator('.command-field .prompt')).not.toContainText('eventual');
});

for (const [width, height, address] of [
  [390, 844, './?storage=fresh'],
  [320, 480, './?embed=1&preset=3x1&panels=console'],
] as const) {
  test(`at ${width} × ${height} the card keeps within the page, scrolls, and all of it can be pressed (${address})`, async ({
    page,
  }) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width, height });
    await openCluster(page, address);
    if (width === 390) await showConsole(page);
    await chip(page).click();
    await expect(cell(page, 'lease', 2)).toBeVisible();
    const box = await card(page).boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
    expect(await card(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    expect(await violations(page, { within: '.popover:popover-open' })).toEqual([]);
    expect(await smallTargets(page, 24)).toEqual([]);
    await cell(page, 'session', 2).click();
    await expect(chip(page)).toHaveText(/W=2 R=session$/);
    await page.keyboard.press('Escape');
  });
}
