import { expect, type Frame, type Page } from '@playwright/test';
import type { ClusterSnapshot } from '../src/core/cluster/snapshot.ts';

/** What a line of the console answered. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
  readonly value?: unknown;
  readonly code?: string;
}

declare global {
  interface Window {
    readonly ringside: {
      readonly ready: Promise<void>;
      run(line: string): Promise<Answer>;
      snapshot(): ClusterSnapshot;
    };
  }
}

/** Opens the page and waits until every shard has a leader. */
export async function openCluster(page: Page, address = './'): Promise<void> {
  // Tests count what they write: no sample data, unless they ask for it.
  const url = /[?&]sample=/.test(address) ? address : `${address}${address.includes('?') ? '&' : '?'}sample=off`;
  await page.goto(url);
  await page.evaluate(() => window.ringside.ready);
}

export const runLine = (page: Page | Frame, line: string): Promise<Answer> =>
  page.evaluate((text) => window.ringside.run(text), line);

export const snapshotOf = (page: Page | Frame): Promise<ClusterSnapshot> =>
  page.evaluate(() => window.ringside.snapshot());

/** The tabs that there are, in order: those of the inspector, or those of a narrow page. */
export const tabNames = (page: Page): Promise<readonly string[]> => page.getByRole('tab').allTextContents();

/** Brings a panel into view where there is not room for all, and waits until its code is there and it is drawn. */
export async function showTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await expect(page.getByRole('tabpanel', { name }).locator('section').first()).toBeVisible();
}

/** Where there is not room for all, the console is behind a tab. */
export async function showConsole(page: Page): Promise<void> {
  if ((await tabNames(page)).some((name) => name.includes('Console'))) await showTab(page, 'Console');
}
