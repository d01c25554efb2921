import { type Browser, chromium, type Page } from '@playwright/test';
import { serveSite } from '../serve-site.ts';

const PORT = Number(process.env.RINGSIDE_BENCH_PORT ?? 41_738);

export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

interface Scripted {
  readonly ringside: { readonly ready: Promise<void>; run(line: string): Promise<Answer> };
}

export const runLine = (page: Page, text: string): Promise<Answer> =>
  page.evaluate((line) => (globalThis as unknown as Scripted).ringside.run(line), text);

/** Opens the built site in Chromium, works with it, and closes everything. */
export async function withPage<T>(query: string, work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const site = await serveSite(PORT);
  const browser = await chromium.launch({
    executablePath: process.env.RINGSIDE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${site.address}${query}`);
    await page.evaluate(() => (globalThis as unknown as Scripted).ringside.ready);
    return await work(page, browser);
  } finally {
    await browser.close();
    site.close();
  }
}
