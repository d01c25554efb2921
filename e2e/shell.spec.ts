import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { settle } from './page-checks.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

const WIDTH_LINE = 'Width of the inspector';
const line = (page: Page, name: string) => page.getByRole('separator', { name });
const stageWidth = async (page: Page): Promise<number> => (await page.locator('#stage').boundingBox())?.width ?? 0;
const commandLine = (page: Page) => page.locator('.command-line input, .command-line textarea');
const lastCommand = (page: Page) => page.locator('.console-command').last();
const colourOfPage = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

const MANIFEST: { readonly 'size-limit': readonly { readonly path: readonly string[] }[] } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const DARK = 'rgb(14, 17, 22)';
const LIGHT = 'rgb(246, 247, 249)';

async function tabTo(page: Page, what: string): Promise<void> {
  for (let tabs = 0; tabs < 80; tabs++) {
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
    });
    if (name === what) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to ${what}`);
}

async function openPalette(page: Page, typed: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a command' });
  await expect(field).toBeFocused();
  await page.keyboard.type(typed);
}

test('the whole shell by keyboard: tabs, sizes, palette, theme', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openCluster(page, './?storage=fresh');

  await tabTo(page, 'Raft');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Write path' })).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Write path' })).toContainText('each step, in virtual milliseconds');
  await page.keyboard.press('Home');
  await expect(page.getByRole('tabpanel', { name: 'Raft' }).locator('.lane')).toHaveCount(3);

  const before = await stageWidth(page);
  await line(page, WIDTH_LINE).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => stageWidth(page)).toBeLessThan(before - 50);

  await openPalette(page, 'kill n2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.console-lines')).toContainText('KILL n2 # clicked');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(line(page, WIDTH_LINE), 'the focus is back where it was').toBeFocused();
  await expect(page.getByRole('button', { name: 'Revive n2' }), 'the page shows it down').toBeVisible();
  await openPalette(page, 'revive');
  await page.keyboard.press('Enter');
  await expect(page.locator('.console-lines')).toContainText('REVIVE n2 # clicked');

  await openPalette(page, 'focus s4');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /^Shard s4/ })).toBeVisible();

  await openPalette(page, 'put a value');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await openPalette(page, 'light theme');
  await page.keyboard.press('Enter');
  await expect.poll(() => colourOfPage(page)).toBe(LIGHT);
});

test('the palette: a whole command runs, a begun one and one that deletes go into the console', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  await openPalette(page, 'put user:42 ada');
  await page.keyboard.press('Enter');
  await expect(lastCommand(page)).toHaveText(/put user:42 ada # clicked/);

  const commands = await page.locator('.console-command').count();
  await openPalette(page, 'link');
  await page.keyboard.press('Enter');
  await expect(commandLine(page)).toHaveValue('LINK ');
  await expect(commandLine(page)).toBeFocused();
  await page.keyboard.type('n1>n2 drop=1%');
  await expect(commandLine(page)).toHaveValue('LINK n1>n2 drop=1%');

  await openPalette(page, 'five nodes');
  await page.keyboard.press('Enter');
  await expect(commandLine(page)).toHaveValue('RESET nodes=5 shards=16');
  expect(await page.locator('.console-command').count(), 'nothing ran by itself').toBe(commands);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: /ring with 5 nodes and 16 shards/ })).toBeVisible();
});

test('sizes are remembered over a reload; a double click and the palette put them back', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.setViewportSize({ width: 1440, height: 900 });
  await openCluster(page, './');
  const first = await stageWidth(page);
  const box = await line(page, WIDTH_LINE).boundingBox();
  if (box === null) throw new Error('the line has no box');
  // Twelve pixels from the line is still on its handle.
  await page.mouse.move(box.x - 11, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x - 161, box.y + 300, { steps: 5 });
  await page.mouse.up();
  const moved = await stageWidth(page);
  expect(moved).toBeLessThan(first - 120);
  await page.reload();
  await expect.poll(async () => Math.abs((await stageWidth(page)) - moved)).toBeLessThan(2);
  await line(page, WIDTH_LINE).dblclick();
  await expect.poll(async () => Math.abs((await stageWidth(page)) - first)).toBeLessThan(2);
  await page.reload();
  await expect.poll(async () => Math.abs((await stageWidth(page)) - first)).toBeLessThan(2);

  await line(page, WIDTH_LINE).focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => stageWidth(page)).toBeLessThan(first - 20);
  await openPalette(page, 'sizes');
  await page.keyboard.press('Enter');
  await expect.poll(async () => Math.abs((await stageWidth(page)) - first)).toBeLessThan(2);
});

test('the theme: chosen, remembered, asked for in the address, and the system’s', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openCluster(page, './?storage=fresh');
  expect(await colourOfPage(page)).toBe(DARK);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => colourOfPage(page)).toBe(LIGHT);
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(() => colourOfPage(page)).toBe(DARK);
  await page.reload();
  await expect.poll(() => colourOfPage(page)).toBe(DARK);
  await page.goto('./?theme=light');
  await expect.poll(() => colourOfPage(page)).toBe(LIGHT);
  await page.goto('./');
  await expect.poll(() => colourOfPage(page), 'the address did not overwrite the choice').toBe(DARK);
});

test('a page without storage for its choices works all the same', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await openCluster(page, './?storage=fresh');
  await line(page, WIDTH_LINE).focus();
  await page.keyboard.press('ArrowLeft');
  await openPalette(page, 'light theme');
  await page.keyboard.press('Enter');
  await expect.poll(() => colourOfPage(page)).toBe(LIGHT);
});

test('a half-typed command survives the turn from wide to narrow and back', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.setViewportSize({ width: 1440, height: 900 });
  await openCluster(page, './?storage=fresh');
  await commandLine(page).fill('PUT half');
  await page.setViewportSize({ width: 390, height: 844 });
  await showTab(page, 'Raft');
  await showTab(page, 'Console');
  await expect(commandLine(page)).toHaveValue('PUT half');
  await page.setViewportSize({ width: 640, height: 400 });
  await expect(commandLine(page)).toHaveValue('PUT half');
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(commandLine(page)).toHaveValue('PUT half');
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('what is touched is 44 pixels high', async ({ page }) => {
    await openCluster(page, './?storage=fresh');
    const low = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, select, [role=tab]')]
        .filter((element) => element.checkVisibility() && element.closest('.stage') === null)
        .filter((element) => element.getBoundingClientRect().height < 43.5)
        .map((element) => element.textContent),
    );
    expect(low).toEqual([]);
  });
});

test.describe('a panel that fails', () => {
  // One expression: Playwright takes an array of more for a value and its options.
  test.use({
    consoleAllowed: [/Failed to load resource|dynamically imported module|could not be fetched|broken by the test/],
  });

  test('says so in its own place, leaves the others alone, and is drawn again on request', async ({ page }) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    await openCluster(page, './?storage=fresh');
    const feed = page.getByRole('list', { name: 'Events, newest first' });
    await expect(feed).toBeVisible();
    // Nothing but the feed draws a row for each of its items.
    await page.evaluate(() => {
      const map = Array.prototype.map;
      const isItem = (item: unknown): boolean =>
        typeof item === 'object' && item !== null && 'topic' in item && 'tone' in item;
      Array.prototype.map = function (this: unknown[], ...call: Parameters<typeof map>) {
        if (isItem(this[0])) throw new Error('broken by the test');
        return map.apply(this, call);
      } as typeof map;
      (window as unknown as { mend: () => void }).mend = () => {
        Array.prototype.map = map;
      };
    });
    expect(await runLine(page, 'PUT a 1')).toMatchObject({ ok: true });
    const notice = page.getByRole('alert');
    await expect(notice).toContainText('The events cannot be drawn');
    expect(await runLine(page, 'PUT b 2')).toMatchObject({ ok: true });
    await expect(page.locator('.console-lines')).toContainText('PUT b 2');
    await expect(page.getByRole('button', { name: /^Kill n/ })).toHaveCount(3);
    await page.evaluate(() => (window as unknown as { mend: () => void }).mend());
    await notice.getByRole('button', { name: 'Draw it again' }).click();
    await expect(feed).toBeVisible();
    await expect(notice).toHaveCount(0);
  });

  test('for want of its code offers to reload, and is there after that', async ({ page }) => {
    await openCluster(page);
    let broken = true;
    await page.route('**/write-path-*.js', (route) => (broken ? route.abort() : route.continue()));
    await page.getByRole('tab', { name: 'Write path' }).click();
    await expect(page.getByRole('alert')).toContainText('The write path cannot be drawn');
    expect(await runLine(page, 'PUT a 1')).toMatchObject({ ok: true });
    broken = false;
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await page.getByRole('tab', { name: 'Write path' }).click();
    await expect(page.getByRole('tabpanel', { name: 'Write path' })).toContainText(
      'each step, in virtual milliseconds',
    );
  });

  test('a command without its code says what helps, and the next one runs', async ({ page }) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    await page.route('**/show-status-*.js', (route) => route.abort());
    await openCluster(page, './?storage=fresh');
    const result = await runLine(page, 'STATUS');
    expect(result).toMatchObject({ ok: false, code: 'NotFetched' });
    expect(result.text).toMatch(/^The code of STATUS could not be fetched: .+ reload the page\.$/);
    expect(await runLine(page, 'PUT a 1; GET a')).toMatchObject({ ok: true, value: '1' });
  });
});

test('panels that are not open are not loaded', async ({ page }) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  const has = (name: string): boolean => scripts.some((path) => path.includes(name));
  await page.setViewportSize({ width: 320, height: 640 });
  await openCluster(page, './?storage=fresh');
  for (const name of ['command-palette', 'write-path', 'first-panels']) expect(has(name), name).toBe(false);
  await showTab(page, 'Raft');
  expect(has('first-panels')).toBe(true);
  expect(has('write-path')).toBe(false);
  await openPalette(page, '');
  expect(has('command-palette')).toBe(true);
});

test('what the size budget leaves out is not loaded at first', async ({ page }) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await page.setViewportSize({ width: 1440, height: 900 });
  await openCluster(page, './?storage=fresh');
  const leftOut = MANIFEST['size-limit'].flatMap(({ path }) => path).filter((path) => path.startsWith('!'));
  expect(leftOut.length).toBeGreaterThan(0);
  expect(scripts.some((path) => path.includes('/first-panels-'))).toBe(true);
  for (const path of leftOut) {
    const [start = path] = path.slice('!dist'.length).split('*');
    expect(scripts.filter((script) => script.includes(start))).toEqual([]);
  }
});

test('a page that stands still asks for no frames, and wakes for a step, a theme and time', async ({ page }) => {
  await page.addInitScript(() => {
    const counted = window as unknown as { framesAsked: number };
    counted.framesAsked = 0;
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => {
      counted.framesAsked++;
      return ask(draw);
    };
  });
  const framesIn = (ms: number): Promise<number> =>
    page.evaluate(async (wait) => {
      const counted = window as unknown as { framesAsked: number };
      const before = counted.framesAsked;
      await new Promise((resolve) => setTimeout(resolve, wait));
      return counted.framesAsked - before;
    }, ms);
  await openCluster(page, './?storage=fresh');
  expect(await framesIn(500), 'time runs').toBeGreaterThan(5);
  await settle(page);
  await expect.poll(() => framesIn(1000), 'time stands').toBe(0);

  const clock = page.getByRole('timer');
  const stood = await clock.textContent();
  await runLine(page, 'STEP 200');
  await expect.poll(() => clock.textContent(), 'the step is shown').not.toBe(stood);
  await expect.poll(() => framesIn(1000)).toBe(0);
  await runLine(page, 'PLAY');
  expect(await framesIn(500)).toBeGreaterThan(5);
});
