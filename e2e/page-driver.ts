import { expect, type Frame, type Locator, type Page } from '@playwright/test';
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

/** Lines that do not depend on one another, 32 under way at a time; the answers are in the order of the lines. */
export const runLines = (page: Page, lines: readonly string[]): Promise<readonly Answer[]> =>
  page.evaluate(async (texts) => {
    const answers: Answer[] = [];
    for (let at = 0; at < texts.length; at += 32) {
      answers.push(...(await Promise.all(texts.slice(at, at + 32).map((text) => window.ringside.run(text)))));
    }
    return answers;
  }, lines);

/**
 * The entries of the console that were typed. A click leaves one of its own, and that of a slider that was let go of comes some time
 * after: an entry is not told by how many there are of all kinds.
 */
export const typedEntries = (page: Page): Locator => page.locator('.console-entry:not(:has(.console-source))');

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
