import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

/** What axe finds, shortened to what one needs to find it. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

/** Controls that stick out of the page, cover each other, or cut their own text; and a page that scrolls sideways. */
function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()} "${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30)}"`;
    const shown = (element: Element): boolean => element.checkVisibility() && element.getBoundingClientRect().width > 2;
    const controls = [...document.querySelectorAll('button, select, input, a')].filter(shown);
    const fixed = [
      ...document.querySelectorAll(
        'h1, h2, .facts, .clock, .counters dd, .counters dt, .host-chip, .client-box, .node-name',
      ),
    ].filter(shown);
    for (const element of [...controls, ...fixed]) {
      const { left, right } = element.getBoundingClientRect();
      if (left < -0.5 || right > innerWidth + 0.5) faults.push(`${name(element)} reaches from ${left} to ${right}`);
      const cuts = element instanceof HTMLElement && element.scrollWidth > element.clientWidth + 1;
      if (cuts && element.clientWidth > 0 && element.tagName !== 'INPUT')
        faults.push(`${name(element)} cuts its text: ${element.scrollWidth} in ${element.clientWidth}`);
    }
    const all = [...controls, ...fixed];
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        if (a.contains(b) || b.contains(a)) continue;
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        // What scrolls inside its panel is covered by the panel's edge, not by its neighbour.
        const scrolled = [a, b].some(
          (element) => element.closest('.console-lines, .feed-rows, .log-scroll, .path-list, .path-detail') !== null,
        );
        if (width > 1 && height > 1 && !scrolled)
          faults.push(`${name(a)} and ${name(b)} overlap by ${width} × ${height}`);
      }
    }
    return faults;
  });
}

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
