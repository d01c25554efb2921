import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, runLines, snapshotOf } from './page-driver.ts';
import { breakWorker, corruptLog, exposeWorkers, loseDisk, terminateWorker } from './worker-faults.ts';

const nodeOf = async (page: Page, node: string): Promise<unknown> =>
  (await snapshotOf(page)).nodes.find(({ id }) => id === node);

async function expectCrashShown(page: Page, node: string, reason: RegExp): Promise<void> {
  await expect
    .poll(() => nodeOf(page, node))
    .toMatchObject({ state: 'down', crashReason: expect.stringMatching(reason) });
  await expect(page.locator('.stage').getByText('crashed', { exact: true })).toBeVisible();
  await expect(page.locator('.lane').filter({ hasText: 'Crashed' })).toContainText(node);
  const row = page.locator('.feed-row').filter({ hasText: 'crashed' }).first();
  await expect(row).toContainText(node);
  await expect(row.locator('.feed-why')).toHaveText(reason);
  await expect(page.getByRole('button', { name: `Revive ${node}` })).toBeVisible();
}

/** Every shard is led by somebody else, and keys of many shards can be written and read. */
async function expectOthersServe(page: Page, node: string, prefix: string): Promise<void> {
  await expect
    .poll(async () => (await snapshotOf(page)).shards.every(({ leader }) => leader !== null && leader !== node))
    .toBe(true);
  const keys = Array.from({ length: 12 }, (_, i) => `${prefix}${i}`);
  const writes = await runLines(
    page,
    keys.map((key) => `PUT ${key} v${key}`),
  );
  const reads = await runLines(
    page,
    keys.map((key) => `GET ${key}`),
  );
  keys.forEach((key, i) => {
    expect(writes[i], key).toMatchObject({ ok: true });
    expect(reads[i], key).toMatchObject({ ok: true, value: `v${key}` });
  });
}

async function expectRevives(page: Page, node: string): Promise<void> {
  expect(await runLine(page, `REVIVE ${node}`)).toMatchObject({ ok: true });
  await expect.poll(() => nodeOf(page, node)).toMatchObject({ state: 'up', recovering: false, crashReason: null });
  await expect(page.locator('.stage').getByText('crashed', { exact: true })).toHaveCount(0);
}

async function open(page: Page): Promise<void> {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  await runLine(page, 'PUT before crash');
}

test('a worker that ends by itself is shown as crashed, with the reason; the rest goes on; REVIVE brings it back', async ({
  page,
}) => {
  await exposeWorkers(page);
  await open(page);
  await terminateWorker(page, 'n2');
  await expectCrashShown(page, 'n2', /the worker ended/);
  await expectOthersServe(page, 'n2', 'a');
  expect(await runLine(page, 'KILL n2')).toMatchObject({
    ok: false,
    code: 'AlreadyDown',
    text: expect.stringMatching(/crashed/),
  });
  await expectRevives(page, 'n2');
  expect(await runLine(page, 'GET before')).toMatchObject({ value: 'crash' });
});

test.describe('an uncaught error', () => {
  test.use({ consoleAllowed: [/Cannot set properties of null/] });

  test('in a worker is shown as that node’s crash, with its text', async ({ page }) => {
    await exposeWorkers(page);
    await open(page);
    await breakWorker(page, 'n3');
    await expectCrashShown(page, 'n3', /Cannot set properties of null/);
    await expectOthersServe(page, 'n3', 'b');
    await expectRevives(page, 'n3');
  });
});

test('a corrupt log record crashes its node and no other, and the reason names the place', async ({ page }) => {
  await open(page);
  await runLines(
    page,
    Array.from({ length: 12 }, (_, i) => `PUT early${i} ${i}`),
  );
  await runLine(page, 'KILL n1');
  await corruptLog(page, (await snapshotOf(page)).runId, 'n1');
  expect(await runLine(page, 'REVIVE n1')).toMatchObject({ ok: true });
  await expectCrashShown(page, 'n1', /log record \d+/);
  await expectOthersServe(page, 'n1', 'c');
  const kept = await runLines(
    page,
    Array.from({ length: 12 }, (_, i) => `GET early${i}`),
  );
  kept.forEach((answer, i) => {
    expect(answer).toMatchObject({ value: String(i) });
  });
  // Nothing was "repaired": the next start finds the same place.
  await runLine(page, 'REVIVE n1');
  await expectCrashShown(page, 'n1', /log record \d+/);
});

test('a node whose disk the browser has taken away stays down and says so; the others have everything', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page);
  const { runId } = await snapshotOf(page);
  await runLine(page, 'SPEED 2');
  for (let i = 0; i < 5; i++) expect(await runLine(page, `PUT kept${i} ${i}`)).toMatchObject({ ok: true });
  // A page of the same origin without a cluster on it.
  await page.route('**/empty.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' }),
  );
  await page.goto('./empty.html');
  await loseDisk(page, runId, 'n1');
  await openCluster(page);
  await expectCrashShown(page, 'n1', /what this node had stored is gone/);
  await runLine(page, 'SPEED 2');
  for (let i = 0; i < 5; i++) expect(await runLine(page, `GET kept${i}`)).toMatchObject({ value: String(i) });
});

const DENIALS: readonly (readonly [string, string, RegExp])[] = [
  [
    'IndexedDB refuses',
    `IDBFactory.prototype.open = () => { throw new DOMException('denied here', 'SecurityError'); };`,
    /denied here/,
  ],
  ['there is no IndexedDB', `Object.defineProperty(self, 'indexedDB', { value: undefined });`, /no IndexedDB/],
  [
    'there are no Web Locks',
    `Object.defineProperty(WorkerNavigator.prototype, 'locks', { value: undefined });`,
    /no Web Locks/,
  ],
];

for (const [what, denial, reason] of process.env.RINGSIDE_LONG === '1' ? DENIALS : DENIALS.slice(0, 1)) {
  test(`where ${what}: memory, said on screen; a kill keeps the data, a reload does not`, async ({ page }) => {
    let denied = 0;
    // A page script cannot reach into the conductor's worker: the workers' file is served with the denial in front.
    await page.context().route(/ringside\.worker[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      denied++;
      await route.fulfill({ response, body: `${denial}\n${await response.text()}` });
    });
    await openCluster(page);
    expect(denied).toBeGreaterThan(0);
    const chip = page.locator('.host-chip-warn');
    await expect(chip).toContainText('3 workers · memory only: survives a kill, not a reload');
    await expect(chip).toBeInViewport();
    await expect(chip).toHaveAttribute('title', reason);
    await runLine(page, 'SPEED 2');
    expect(await runLine(page, 'PUT a 1')).toMatchObject({ ok: true });
    for (const node of ['n1', 'n2', 'n3']) expect(await runLine(page, `KILL ${node}`)).toMatchObject({ ok: true });
    for (const node of ['n1', 'n2', 'n3']) expect(await runLine(page, `REVIVE ${node}`)).toMatchObject({ ok: true });
    expect(await runLine(page, 'GET a timeout=10s')).toMatchObject({ ok: true, value: '1' });
    expect((await runLine(page, 'STATUS')).text).toMatch(/memory/);
    await page.reload();
    await page.evaluate(() => window.ringside.ready);
    await expect(chip).toContainText('memory only');
    expect(await runLine(page, 'GET a timeout=10s')).toMatchObject({ ok: true, value: null });
  });
}
