import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults } from './page-checks.ts';
import { runLine } from './page-driver.ts';
import { CLUSTERS, type ClusterSize, drawn, openState, STATES, type State } from './visual-states.ts';

/** Every state of every cluster size is looked at in every box and both themes; without this, a sample. */
const long = process.env.RINGSIDE_LONG !== undefined;

/** `embed`: the page in a frame of this size. 720 × 450 is 1440 × 900 at 200 % zoom. */
const BOXES = [
  { name: '1440x900', width: 1440, height: 900, embed: false },
  { name: '1024x768', width: 1024, height: 768, embed: false },
  { name: '720x450', width: 720, height: 450, embed: false },
  { name: '390x844', width: 390, height: 844, embed: false },
  { name: '320x640', width: 320, height: 640, embed: false },
  { name: 'embed-640x400', width: 640, height: 400, embed: true },
] as const;
type BoxName = (typeof BOXES)[number]['name'];

const THEMES = ['dark', 'light'] as const;
type Theme = (typeof THEMES)[number];

const SAMPLE: { readonly boxes: readonly BoxName[]; readonly states: readonly string[] } = {
  boxes: ['1024x768', '390x844'],
  states: ['3x8 rest', '3x8 partition', '5x16 election', '9x64 dead'],
};

/** Kept as pictures in `pictures/`: by cluster and state, in which box and theme. */
const PICTURES: Readonly<Record<string, readonly `${BoxName} ${Theme}`[]>> = {
  '3x8 rest': [
    '1440x900 dark',
    '1440x900 light',
    '1024x768 dark',
    '720x450 dark',
    '390x844 dark',
    '390x844 light',
    '320x640 dark',
    'embed-640x400 light',
  ],
  '3x8 election': ['1440x900 dark', '390x844 light'],
  '3x8 partition': ['1440x900 light', '1024x768 light', '320x640 light', 'embed-640x400 dark'],
  '3x8 dead': ['1440x900 dark', '390x844 light'],
  '3x1 rest': ['1440x900 light', 'embed-640x400 dark'],
  '5x16 election': ['1440x900 light', '1024x768 dark'],
  '9x64 rest': ['1440x900 dark'],
  '9x64 dead': ['390x844 dark', '1024x768 light'],
};

/** Letters and curves are drawn a little differently by each Chromium: another one than that which drew the pictures may differ by more. */
const SAME_CHROMIUM = { maxDiffPixelRatio: 0.004 };
const OTHER_CHROMIUM = { maxDiffPixelRatio: 0.04, threshold: 0.35 };

const DRAWN_BY = new URL('pictures/chromium.json', import.meta.url);
const majorOf = (page: Page): number => Number(page.context().browser()?.version().split('.')[0]);

function tolerance(page: Page): typeof SAME_CHROMIUM {
  const { major } = JSON.parse(readFileSync(DRAWN_BY, 'utf8')) as { major: number };
  if (major === majorOf(page)) return SAME_CHROMIUM;
  console.log(`The pictures were drawn by Chromium ${major}, this is ${majorOf(page)}: compared with more tolerance.`);
  return OTHER_CHROMIUM;
}

const nameOf = ({ nodes, shards }: ClusterSize): string => `${nodes}x${shards}`;

/** Console lines in which stands, to the microsecond, how long the machine took until it paused keep their room only; the newest line is in view, whatever size the page had before. */
const settleConsole = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const entry of document.querySelectorAll<HTMLElement>('.console-entry'))
      if (/PAUSE|RUN (for|until)=/.test(entry.textContent)) entry.style.visibility = 'hidden';
    for (const lines of document.querySelectorAll('.console-lines')) lines.scrollTop = lines.scrollHeight;
  });

async function look(page: Page, cluster: ClusterSize, state: State, boxes: readonly (typeof BOXES)[number][]) {
  const key = `${nameOf(cluster)} ${state}`;
  for (const box of boxes) {
    await page.setViewportSize(box);
    for (const theme of THEMES) {
      const picture = PICTURES[key]?.includes(`${box.name} ${theme}`) === true;
      if (!long && !picture && theme !== 'dark') continue;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await drawn(page);
      await settleConsole(page);
      expect.soft(await layoutFaults(page), `${key}, ${box.name}, ${theme}`).toEqual([]);
      if (!picture) continue;
      const file = `${key.replace(' ', '-')}-${box.name}-${theme}.png`;
      await expect.soft(page).toHaveScreenshot(file, tolerance(page));
    }
  }
}

for (const cluster of CLUSTERS) {
  for (const state of STATES) {
    for (const embed of [false, true]) {
      const sampled = SAMPLE.states.includes(`${nameOf(cluster)} ${state}`);
      const boxes = BOXES.filter((box) => box.embed === embed && (long || SAMPLE.boxes.includes(box.name)));
      if (boxes.length === 0 || !(long || sampled)) continue;
      test(`${nameOf(cluster)} ${state}${embed ? ', embedded' : ''}: nothing overlaps, is cut off, or has changed`, async ({
        page,
      }) => {
        // 500 operations one after the other, each until it is answered.
        if (state === 'worked') test.slow();
        await page.setViewportSize(boxes[0] as (typeof BOXES)[number]);
        await openState(page, cluster, state, embed ? '&embed=1' : '');
        await look(page, cluster, state, boxes);
      });
    }
  }
}

test.afterAll(({ browser }, info) => {
  // The pictures have just been drawn anew.
  if (info.config.updateSnapshots !== 'all') return;
  writeFileSync(DRAWN_BY, `{ "major": ${Number(browser.version().split('.')[0])} }\n`);
});

test('while presenting, the whole page is in view', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openState(page, { nodes: 3, shards: 8 }, 'rest');
  await page.keyboard.press('p');
  await expect(page.locator('html.presenting')).toHaveCount(1);
  await drawn(page);
  expect(await layoutFaults(page)).toEqual([]);
  const line = await page.locator('.command-status').boundingBox();
  expect(line, 'the last line of the page').not.toBeNull();
  expect((line?.y ?? 0) + (line?.height ?? 0)).toBeLessThanOrEqual(900);
});

/** Left edge and width of all that stands in the top bar, each frame for so long. */
function placesOverTime(page: Page, ms: number): Promise<readonly string[]> {
  return page.evaluate(async (duration) => {
    const watched = [...document.querySelectorAll('.top-bar :is(button, input, .clock, dl > div)')];
    const seen = watched.map(() => new Set<string>());
    const until = performance.now() + duration;
    while (performance.now() < until) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      for (const [i, element] of watched.entries()) {
        const { left, width } = element.getBoundingClientRect();
        seen[i]?.add(`${left} ${width}`);
      }
    }
    return watched.flatMap((element, i) => {
      const places = [...(seen[i] ?? [])];
      return places.length === 1 ? [] : [`${element.textContent || element.ariaLabel}: ${places.join(', ')}`];
    });
  }, ms);
}

for (const [width, height] of long
  ? [
      [1440, 900],
      [1024, 768],
      [720, 450],
      [390, 844],
    ]
  : [[1024, 768]]) {
  test(`nothing in the top bar moves while clock and counters get longer, ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width: width as number, height: height as number });
    await openState(page, { nodes: 3, shards: 1 }, 'rest');
    await runLine(page, 'RUN for=3800ms; SPEED 2; PLAY');
    // The clock passes 10 s, the writes pass 9, at auto the words under the slider change.
    const places = placesOverTime(page, 1500);
    for (let i = 0; i < 6; i++) await runLine(page, `PUT key ${i}`);
    await runLine(page, 'SPEED auto');
    expect(await places).toEqual([]);
    expect(Number(await page.locator('.clock > span').textContent())).toBeGreaterThan(10);
  });
}
