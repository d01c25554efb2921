import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine } from './page-driver.ts';

test('one partition and one script: strong refuses on the small side, eventual answers on both and loses a write', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1&speed=max');
  await settle(page);
  await runLine(page, 'COMPARE');
  const view = page.locator('.worlds');
  await expect(view.getByText('Nothing asked yet.')).toHaveCount(2);
  expect(await violations(page, { within: '.worlds' })).toEqual([]);

  const step = view.getByRole('button', { name: 'Next step' });
  for (let taken = 0; taken < 4; taken++) {
    await expect(step).toBeEnabled({ timeout: 30_000 });
    await step.click();
  }
  const strong = view.getByRole('region', { name: /^strong/ });
  const eventual = view.getByRole('region', { name: /^eventual/ });
  await expect(strong.getByText(/refused|unknown/)).not.toHaveCount(0, { timeout: 30_000 });
  await expect(eventual.getByRole('img', { name: /holds "bob"/ })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('split.png') });

  await expect(step).toBeEnabled({ timeout: 30_000 });
  await view.getByRole('button', { name: 'Play the rest' }).click();
  await expect(view.getByRole('button', { name: 'Begin again' })).toBeVisible({ timeout: 90_000 });
  await expect(strong.getByText('Consistent, not available.')).toBeVisible();
  await expect(strong.getByText(/✓ Linearizable/)).toBeVisible();
  await expect(eventual.getByText('Available, not consistent.')).toBeVisible();
  await expect(eventual.getByText(/✕ Not linearizable.*fits nowhere/)).toBeVisible();
  await expect(eventual.getByText('✓ Converged: every replica holds "ada".')).toBeVisible();
  await expect(eventual.getByText('Acknowledged, then replaced by a newer write: "milk", "bob".')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('end.png') });
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect(page.locator('.app')).toHaveAttribute('data-arrangement', width < 640 ? 'column' : 'wide');
    await settle(page);
    expect(await layoutFaults(page)).toEqual([]);
    expect(await violations(page, { within: '.worlds' })).toEqual([]);
    await page.screenshot({ path: test.info().outputPath(`${width}.png`) });
  }
});
