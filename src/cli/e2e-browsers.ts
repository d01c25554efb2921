import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SavedRun } from '../core/cluster/run.ts';
import type { Browser, BrowserKind, StorageMode } from './browsers/browser.ts';
import { checkDigests, referenceRun } from './browsers/digest-checks.ts';
import { findBrowsers, THIS_MACHINE } from './browsers/find-browsers.ts';
import { checkFirstMinute, checkOpening } from './browsers/first-minute.ts';
import { expect, Report } from './browsers/report.ts';
import { checkStorage } from './browsers/storage-checks.ts';
import { serveSite } from './serve-site.ts';

const PORT = Number(process.env.RINGSIDE_E2E_PORT ?? 41_739);
const SEEDS = [1, 2, 3];
const RESULTS = join(import.meta.dirname, '..', '..', 'test-results');

/** Launching is a check of its own: a browser that is installed and does not start has failed. */
async function withBrowser(
  report: Report,
  kind: BrowserKind,
  storage: StorageMode,
  work: (browser: Browser) => Promise<void>,
): Promise<void> {
  let browser: Browser | undefined;
  await report.check(storage === 'normal' ? 'starts' : `starts with storage ${storage}`, async () => {
    browser = await kind.launch(storage);
    return browser.name;
  });
  if (browser === undefined) return;
  const { page, close } = browser;
  const failedBefore = report.failed;
  try {
    await work(browser);
    await report.check(`nothing to complain of (${kind.complaintsCover})`, async () => {
      const complaints = await page.complaints();
      expect(complaints.length === 0, complaints.join(' | '));
      return '';
    });
    if (report.failed === failedBefore) return;
    mkdirSync(RESULTS, { recursive: true });
    const file = join(RESULTS, `${kind.name}-${storage}.png`.toLowerCase());
    writeFileSync(file, await page.screenshot());
    console.log(`          how the page looked: ${file}`);
  } catch (error) {
    await report.check('the browser answers', () => Promise.reject(error));
  } finally {
    await close();
  }
}

async function checkKind(report: Report, kind: BrowserKind, address: string, runs: readonly SavedRun[]): Promise<void> {
  for (const storage of kind.storageModes) {
    await withBrowser(report, kind, storage, async ({ page }) => {
      if (storage !== 'normal') return checkStorage(report, page, address, storage);
      await checkDigests(report, page, address, runs);
      await checkOpening(report, page, address);
      await checkFirstMinute(report, page, address);
    });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const found = findBrowsers(THIS_MACHINE);
  const kinds = found.kinds.filter(({ name }) => values.only === undefined || name === values.only);
  const missing = values.only === undefined ? found.missing : [];
  if (values.only !== undefined && kinds.length === 0) {
    throw new Error(
      `no browser named ${values.only} was found; there is ${found.kinds.map(({ name }) => name).join(', ') || 'none'}`,
    );
  }
  const report = new Report((line) => console.log(line));
  if (kinds.length > 0) {
    const runs = SEEDS.map(referenceRun);
    const site = await serveSite(PORT);
    try {
      for (const kind of kinds) {
        console.log(kind.name);
        await checkKind(report, kind, site.address, runs);
      }
    } finally {
      site.close();
    }
  }
  for (const sentence of missing) console.log(`not run  ${sentence}`);
  console.log(
    `${report.passed} passed, ${report.failed} failed, ${missing.length} of ${kinds.length + missing.length} browsers not run`,
  );
  process.exitCode = report.failed === 0 ? 0 : 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
