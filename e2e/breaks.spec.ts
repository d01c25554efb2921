import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

test('what is broken on purpose is said on the screen, in STATUS and in the saved run, until it is pressed away', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7');
  const bar = page.getByRole('region', { name: 'Broken on purpose' });
  await expect(bar).toBeHidden();
  expect(await runLine(page, 'BREAK commit-by-count on; BREAK noPreVote on')).toMatchObject({ ok: true });
  await expect(bar.getByRole('button')).toHaveText([/commit by count/, /no PreVote/]);
  expect((await runLine(page, 'STATUS')).text).toContain('BROKEN ON PURPOSE: commit-by-count (safety)');
  const { violations } = await new AxeBuilder({ page }).include('.break-bar').analyze();
  expect(violations).toEqual([]);

  const off = bar.getByRole('button', { name: /no PreVote/ });
  await off.focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByRole('button')).toHaveCount(1);
  await expect(page.locator('.console-entry').last()).toContainText('BREAK no-prevote off # clicked');
  await bar.getByRole('button').click();
  await expect(bar).toBeHidden();
  await expect.poll(async () => (await snapshotOf(page)).breaks).toEqual([]);
});

test('an address can ask for it, and an even cluster is one from its beginning', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7&nodes=4&break=even-cluster,fixed-timeouts');
  const bar = page.getByRole('region', { name: 'Broken on purpose' });
  await expect(bar.getByRole('button')).toHaveText([/even cluster/, /fixed election timeouts/]);
  expect((await snapshotOf(page)).shards.every(({ replicas }) => replicas.length === 4)).toBe(true);
  await bar.getByRole('button', { name: /even cluster/ }).click();
  await expect(page.locator('.console-entry').last()).toContainText('RESET replicas=3');
  await runLine(page, 'RESET replicas=3');
  await expect(bar).toBeHidden();
});
