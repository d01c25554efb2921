import type { BrowserPage, StorageMode } from './browser.ts';
import { ready, runLine } from './cluster-page.ts';
import { expect, type Report } from './report.ts';

/** What the page must find: a private window keeps its databases until it is closed, blocked site data leaves memory alone. */
const EXPECTED: Readonly<Record<Exclude<StorageMode, 'normal'>, RegExp>> = {
  private: /3 workers · IndexedDB/,
  denied: /memory only/,
};

/** The page says what it runs on, and serves, kills and revives on it. */
export async function checkStorage(
  report: Report,
  page: BrowserPage,
  address: string,
  mode: Exclude<StorageMode, 'normal'>,
): Promise<void> {
  await report.check(`storage ${mode}: says so, writes, kills, revives, reads`, async () => {
    await page.open(address);
    await ready(page);
    const [chip, reason] = await page.run<readonly [string, string]>(
      `const chip = document.querySelector('.host-chip'); return [chip.textContent, chip.title]`,
    );
    expect(EXPECTED[mode].test(chip), `the chip says: ${chip}`);
    for (const line of ['SPEED 1', 'PUT a 1', 'KILL n1', 'GET a', 'REVIVE n1', 'GET a']) {
      const { ok, text, value } = await runLine(page, line);
      expect(ok, `${line}: ${text}`);
      expect(line !== 'GET a' || value === '1', `${line} reads ${JSON.stringify(value)}`);
    }
    return reason === '' ? chip.trim() : `${chip.trim()} (${reason})`;
  });
}
