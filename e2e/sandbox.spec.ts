import { writeFile } from 'node:fs/promises';
import type { Frame, Page } from '@playwright/test';
import { replay } from '../src/sim/run.ts';
import { decodeRun, encodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { runLine, snapshotOf } from './page-driver.ts';
import { loadRun, scheduledRun } from './scheduled-run.ts';
import { type Site, serveSite } from './static-server.ts';
import { exposeWorkers, terminateWorker } from './worker-faults.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const PREFIX = '/app/';
const NODES = ['n1', 'n2', 'n3'];
// As GitHub Pages serves it: without this header no script of a page without an origin is loaded at all.
const READABLE = { 'access-control-allow-origin': '*' };

/** A course page of the same server with the simulator in a frame that has no origin. */
const coursePage = (sandbox: string): string =>
  `<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">
<iframe title="Ringside" sandbox="${sandbox}" src="${PREFIX}?storage=fresh" width="1200" height="700"></iframe></html>`;

const PAGES = {
  // The strictest sandbox that still runs scripts.
  '/course': coursePage('allow-scripts'),
  // SAVE downloads a file, which Chromium refuses with a warning without this.
  '/course-with-downloads': coursePage('allow-scripts allow-downloads'),
} as const;

const serve = (headers: Readonly<Record<string, string>> = {}): Promise<Site> =>
  serveSite({ prefix: PREFIX, headers: { ...READABLE, ...headers }, pages: PAGES });

/** The frame of the course page, its cluster led. */
async function openFrame(page: Page, site: Site, path: keyof typeof PAGES = '/course'): Promise<Frame> {
  await page.goto(`${site.origin}${path}`);
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  if (frame === null) throw new Error('the frame has no page');
  await frame.waitForFunction(() => 'ringside' in window);
  await frame.evaluate(() => window.ringside.ready);
  // Chromium's own word for it: nothing below means anything in a frame that has one.
  expect(await frame.evaluate(() => self.origin)).toBe('null');
  return frame;
}

async function expectReplays(where: Page | Frame): Promise<void> {
  await runLine(where, 'PAUSE');
  const saved = decodeRun(String((await runLine(where, 'SAVE')).value));
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
}

test.describe('in a frame without an origin', () => {
  let site: Site;
  test.beforeEach(async () => {
    site = await serve();
  });
  test.afterEach(() => site.close());

  test('every node is a worker that KILL ends, and its disk outlives it', async ({ page }) => {
    const frame = await openFrame(page, site, '/course-with-downloads');
    const chip = frame.locator('.host-chip-warn');
    await expect(chip).toContainText('3 inline workers · memory only: survives a kill, not a reload');
    await expect(chip).toHaveAttribute(
      'title',
      /^workers from an address are denied: this page has no origin .*; .*Web Locks/,
    );
    const addresses = page.workers().map((worker) => worker.url());
    expect(addresses).toHaveLength(4);
    for (const address of addresses) expect(address).toMatch(/^blob:null\//);
    expect((await runLine(frame, 'STATUS')).text).toMatch(/inline workers \+ memory, survives a kill, not a reload/);

    await runLine(frame, 'SPEED 2');
    for (let i = 0; i < 6; i++) expect(await runLine(frame, `PUT k${i} v${i}`)).toMatchObject({ ok: true });
    const leader = (await snapshotOf(frame)).shards[0]?.leader;
    expect(await runLine(frame, `KILL ${leader}`)).toMatchObject({ ok: true });
    await expect.poll(() => page.workers().length).toBe(3);
    expect(await runLine(frame, 'GET k0 timeout=10s')).toMatchObject({ ok: true, value: 'v0' });
    expect(await runLine(frame, `REVIVE ${leader}`)).toMatchObject({ ok: true });
    await expect.poll(() => page.workers().length).toBe(4);

    for (const node of NODES) expect(await runLine(frame, `KILL ${node}`)).toMatchObject({ ok: true });
    await expect.poll(() => page.workers().length).toBe(1);
    for (const node of NODES) expect(await runLine(frame, `REVIVE ${node}`)).toMatchObject({ ok: true });
    for (let i = 0; i < 6; i++) {
      expect(await runLine(frame, `GET k${i} timeout=10s`)).toMatchObject({ ok: true, value: `v${i}` });
    }
    expect(site.missing).toEqual([]);
    await expectReplays(frame);

    await runLine(frame, 'RESET');
    await expect.poll(() => page.workers().length).toBe(4);
    expect(await runLine(frame, 'GET k0 timeout=10s')).toMatchObject({ ok: true, value: null });
    expect((await runLine(frame, 'CHECK')).text).toMatch(/^linearizable {2}7 operations on 7 keys/);
  });

  test('a seeded run with kills gives the digest of Node', async ({ page }, info) => {
    test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
    const seconds = 30;
    const run = scheduledRun(5, seconds);
    const path = info.outputPath('run.json');
    await writeFile(path, encodeRun(run));
    const frame = await openFrame(page, site);
    const result = await loadRun(page, frame, path);
    expect(result, result.text).toMatchObject({ ok: true });
    expect(await snapshotOf(frame)).toMatchObject({ digest: run.digest, timeMs: seconds * 1000 });
    expect(await frame.locator('.host-chip').textContent()).toContain('3 inline workers');
  });

  test('a worker that ends by itself under load loses nothing acknowledged', async ({ page }) => {
    test.skip(!LONG, 'without Web Locks only silence tells of such an end: 20 s of it');
    await exposeWorkers(page);
    const frame = await openFrame(page, site, '/course-with-downloads');
    await runLine(frame, 'SPEED 2');
    const writes = Array.from({ length: 16 }, (_, i) => runLine(frame, `PUT w${i} v${i} timeout=20s`));
    await terminateWorker(frame, 'n2');
    const answers = await Promise.all(writes);
    expect(answers.some(({ ok }) => ok)).toBe(true);
    const stateOf = async (): Promise<unknown> => (await snapshotOf(frame)).nodes.find(({ id }) => id === 'n2');
    await expect
      .poll(stateOf, { timeout: 40_000 })
      .toMatchObject({ state: 'down', crashReason: expect.stringMatching(/did not answer/) });
    expect(await runLine(frame, 'REVIVE n2')).toMatchObject({ ok: true });
    await expect.poll(stateOf).toMatchObject({ state: 'up', recovering: false });
    for (const [i, { ok }] of answers.entries()) {
      const read = await runLine(frame, `GET w${i} timeout=20s`);
      if (ok) expect(read).toMatchObject({ ok: true, value: `v${i}` });
    }
    await expectReplays(frame);
  });
});

test.describe('where a Content-Security-Policy', () => {
  test.use({ consoleAllowed: [/violates the following Content Security Policy directive: "worker-src /] });

  test('forbids inline workers too, nodes are in process, and the chip says why', async ({ page }) => {
    const site = await serve({ 'content-security-policy': "worker-src 'self'" });
    try {
      const frame = await openFrame(page, site);
      const chip = frame.locator('.host-chip-warn');
      await expect(chip).toContainText('one thread · memory only: survives a kill, not a reload');
      await expect(chip).toHaveAttribute('title', /inline workers are denied: .*Content-Security-Policy.*worker-src/);
      expect(page.workers()).toHaveLength(0);
      await runLine(frame, 'SPEED 2');
      expect(await runLine(frame, 'PUT a 1')).toMatchObject({ ok: true });
      for (const node of NODES) expect(await runLine(frame, `KILL ${node}`)).toMatchObject({ ok: true });
      for (const node of NODES) expect(await runLine(frame, `REVIVE ${node}`)).toMatchObject({ ok: true });
      expect(await runLine(frame, 'GET a timeout=10s')).toMatchObject({ ok: true, value: '1' });
      expect((await runLine(frame, 'CHECK')).text).toMatch(/^linearizable {2}8 operations on 7 keys/);
    } finally {
      site.close();
    }
  });

  test('allows only inline workers, a page with an origin still has its databases', async ({ page }) => {
    const site = await serve({ 'content-security-policy': 'worker-src blob:' });
    try {
      await page.goto(`${site.origin}${PREFIX}`);
      await page.evaluate(() => window.ringside.ready);
      await expect(page.locator('.host-chip')).toContainText('3 inline workers · IndexedDB');
      expect(page.workers()).toHaveLength(4);
      await runLine(page, 'SPEED 2');
      expect(await runLine(page, 'PUT a 1')).toMatchObject({ ok: true });
      await runLine(page, 'KILL n1; REVIVE n1');
      await page.reload();
      await page.evaluate(() => window.ringside.ready);
      expect(await runLine(page, 'GET a timeout=10s')).toMatchObject({ ok: true, value: '1' });
    } finally {
      site.close();
    }
  });
});
