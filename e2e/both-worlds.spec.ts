import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine } from './page-driver.ts';

test('one partition and one script: strong refuses on the small side, eventual answers on both and loses a write', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1&speed=max');
  await settle(page);
  await runLine(page, 'USE eventual');
  await runLine(page, 'COMPARE');
  const view = page.locator('.worlds');
  await expect(view.getByText('Nothing asked yet.')).toHaveCount(2);
  expect(await violations(page, { within: '.worlds' })).toEqual([]);

  const step = view.getByRole('button', { name: 'Next step' });
  for (let taken = 0; taken < 5; taken++) {
    await expect(step).toBeEnabled({ timeout: 30_000 });
    await step.click();
  }
  const strong = view.getByRole('region', { name: /^strong/ });
  const eventual = view.getByRole('region', { name: /^eventual/ });
  await expect(eventual.getByRole('img', { name: /holds "bob"/ })).toBeVisible();
  await expect(eventual.getByText('✕ 1 of 3 homes differs: n2, n3 "ada"; n1 "bob"')).toBeVisible();
  await expect(strong.getByText('✕ refused')).toBeVisible();
  await expect(eventual.getByText('✓ answered')).toHaveCount(2);

  await expect(step).toBeEnabled({ timeout: 30_000 });
  await view.getByRole('button', { name: 'Play the rest' }).click();
  await expect(view.getByRole('button', { name: 'Begin again' })).toBeVisible({ timeout: 90_000 });
  await expect(strong.getByText('Consistent, not available.')).toBeVisible();
  await expect(strong.getByText('✓ linearizable')).toBeVisible();
  await expect(strong.getByText('✕ 2 of client a')).toBeVisible();
  await expect(eventual.getByText('Available, not consistent.')).toBeVisible();
  await expect(eventual.getByText('✕ not linearizable')).toBeVisible();
  await expect(eventual.getByText(/fits nowhere/)).toBeVisible();
  await expect(eventual.getByText('✓ converged: equal Merkle roots on n1, n2 and n3')).toBeVisible();
  await expect(eventual.getByText('✕ "bob", overwritten unseen by "ada"')).toBeVisible();
  // Its buttons leave the console where it was.
  expect((await runLine(page, 'USE')).text).toMatch(/^eventual/);
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect(page.locator('.app')).toHaveAttribute('data-arrangement', width < 640 ? 'column' : 'wide');
    await settle(page);
    expect(await layoutFaults(page)).toEqual([]);
    expect(await violations(page, { within: '.worlds' })).toEqual([]);
  }
});

test('a course page holds it by its name, and its link opens the whole page with it', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 });
  await openCluster(page, './?embed=1&seed=7&panels=worlds&speed=max');
  await expect(page.getByRole('button', { name: 'Play the script' })).toBeVisible();
  await settle(page);
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.worlds' })).toEqual([]);
  const address = await page.getByRole('link', { name: 'Open in Ringside' }).getAttribute('href');
  await page.setViewportSize({ width: 1440, height: 900 });
  await openCluster(page, `./${address}`);
  await expect(page.locator('.stage').getByRole('button', { name: 'Play the script' })).toBeVisible();
});

test('five nodes, of which two hold none of the key: each client asks on its own side', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  test.setTimeout(180_000);
  await openCluster(page, './?storage=fresh&seed=7&preset=5x16&speed=max&view=worlds');
  const view = page.locator('.worlds');
  await view.getByRole('button', { name: 'Play the script' }).click();
  await expect(view.getByRole('button', { name: 'Begin again' })).toBeVisible({ timeout: 120_000 });
  const eventual = view.getByRole('region', { name: /^eventual/ });
  await expect(eventual.getByText('✓ all 7')).toBeVisible();
  await expect(eventual.getByText(/^✓ converged: equal Merkle roots on/)).toBeVisible();
  expect(await layoutFaults(page)).toEqual([]);
});
