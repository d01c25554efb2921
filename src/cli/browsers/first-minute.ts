import type { BrowserPage } from './browser.ts';
import {
  allLed,
  consoleText,
  findButton,
  poll,
  ready,
  runLine,
  runWaitingLine,
  snapshotOf,
  typeLine,
} from './cluster-page.ts';
import { expect, type Report } from './report.ts';

/** From the beginning of the navigation. */
const LEADERS_WITHIN_MS = 5_000;

interface WorkersAndDisks {
  /** Of each living node worker, the name of the Web Lock that it holds for life. */
  readonly locks: readonly string[];
  /** Browsing contexts and workers that hold them: as many as there are workers. */
  readonly holders: number;
  readonly databases: readonly string[];
}

/** What the browser itself says of node workers and databases of run `args[0]`; the page's own word is not asked. */
const WORKERS_AND_DISKS = `
  const ours = (await navigator.locks.query()).held.filter(({ name }) => name.startsWith('ringside:' + args[0] + ':n'));
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('ringside/' + args[0]));
  return { locks: ours.map(({ name }) => name.split(':')[2]).sort(), holders: new Set(ours.map(({ clientId }) => clientId)).size,
    databases: names.map((name) => name.split('/')[2]).sort() }`;

/** Nodes, one after the other, for comparison as text. */
const ALL = 'n1 n2 n3';

/** What the speed control says of the pace. */
const paceOf = (page: BrowserPage): Promise<string> =>
  page.run(`return document.querySelector('.speed-effect')?.textContent ?? ''`);

/** What a newcomer finds: sample data, quick time while nothing happens, a command that waits for Enter and then passes slowly. */
export async function checkOpening(report: Report, page: BrowserPage, address: string): Promise<void> {
  await report.journey([
    [
      'opens with sample data, at a pace that is quick while nothing happens',
      async () => {
        await page.open(`${address}?storage=fresh&seed=7&sample=on`);
        await ready(page);
        const { counters } = await snapshotOf(page);
        expect(counters.writes === 6 && counters.keys === 6, `counters: ${JSON.stringify(counters)}`);
        return poll(
          'quick time',
          () => paceOf(page),
          (text) => /^quick: nothing happens in s\d$/.test(text),
        );
      },
    ],
    [
      'Enter runs the command that waits, and its steps pass slowly',
      async () => {
        // Seen from inside: asked from outside, the slow stretch could be over between two questions.
        await page.run(`window.paces = [];
          const note = () => window.paces.push(document.querySelector('.speed-effect')?.textContent ?? '');
          new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })`);
        await runWaitingLine(page, /PUT user:42 ada[\s\S]*OK {2}term \d+ index \d+/);
        const paces = await page.run<readonly string[]>('return [...new Set(window.paces)]');
        const slow = paces.find((text) => /^slow: an? (operation|entry) in s\d/.test(text));
        expect(slow !== undefined, `the pace was: ${paces.join(' | ')}`);
        return slow;
      },
    ],
  ]);
}

/** Open, write, kill the leader by its button, read, revive, reload. */
export async function checkFirstMinute(report: Report, page: BrowserPage, address: string): Promise<void> {
  let runId = '';
  let leader = '';
  const state = async () => (await snapshotOf(page)).nodes.find(({ id }) => id === leader);
  const workersAndDisks = (): Promise<WorkersAndDisks> => page.run(WORKERS_AND_DISKS, runId);
  await report.journey([
    [
      `opens; every shard has a leader within ${LEADERS_WITHIN_MS / 1000} s`,
      async () => {
        // A seed of its own: no run that was left in this profile is taken up.
        await page.open(`${address}?seed=4242`);
        const elapsedMs = await page.run<number>(`for (;;) {
          const { shards } = window.ringside.snapshot();
          if (shards.length > 0 && shards.every(({ leader }) => leader !== null)) return performance.now();
          if (performance.now() > 20000) throw new Error('no leader for every shard in 20 s');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }`);
        expect(elapsedMs <= LEADERS_WITHIN_MS, `it took ${Math.round(elapsedMs)} ms`);
        ({ runId } = await snapshotOf(page));
        return `${Math.round(elapsedMs)} ms`;
      },
    ],
    [
      'says workers and IndexedDB, and the browser knows of both',
      async () => {
        const chip = await page.run<string>(`return document.querySelector('.host-chip').textContent`);
        expect(/3 workers · IndexedDB/.test(chip), `the chip says: ${chip}`);
        const { locks, holders, databases } = await workersAndDisks();
        expect(locks.join(' ') === ALL && holders === 3, `workers: ${locks.join(' ')} held by ${holders}`);
        expect(databases.join(' ') === ALL, `databases: ${databases.join(' ')}`);
        return chip.trim();
      },
    ],
    [
      'PUT is acknowledged',
      async () => {
        const said = await typeLine(
          page,
          'PUT user:42 ada',
          /OK {2}term \d+ index \d+ · [23]\/3 acks · .* from n[123], leader/,
        );
        leader = /from (n[123]), leader/.exec(said)?.[1] ?? '';
        return `by ${leader}`;
      },
    ],
    ['GET reads it', () => typeLine(page, 'GET user:42', /"ada" {2}from n[123], leader/).then(() => '')],
    [
      'the button Kill ends the leader’s worker; another leads',
      async () => {
        await page.click(findButton(`Kill ${leader}`));
        await poll(
          'the click in the console',
          () => consoleText(page),
          (text) => text.includes(`KILL ${leader} # clicked`),
        );
        await poll(`${leader} to be down`, state, (node) => node?.state === 'down');
        await poll(
          'its worker to be gone',
          workersAndDisks,
          ({ locks, holders }) => holders === 2 && !locks.includes(leader),
        );
        await poll(
          'other leaders',
          () => snapshotOf(page),
          (snapshot) => allLed(snapshot, leader),
        );
        return leader;
      },
    ],
    [
      'GET still answers',
      async () => {
        const said = await typeLine(page, 'GET user:42', /"ada" {2}from n[123], leader/);
        expect(!said.includes(`from ${leader},`), `answered by the dead: ${said}`);
        return /from n[123]/.exec(said)?.[0] ?? '';
      },
    ],
    [
      'PUT without it',
      () => typeLine(page, 'PUT user:42 grace', /OK {2}term \d+ index \d+ · 2\/3 acks/).then(() => ''),
    ],
    [
      'the button Revive brings it back from its disk',
      async () => {
        await runLine(page, 'SPEED 1');
        await page.click(findButton(`Revive ${leader}`));
        await poll(
          `${leader} to have recovered`,
          state,
          (node) => node?.state === 'up' && !node.recovering && node.boot === 2,
        );
        await poll('three workers', workersAndDisks, ({ locks, holders }) => holders === 3 && locks.join(' ') === ALL);
        return `boot 2 of ${leader}`;
      },
    ],
    [
      'a reload keeps run and data',
      async () => {
        await page.reload();
        await ready(page);
        await poll(
          'leaders',
          () => snapshotOf(page),
          (snapshot) => allLed(snapshot),
        );
        const after = await snapshotOf(page);
        expect(after.runId === runId, `another run was opened: ${after.runId}, not ${runId}`);
        await typeLine(page, 'GET user:42', /"grace" {2}from n[123], leader/);
        return '';
      },
    ],
    [
      'leaving the page and coming back by its address keeps them too',
      async () => {
        await page.open(`${address}favicon.svg`);
        await page.open(`${address}?seed=4242`);
        await ready(page);
        const { runId: back } = await snapshotOf(page);
        expect(back === runId, `another run was opened: ${back}, not ${runId}`);
        await typeLine(page, 'GET user:42', /"grace" {2}from n[123], leader/);
        return '';
      },
    ],
  ]);
}
