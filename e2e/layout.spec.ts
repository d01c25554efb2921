import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults, settle } from './page-checks.ts';
import { openCluster, runLine, showConsole, showTab, snapshotOf, tabNames } from './page-driver.ts';

async function killAndFail(page: Page): Promise<void> {
  await runLine(page, 'PLAY; SPEED max');
  await runLine(page, 'PUT user:42 ada');
  const { leader } = (await snapshotOf(page)).shards.find((shard) => shard.leader !== null) ?? {};
  await runLine(page, `KILL ${leader}`);
  await runLine(page, 'RUN until=leader');
  for (const line of ['FROB', 'PUT a', 'KILL n9', `PUT ${'long'.repeat(60)} x y`]) await runLine(page, line);
}

for (const [width, height] of [
  [1440, 900],
  [390, 844],
  ...(process.env.RINGSIDE_LONG === '1'
    ? ([
        [1024, 768],
        [640, 400],
        [320, 640],
      ] as const)
    : []),
] as const) {
  test(`nothing is cut off or overlaps at ${width} × ${height}`, async ({ page }, info) => {
    await page.setViewportSize({ width, height });
    await openCluster(page, './?storage=fresh');
    await settle(page);
    expect(await layoutFaults(page), 'at rest').toEqual([]);
    await killAndFail(page);
    await settle(page);
    for (const tab of await tabNames(page)) {
      await showTab(page, tab);
      await page.screenshot({ path: info.outputPath(`${tab}.png`) });
      expect(await layoutFaults(page), `after a kill and errors, ${tab}`).toEqual([]);
    }
    await showConsole(page);
    await page.getByRole('combobox', { name: 'Command' }).fill('SCAN user: limit=');
    expect(await layoutFaults(page), 'while a command is typed').toEqual([]);
    await page.getByRole('button', { name: 'List what can be typed here' }).click();
    await page.getByRole('combobox', { name: 'Command' }).fill('');
    await page.keyboard.press('Alt+ArrowDown');
    const list = await page.getByRole('listbox').boundingBox();
    expect(list !== null && list.x >= 0 && list.x + list.width <= width, 'the list lies in the page').toBe(true);
  });
}
