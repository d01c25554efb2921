import type { Frame, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults, violations } from './page-checks.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { type Site, serveSite } from './static-server.ts';

const PREFIX = '/app/';
// As GitHub Pages serves it: without this header a frame without an origin loads no script.
const HEADERS = { 'access-control-allow-origin': '*' };
/** Far enough below that no part of it can be seen at first. */
const FAR_PX = 3000;

const frameOf = (address: string, sandbox: string | undefined): string =>
  `<iframe title="Ringside" width="640" height="400" src="${address}"${sandbox === undefined ? '' : ` sandbox="${sandbox}"`}></iframe>`;

const pageOf = (frames: string): string =>
  `<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">
<div style="height: ${FAR_PX}px">Text</div>${frames}<div style="height: ${FAR_PX}px">More</div></html>`;

const timeOf = async (frame: Frame): Promise<number> => (await snapshotOf(frame)).timeMs;

/**
 * The frames of a page of another origin, each with an open cluster. Another port and not another site: there, the storage of a frame in this Chromium is not
 * what a reader has (playwright.config.ts). Frames out of view draw nothing: what waits here must not wait for a frame of theirs.
 */
async function openFrames(page: Page, host: Site): Promise<readonly Frame[]> {
  await page.goto(`${host.origin}/course`);
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  for (const frame of frames)
    await frame.waitForFunction(() => document.querySelector('.embed-bar') !== null, undefined, { polling: 100 });
  return frames;
}

async function withCourse(frames: (site: string) => string, run: (host: Site) => Promise<void>): Promise<void> {
  const site = await serveSite({ prefix: PREFIX, headers: HEADERS });
  const host = await serveSite({
    prefix: '/nothing/',
    pages: { '/course': pageOf(frames(`${site.origin}${PREFIX}`)) },
  });
  try {
    await run(host);
    expect(site.missing).toEqual([]);
  } finally {
    host.close();
    site.close();
  }
}

for (const [how, sandbox, storage] of [
  ['in a plain frame', undefined, 'IndexedDB'],
  ['sandboxed with its origin', 'allow-scripts allow-same-origin', 'IndexedDB'],
  ['sandboxed without an origin', 'allow-scripts', 'memory'],
] as const) {
  test(`on a page of another origin, ${how}, time stands until the frame is scrolled to`, async ({ page }) => {
    await withCourse(
      (site) => frameOf(`${site}?embed=1&preset=3x1&seed=7&panels=ring,console&theme=light&speed=1`, sandbox),
      async (host) => {
        const [frame] = await openFrames(page, host);
        if (frame === undefined) throw new Error('no frame');
        await page.waitForTimeout(1000);
        expect(await timeOf(frame), 'unseen').toBe(0);

        await page.locator('iframe').scrollIntoViewIfNeeded();
        await frame.evaluate(() => window.ringside.ready);
        await expect.poll(() => timeOf(frame)).toBeGreaterThan(0);
        expect(await runLine(frame, 'PUT user:42 ada')).toMatchObject({ ok: true });
        expect((await runLine(frame, 'STATUS')).text).toContain(storage);
        await expect(frame.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();

        await page.evaluate(() => scrollTo(0, 0));
        await expect
          .poll(async () => {
            const before = await timeOf(frame);
            await page.waitForTimeout(600);
            return (await timeOf(frame)) - before;
          })
          .toBe(0);
        await page.locator('iframe').scrollIntoViewIfNeeded();
        const before = await timeOf(frame);
        await expect.poll(() => timeOf(frame)).toBeGreaterThan(before);
        // What a person stopped does not start by itself when they come back.
        await frame.getByRole('button', { name: 'Pause', exact: true }).click();
        await page.evaluate(() => scrollTo(0, 0));
        await page.locator('iframe').scrollIntoViewIfNeeded();
        await expect(frame.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
      },
    );
  });
}

test('two frames of one address have runs, nodes and data of their own', async ({ page }) => {
  await withCourse(
    (site) => frameOf(`${site}?embed=1&seed=7&speed=1`, undefined).repeat(2),
    async (host) => {
      const [first, second] = await openFrames(page, host);
      if (first === undefined || second === undefined) throw new Error('there are not two frames');
      await page.locator('iframe').last().scrollIntoViewIfNeeded();
      for (const frame of [first, second]) await frame.evaluate(() => window.ringside.ready);
      expect(await runLine(first, 'PUT user:42 ada')).toMatchObject({ ok: true });
      expect(await runLine(second, 'GET user:42')).toMatchObject({ ok: true, value: null });
      expect((await snapshotOf(first)).runId).not.toBe((await snapshotOf(second)).runId);
    },
  );
});

const LONG = process.env.RINGSIDE_LONG === '1';
const THEMES = ['dark', 'light'] as const;

const SIZES = [
  [640, 400],
  [320, 240],
  [960, 560],
  [390, 620],
] as const;

// The other sizes, and the other theme, in the long run.
for (const [width, height] of LONG ? SIZES : SIZES.slice(0, 2)) {
  for (const theme of LONG ? THEMES : THEMES.slice(0, 1)) {
    test(`nothing is cut off or overlaps, and axe finds nothing: ${theme}, ${width} × ${height}`, async ({
      page,
    }, info) => {
      await page.setViewportSize({ width, height });
      await openCluster(page, `./?embed=1&preset=3x1&seed=7&panels=ring,console&theme=${theme}&speed=max`);
      await runLine(page, 'PUT user:42 ada');
      await runLine(page, 'KILL n1; PAUSE');
      await page.screenshot({ path: info.outputPath('embed.png') });
      expect(await layoutFaults(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
    });
  }
}

test('in a small frame one panel is shown at a time', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.setViewportSize({ width: 320, height: 240 });
  await openCluster(page, './?embed=1&panels=ring,console');
  const command = page.getByRole('combobox', { name: 'Command' });
  await expect(page.getByRole('group', { name: /Hash ring/ })).toBeVisible();
  await expect(command).toBeHidden();
  await page.getByRole('button', { name: 'Console' }).click();
  await expect(command).toBeVisible();
  await expect(page.getByRole('group', { name: /Hash ring/ })).toBeHidden();
});

test('only the named panels are there, in the theme asked for, and the link opens the whole page on the same', async ({
  page,
}) => {
  await page.setViewportSize({ width: 640, height: 400 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openCluster(page, './?embed=1&preset=5x16&seed=7&panels=raft,events&theme=light&speed=1/40');
  await expect(page.getByRole('region', { name: /^Shard s\d/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What happened, and why' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Command' })).toHaveCount(0);
  await expect(page.getByRole('slider', { name: 'speed' })).toHaveAttribute('aria-valuetext', /^1\/40: /);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(246, 247, 249)');
  const href = await page.getByRole('link', { name: 'Open in Ringside' }).getAttribute('href');
  expect(href).toBe('?preset=5x16&seed=7&panels=raft%2Cevents&theme=light&speed=1%2F40&sample=off');
  await openCluster(page, `./${href}`);
  const { nodes, shards, seed } = await snapshotOf(page);
  expect([nodes.length, shards.length, seed]).toEqual([5, 16, 7]);
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeVisible();
});

const REFUSED = ['preset=4x4', 'panels=ring,map', 'theme=pink', 'speed=fast', 'seed=x'];

for (const parameter of LONG ? REFUSED : REFUSED.slice(0, 2)) {
  test(`${parameter} is refused in the frame, with what it takes and a link without it`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 240 });
    await page.goto(`./?embed=1&${parameter}`);
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(`The address says ${parameter}, which is not possible: it takes `);
    expect(await layoutFaults(page)).toEqual([]);
    await alert.getByRole('link').click();
    await page.waitForURL(/\?embed=1$/);
    await page.evaluate(() => window.ringside.ready);
    await expect(page.getByRole('group', { name: /Hash ring/ })).toBeVisible();
  });
}
