import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { BrowserPage } from './browser.ts';

/** What a line of the console answered. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
  readonly value?: unknown;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** Finds by what the page calls them, so that a change of its layout is none for the checks. */
export const FIND_COMMAND_LINE = `return [...document.querySelectorAll('input, textarea')].find((field) =>
  field.ariaLabel === 'Command' || [...(field.labels ?? [])].some((label) => label.textContent.includes('Command'))) ?? null`;
export const findButton = (name: string): string =>
  `return [...document.querySelectorAll('button')].find((button) =>
    (button.ariaLabel ?? button.textContent.trim()) === ${JSON.stringify(name)}) ?? null`;

export const runLine = (page: BrowserPage, line: string): Promise<Answer> =>
  page.run('return window.ringside.run(args[0])', line);

export const snapshotOf = (page: BrowserPage): Promise<ClusterSnapshot> =>
  page.run('return window.ringside.snapshot()');

/** A driver may say that a page has loaded before its first script has run. */
export const ready = (page: BrowserPage): Promise<void> =>
  page.run(`while (window.ringside === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    await window.ringside.ready`);

/** All that the console has said. While it is empty it offers the very lines that are typed here: that does not count. */
export const consoleText = (page: BrowserPage): Promise<string> =>
  page.run(`const log = document.querySelector('[role=log][aria-label="Console output"]');
    // The panel's code may still be on its way.
    if (log === null) return '';
    const said = log.cloneNode(true);
    said.querySelector('.empty')?.remove();
    return said.textContent`);

/** Asks until `met` holds of the answer. Throws what it waited for and the last answer when it never does. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T>,
  met: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (met(answer)) return answer;
    if (Date.now() > deadlineMs) {
      throw new Error(`waited ${patienceMs / 1000} s for ${what}; last seen: ${JSON.stringify(answer)?.slice(0, 600)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What the console says from the last `line` in it on; empty while that is there no more than `before` times. */
export function saidAfter(text: string, line: string, before: number): string {
  return text.split(line).length - 1 > before ? text.slice(text.lastIndexOf(line)) : '';
}

/** The console's code comes after the page's, in some browsers well after its first leaders. */
async function commandLineIsThere(page: BrowserPage): Promise<void> {
  const isThere = (): Promise<boolean> => page.run(`return (() => {${FIND_COMMAND_LINE}})() !== null`);
  await poll('the command line', isThere, (there) => there);
}

/** Enter in the empty command line: what waits there runs. @returns what the console says, once it `matches`. */
export async function runWaitingLine(page: BrowserPage, matches: RegExp): Promise<string> {
  await commandLineIsThere(page);
  await page.typeLine(FIND_COMMAND_LINE, '');
  return poll(
    `the waiting command to answer ${matches}`,
    () => consoleText(page),
    (text) => matches.test(text),
  );
}

/** Types a line into the console with real keys. @returns what the console says below it, once it `matches`. */
export async function typeLine(page: BrowserPage, line: string, matches: RegExp, patienceMs?: number): Promise<string> {
  await commandLineIsThere(page);
  const before = (await consoleText(page)).split(line).length - 1;
  await page.typeLine(FIND_COMMAND_LINE, line);
  const said = async (): Promise<string> => saidAfter(await consoleText(page), line, before);
  return poll(`${line} to answer ${matches}`, said, (text) => matches.test(text), patienceMs);
}

/** Every shard is led, and by none but the living. */
export const allLed = ({ shards }: ClusterSnapshot, without?: string): boolean =>
  shards.length > 0 && shards.every(({ leader }) => leader !== null && leader !== without);
