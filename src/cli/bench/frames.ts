import type { Browser, Page } from '@playwright/test';
import { runLine, withPage } from './chromium-page.ts';
import { LOAD_TEXT, startEngineLoad } from './engine-load.ts';
import {
  type FrameCost,
  frameCosts,
  PARTS,
  type Part,
  percentile,
  type TraceRecord,
  USER_TIMING,
} from './frame-costs.ts';

/** What the page's main thread spends on a frame, measured in its own CPU time, so that a busy machine does not count. */
export interface FrameFigure {
  readonly name: string;
  readonly frames: number;
  /** Milliseconds; script, style and layout, for which there is a budget. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly budgetMs: number;
  /** 95th percentile of each part by itself. */
  readonly partsP95: Readonly<Record<Part, number>>;
  readonly note: string;
}

const SECONDS = 20;
const BUDGET_MS = 6;
/** What a single frame in twenty may take without the next one being late, at 60 a second. */
const FRAME_MS = 16;
const SLOWED_BUDGET_MS = 34;
const SLOW_DOWN = 4;
const IN_FLIGHT = 500;
/** Fewer say nothing: the page stood still, or the trace was not understood. */
const FRAMES_MIN = 100;
const CATEGORIES = ['-*', 'devtools.timeline', 'disabled-by-default-devtools.timeline', USER_TIMING];

const budgeted = ({ script, style, layout }: FrameCost): number => script + style + layout;

interface Traced {
  readonly costs: readonly FrameCost[];
  readonly note: string;
}

async function traced(page: Page, browser: Browser, during: () => Promise<string>): Promise<Traced> {
  await browser.startTracing(page, { categories: CATEGORIES });
  const note = await during();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceRecord[] };
  return { costs: frameCosts(traceEvents), note };
}

function figureOf(name: string, budgetMs: number, { costs, note }: Traced): FrameFigure {
  if (costs.length < FRAMES_MIN) throw new Error(`${name}: only ${costs.length} frames were seen in the trace`);
  const sums = costs.map(budgeted);
  const partP95 = (part: Part): number =>
    percentile(
      costs.map((cost) => cost[part]),
      0.95,
    );
  return {
    name,
    frames: costs.length,
    p50: percentile(sums, 0.5),
    p95: percentile(sums, 0.95),
    max: percentile(sums, 1),
    budgetMs,
    partsP95: Object.fromEntries(PARTS.map((part) => [part, partP95(part)])) as Record<Part, number>,
    note,
  };
}

const measure = async (
  name: string,
  budgetMs: number,
  page: Page,
  browser: Browser,
  during: () => Promise<string>,
): Promise<FrameFigure> => figureOf(name, budgetMs, await traced(page, browser, during));

/** Acts of a person, a second each, over and over until the time is up. */
async function act(page: Page, acts: readonly (() => Promise<unknown>)[], seconds = SECONDS): Promise<string> {
  for (let second = 0; second < seconds; second++) {
    // Also what a paused or busy page answers late takes no longer than its second.
    await Promise.all([page.waitForTimeout(1000), acts[second % acts.length]?.().catch(() => undefined)]);
  }
  return `${seconds} s`;
}

const click = (page: Page, name: RegExp) => (): Promise<void> =>
  page.getByRole('button', { name }).first().click({ timeout: 900 });

const clickNode = (page: Page) => (): Promise<void> => page.locator('.stage-node').first().click({ timeout: 900 });

const put = (page: Page) => (): Promise<unknown> => runLine(page, `PUT user:${Math.floor(Math.random() * 50)} ada`);

/** Counts messages in the page, as its scripts may. */
const COUNT_IN_FLIGHT = `
  window.inFlight = new Set();
  ringside.on('MessageSent', ({ id }) => inFlight.add(id));
  ringside.on('MessageDelivered', ({ id }) => inFlight.delete(id));
  ringside.on('MessageDropped', ({ id }) => inFlight.delete(id));`;

async function crowded(page: Page): Promise<void> {
  await runLine(page, 'RESET nodes=9 shards=64 seed=7');
  await page.evaluate(COUNT_IN_FLIGHT);
  await page.getByRole('button', { name: 'All shards' }).click();
  await runLine(page, 'SPEED 1');
  // In steps, so that no follower misses so many heartbeats at once that it calls an election.
  for (let delayMs = 50; delayMs <= 2000; delayMs += 50) {
    await runLine(page, `CONFIG link.delay=${delayMs}ms`);
    await runLine(page, 'RUN for=200ms');
    if ((await inFlight(page)) >= IN_FLIGHT * 1.2) break;
  }
  await runLine(page, 'SPEED 1/10');
  await runLine(page, 'PLAY');
}

const inFlight = (page: Page): Promise<number> => page.evaluate('inFlight.size');

/** The storage panel is drawn anew twice a second or so: this long, until there are FRAMES_MIN of such frames. */
const STORAGE_SECONDS = 60;
/** Fewer say nothing of a panel that shows an engine at work. */
const JOBS_MIN = 20;

/** Marks the frames in which the storage panel changes, and counts what the engine of n1 does: in the page, as its scripts may. */
const WATCH_STORAGE = `
  new MutationObserver(() => performance.mark('storage')).observe(document.querySelector('.storage'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  window.jobs = { flushes: 0, compactions: 0 };
  ringside.on('SSTablePublished', ({ node }) => { if (node === 1) jobs.flushes++; });
  ringside.on('CompactionFinished', ({ node }) => { if (node === 1) jobs.compactions++; });`;

/** 3×8 at the default speed, the storage panel open, while a client writes so much that its engine is always at work: all frames, and those that the panel is in. */
async function storageUnderLoad(page: Page, browser: Browser): Promise<readonly FrameFigure[]> {
  await page.getByRole('tab', { name: 'Storage' }).click();
  await page.getByRole('group', { name: 'Node' }).getByRole('button', { name: 'n1', exact: true }).click();
  await startEngineLoad(page);
  // Until there are levels to be shown.
  await page.waitForTimeout(15_000);
  await page.evaluate(WATCH_STORAGE);
  const all = await traced(page, browser, async () => {
    const took = await act(page, [], STORAGE_SECONDS);
    const { flushes, compactions } = (await page.evaluate('jobs')) as { flushes: number; compactions: number };
    if (flushes + compactions < JOBS_MIN)
      throw new Error(`n1 flushed ${flushes} times and compacted ${compactions} times: too little to be watched`);
    return `${took}, ${flushes} flushes and ${compactions} compactions of n1`;
  });
  const name = `3×8, auto, storage panel, ${LOAD_TEXT}`;
  const drawn = { ...all, costs: all.costs.filter(({ marked }) => marked) };
  return [figureOf(name, BUDGET_MS, all), figureOf(`${name}: the frames that draw the panel anew`, FRAME_MS, drawn)];
}

export async function benchFrames(): Promise<readonly FrameFigure[]> {
  const figures = await withPage('?storage=fresh&seed=7&sample=on', async (page, browser) => {
    await page.waitForTimeout(1000);
    const at = (name: string, during: () => Promise<string>) => measure(name, BUDGET_MS, page, browser, during);
    return [
      await at('3×8, auto, nothing done', () => act(page, [])),
      await at('3×8, auto, clicks, writes, kill, revive', () =>
        act(page, [put(page), clickNode(page), click(page, /^Kill n\d/), put(page), click(page, /^Revive n\d/)]),
      ),
      await runLine(page, 'SPEED 1/10').then(() =>
        at('3×8, speed 1/10, two writes a second', () =>
          act(page, [() => Promise.all([put(page)(), page.waitForTimeout(500).then(put(page))])]),
        ),
      ),
    ];
  });
  const storage = await withPage('?storage=fresh&seed=7&sample=on', storageUnderLoad);
  const slowed = await withPage('?storage=fresh&sample=off', async (page, browser) => {
    await crowded(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW_DOWN });
    return measure(`9×64, all shards, CPU ${SLOW_DOWN} times slower`, SLOWED_BUDGET_MS, page, browser, async () => {
      const counts: number[] = [];
      for (let second = 0; second < SECONDS; second++) {
        await page.waitForTimeout(1000);
        counts.push(await inFlight(page));
      }
      const least = Math.min(...counts);
      if (least < IN_FLIGHT) throw new Error(`only ${least} messages were in flight at a time, not ${IN_FLIGHT}`);
      return `${least} to ${Math.max(...counts)} messages in flight`;
    });
  });
  return [...figures, ...storage, slowed];
}

export function frameLine({ name, frames, p50, p95, max, budgetMs, partsP95, note }: FrameFigure): string {
  const ms = (value: number): string => value.toFixed(1);
  const verdict = p95 <= budgetMs ? 'within' : 'OVER';
  const parts = PARTS.map((part) => `${part} ${ms(partsP95[part])}`).join(', ');
  return `${name}: ${ms(p50)} / ${ms(p95)} / ${ms(max)} ms a frame (half, 95 %, all), ${verdict} ${budgetMs} ms; 95 % of ${parts}; ${frames} frames, ${note}`;
}

export const withinBudget = ({ p95, budgetMs }: FrameFigure): boolean => p95 <= budgetMs;
