import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { layoutFaults, violations } from './page-faults.ts';

async function settle(page: Page): Promise<void> {
  await runLine(page, 'PAUSE');
  // React and the frame loop have drawn what the console answered.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

async function killAndFail(page: Page): Promise<void> {
  await runLine(page, 'PLAY; SPEED max');
  await runLine(page, 'PUT user:42 ada');
  const { leader } = (await snapshotOf(page)).shards.find((shard) => shard.leader !== null) ?? {};
  await runLine(page, `KILL ${leader}`);
  await runLine(page, 'RUN until=leader');
  for (const line of ['FROB', 'PUT a', 'KILL n9', `PUT ${'long'.repeat(60)} x y`]) await runLine(page, line);
}

for (const colorScheme of ['dark', 'light'] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`axe finds nothing: ${colorScheme}, ${width} × ${height}, at rest, after a kill, with errors`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await openCluster(page, './?storage=fresh');
      await settle(page);
      expect(await violations(page), 'at rest').toEqual([]);
      await killAndFail(page);
      await settle(page);
      expect(await violations(page), 'after a kill and errors').toEqual([]);
      await page.getByRole('combobox', { name: 'Command' }).fill('PUT k v ');
      await expect(page.getByRole('listbox')).toBeVisible();
      await page.keyboard.press('Tab');
      expect(await violations(page), 'with completions open').toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+r');
      await page.keyboard.type('x');
      expect(await violations(page), 'while searching the history').toEqual([]);
    });
  }
}

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
  [320, 640],
] as const) {
  test(`nothing is cut off or overlaps at ${width} × ${height}`, async ({ page }, info) => {
    await page.setViewportSize({ width, height });
    await openCluster(page, './?storage=fresh');
    await settle(page);
    expect(await layoutFaults(page), 'at rest').toEqual([]);
    await killAndFail(page);
    await settle(page);
    await page.screenshot({ path: info.outputPath('after-a-kill.png'), fullPage: true });
    expect(await layoutFaults(page), 'after a kill and errors').toEqual([]);
    await page.getByRole('combobox', { name: 'Command' }).fill('SCAN user: limit=');
    expect(await layoutFaults(page), 'while a command is typed').toEqual([]);
    await page.getByRole('button', { name: 'List what can be typed here' }).click();
    await page.getByRole('combobox', { name: 'Command' }).fill('');
    await page.keyboard.press('Alt+ArrowDown');
    const list = await page.getByRole('listbox').boundingBox();
    expect(list !== null && list.x >= 0 && list.x + list.width <= width, 'the list lies in the page').toBe(true);
  });
}
