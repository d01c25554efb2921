import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

const commandLine = (page: Page): Locator => page.getByRole('combobox', { name: 'Command' });
const invited = (page: Page): Locator => page.locator('.power-invited');
const pace = (page: Page): Locator => page.locator('.speed-effect');

test('opens with leaders, sample data and one pulse, and Enter runs the command that waits', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7&sample=on');
  const { counters, shards } = await snapshotOf(page);
  expect(counters).toMatchObject({ writes: 6, keys: 6 });
  expect(shards.map(({ leader }) => leader)).not.toContain(null);
  await expect(page.getByRole('button', { name: 'Auto' })).toHaveAttribute('aria-pressed', 'true');
  await expect(pace(page)).toHaveText(/^quick: nothing happens in s\d$/);

  const focused = await page.locator('.shard-button[aria-pressed=true]').textContent();
  const leader = shards.find(({ id }) => id === focused)?.leader;
  await expect(invited(page)).toHaveCount(1);
  await expect(invited(page)).toHaveAccessibleName(`Kill ${leader}`);

  await commandLine(page).click();
  await page.keyboard.press('Enter');
  await expect(pace(page)).toHaveText(/^slow: an? (operation|entry) in s\d/);
  await expect(page.locator('.console-entry').first()).toContainText('PUT user:42 ada');
  await expect(page.locator('.console-result').first()).toHaveText(/^OK/);
  await expect(page.locator('.shard-button[aria-pressed=true]'), 'it was in view from the start').toHaveText(
    focused as string,
  );
  await page.keyboard.press('Enter');
  await expect(page.locator('.console-entry'), 'nothing waits any more').toHaveCount(1);
});

test('the pulse rests while time stands, and ends for good with the first kill', async ({ page }) => {
  const animation = (): Promise<string> =>
    invited(page).evaluate((element) => getComputedStyle(element, '::before').animationName);
  await openCluster(page, './?storage=fresh&sample=on');
  await expect.poll(animation).toBe('kill-invitation');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(animation).toBe('none');
  await runLine(page, 'PAUSE');
  await expect(invited(page)).toHaveCount(0);
  await runLine(page, 'PLAY');
  await invited(page).click();
  await expect(page.getByRole('button', { name: /^Revive n\d$/ })).toBeVisible();
  await expect(invited(page)).toHaveCount(0);
  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  await expect(page.getByRole('button', { name: /^Kill n\d$/ }).first()).toBeVisible();
  await expect(invited(page)).toHaveCount(0);
});

test('Tab takes the waiting command to be changed, and the next Tab leaves the line', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await commandLine(page).focus();
  await page.keyboard.press('Tab');
  await expect(commandLine(page)).toHaveValue('PUT user:42 ada');
  await expect(commandLine(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(commandLine(page)).not.toBeFocused();
});

test('the speed is set on a log scale that says what it does, by keyboard as well', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  const speed = page.getByRole('slider', { name: 'speed' });
  await speed.fill('3');
  await expect(page.locator('.console-entry').last()).toContainText('SPEED 1/40');
  await expect(pace(page)).toHaveText('a message takes 0.4 s');
  await expect(speed).toHaveAttribute('aria-valuetext', '1/40: a message takes 0.4 s');
  await speed.focus();
  await page.keyboard.press('ArrowRight');
  await expect(pace(page)).toHaveText('a message takes 0.2 s');
  await expect(page.getByRole('button', { name: 'Auto' })).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('button', { name: 'Auto' }).click();
  await expect(pace(page)).toHaveText(/^quick/);
  await page.getByRole('button', { name: 'Kill the leader' }).click();
  await expect(pace(page)).toHaveText(/^slow: n\d is killed$/);
  await expect(pace(page), 'the election that follows').toHaveText(/^slow: an election in s\d$/);
});
