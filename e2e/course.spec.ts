import type { Frame, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { violations } from './page-checks.ts';
import { runLine, snapshotOf } from './page-driver.ts';
import { type Site, serveSite } from './static-server.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const PREFIX = '/some/deep/path/';
const NOT_UNDERSTOOD = /^(Unknown(Verb|Option)|Bad\w+|MissingArgument|ExtraArgument|Unterminated\w+)$/;

let site: Site;
test.beforeEach(async () => {
  site = await serveSite({ prefix: PREFIX });
});
test.afterEach(() => site.close());

/** The figure's cluster, led. It is not even loaded before somebody comes near it. */
async function openFigure(page: Page, index: number): Promise<Frame> {
  const element = page.locator('iframe').nth(index);
  await element.scrollIntoViewIfNeeded();
  const frame = await (await element.elementHandle())?.contentFrame();
  if (frame === null || frame === undefined) throw new Error('the figure has no page');
  await frame.waitForURL(/embed=1/);
  await frame.waitForFunction(() => 'ringside' in window);
  await frame.evaluate(() => window.ringside.ready);
  return frame;
}

test('below a sub-path both figures come alive, each with a cluster of its own', async ({ page }) => {
  await page.goto(`${site.origin}${PREFIX}course/index.html`);
  const first = await openFigure(page, 0);
  await runLine(first, 'SPEED 2');
  expect(await runLine(first, 'PUT user:42 ada')).toMatchObject({ ok: true });
  const second = await openFigure(page, 1);
  await runLine(second, 'SPEED 2');
  expect(await runLine(second, 'GET user:42')).toMatchObject({ ok: true, value: null });
  expect((await snapshotOf(second)).runId).not.toBe((await snapshotOf(first)).runId);
  await expect(second.getByRole('region', { name: /^Shard s0/ })).toBeVisible();
  await expect(second.getByRole('combobox', { name: 'Command' })).toBeVisible();
  expect(site.missing).toEqual([]);
});

test('every link leads somewhere, and no heading or figure is without one', async ({ page, request }) => {
  await page.goto(`${site.origin}${PREFIX}course/index.html`);
  const addresses = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a[href], iframe[src], link[href]')].map((element) =>
      String((element as HTMLAnchorElement).href ?? (element as HTMLIFrameElement).src),
    ),
  );
  expect(addresses.length).toBeGreaterThan(15);
  for (const address of addresses) {
    expect(address.startsWith(`${site.origin}${PREFIX}`), address).toBe(true);
    expect((await request.get(address)).status(), address).toBe(200);
    const { pathname, hash } = new URL(address);
    if (hash !== '' && pathname.endsWith('/course/index.html'))
      await expect(page.locator(`[id="${hash.slice(1)}"]`), hash).toHaveCount(1);
  }
  const unlisted = await page.evaluate(() =>
    [...document.querySelectorAll('h2')]
      .filter(({ id }) => document.querySelector(`.contents a[href="#${id}"]`) === null)
      .map(({ textContent }) => textContent),
  );
  expect(unlisted).toEqual([]);
});

test('the console understands every line of the exercises', async ({ page }) => {
  await page.goto(`${site.origin}${PREFIX}course/index.html`);
  const exercises = await page.locator('.exercises pre').allInnerTexts();
  expect(exercises.length).toBeGreaterThanOrEqual(5);
  const frame = await openFigure(page, 1);
  await runLine(frame, 'SPEED max');
  for (const line of exercises.flatMap((text) => text.split(/[\n;]/)).filter((text) => text.trim() !== '')) {
    const { ok, code, text } = await runLine(frame, line);
    expect(ok || !NOT_UNDERSTOOD.test(code ?? ''), `${line}: ${text}`).toBe(true);
  }
});

test('an empty value is a value, as the table says', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.goto(`${site.origin}${PREFIX}course/index.html`);
  const frame = await openFigure(page, 0);
  await runLine(frame, 'SPEED max');
  expect(await runLine(frame, 'PUT k ""; GET k')).toMatchObject({ ok: true, value: '' });
  expect(await runLine(frame, 'DELETE k; GET k')).toMatchObject({ ok: true, value: null });
});

for (const [colorScheme, widths] of [
  ['dark', LONG ? [1440, 390] : [1440]],
  ['light', LONG ? [1440, 390] : []],
] as const) {
  for (const width of widths) {
    test(`axe finds nothing and nothing scrolls sideways: ${colorScheme}, ${width} wide`, async ({ page }, info) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${site.origin}${PREFIX}course/index.html`);
      await openFigure(page, 0);
      await page.screenshot({ path: info.outputPath('course.png') });
      // Two frames of one kind have the same landmarks; what is in one of them is tested in embed.spec.ts.
      expect(await violations(page, { frames: false })).toEqual([]);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      expect(scroll).toBeLessThanOrEqual(client);
    });
  }
}
