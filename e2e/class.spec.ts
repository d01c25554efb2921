import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

const entries = (page: Page) => page.locator('.console-entry');

test('the table tells and does, by keyboard alone, all that the picture does', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7&sample=on');
  await runLine(page, 'SPEED 2');
  await page.locator('body').press('t');
  const nodes = page.getByRole('table', { name: /^Nodes/ });
  const shards = page.getByRole('table', { name: 'Shards' });
  await expect(nodes.getByRole('row')).toHaveCount(4);
  await expect(shards.getByRole('row')).toHaveCount(9);
  expect(await violations(page)).toEqual([]);

  const { shards: known } = await snapshotOf(page);
  for (const { id, leader, replicas } of known) {
    const cells = shards.getByRole('row', { name: new RegExp(`^${id} `) }).getByRole('cell');
    await expect(cells.nth(0)).toHaveText(leader as string);
    expect(((await cells.nth(1).textContent()) ?? '').split(' ').sort()).toEqual([...replicas].sort());
  }

  const kill = page.getByRole('button', { name: 'Kill n2' });
  for (let tabs = 0; !(await kill.evaluate((element) => element === document.activeElement)); tabs++) {
    expect(tabs, 'Kill n2 is reached by Tab').toBeLessThan(60);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const row = nodes.getByRole('row', { name: /^n2 / });
  await expect(row).toContainText('✕ down');
  await expect(page.getByRole('button', { name: 'Revive n2' })).toBeFocused();
  await expect.poll(async () => (await shards.textContent())?.includes('none')).toBe(false);
  await page.keyboard.press('Enter');
  await expect(kill).toBeFocused();
  await expect(row).toContainText('up');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('‖ frozen');
  await expect(page.getByRole('button', { name: 'Thaw n2', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row).not.toContainText('frozen');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('cut: all nodes');
  await expect(page.getByRole('button', { name: 'Heal n2', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row).toContainText('all whole');
  await page.getByRole('button', { name: 'Picture' }).click();
  await expect(page.locator('.stage svg[role=group]')).toBeVisible();
});

test('a slide remote: next invitation, pause, step, black screen; then the large type ends', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  await page.getByRole('button', { name: 'Class' }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Present', exact: true }).click();
  await expect(page.locator('html')).toHaveClass('presenting');
  await page.keyboard.press('PageDown');
  await expect(entries(page).last()).toContainText('PUT user:42 ada');
  await page.keyboard.press('PageDown');
  await expect(entries(page).last()).toContainText(/KILL n\d/);
  await expect(page.getByRole('button', { name: /^Revive n\d$/ })).toBeVisible();
  await page.keyboard.press('PageUp');
  await expect(entries(page).last()).toContainText('PAUSE');
  await expect(page.locator('.transport').getByRole('button', { name: 'Play' })).toBeVisible();
  await page.keyboard.press('PageDown');
  await expect(entries(page).last()).toContainText('STEP');

  const before = await entries(page).count();
  await page.keyboard.press('.');
  const blank = page.getByRole('button', { name: 'Show the page again' });
  await expect(blank).toBeVisible();
  await page.keyboard.press('PageDown');
  await expect(blank).toHaveCount(0);
  expect(await entries(page).count(), 'nothing was done unseen').toBe(before);
  await page.keyboard.press('p');
  await expect(page.locator('html')).not.toHaveClass('presenting');
  await page.keyboard.press('.');
  await expect(entries(page), 'now it is a step again').toHaveCount(before + 1);
});

test('reset for the next class: asked first, then as if nobody had been here', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7&nodes=5&sample=on');
  await runLine(page, 'SPEED 2');
  const { runId } = await snapshotOf(page);
  const line = page.getByRole('combobox', { name: 'Command' });
  await line.fill('PUT secret 1');
  await line.press('Enter');
  await expect(page.locator('.console-result').last()).toHaveText(/^OK/);
  await page.getByRole('button', { name: 'Class' }).click();
  await page.getByRole('button', { name: 'Reset for the next class' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Back' })).toBeFocused();
  expect((await snapshotOf(page)).runId).toBe(runId);
  await page.getByRole('button', { name: 'Delete and begin anew' }).click();
  await expect(entries(page)).toHaveCount(0);
  await expect
    .poll(() => snapshotOf(page))
    .toMatchObject({ runId: expect.not.stringMatching(runId), seed: 7, counters: { writes: 6, keys: 6 } });
  expect((await snapshotOf(page)).nodes).toHaveLength(5);
  await expect(line).toHaveAttribute('placeholder', 'PUT user:42 ada');
  await line.press('ArrowUp');
  await expect(line).toHaveValue('');
});
