import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import { runLine, snapshotOf } from './page-driver.ts';

/** Moments of a run at which the screen must be understood. Each follows from seed, configuration and lines typed while time stands: the same in every visit. */
export const STATES = ['rest', 'election', 'partition', 'dead', 'worked'] as const;
export type State = (typeof STATES)[number];

export interface ClusterSize {
  readonly nodes: number;
  readonly shards: number;
}

export const CLUSTERS: readonly ClusterSize[] = [
  { nodes: 3, shards: 1 },
  { nodes: 3, shards: 8 },
  { nodes: 5, shards: 16 },
  { nodes: 9, shards: 64 },
];

/** Quick, but not so quick that single events are left out of what the page is told. */
const SPEED = 20;
const SEED = 7;
/** Every state begins here: leaders are elected and the sample data written; boot never lasts longer than five virtual seconds. */
const START_MS = 6000;
/** After the leader's death: followers ask for votes between 120 and 260 ms after it. */
const ELECTION_MS = 190;
const GRID_MS = 5;
const OPERATIONS = 500;
const KEYS = 40;

/** Opens a new run and brings it to a state; time stands in it. `more`: further parameters of the address. */
export async function openState(page: Page, { nodes, shards }: ClusterSize, state: State, more = ''): Promise<void> {
  // So slow that hardly any time passes before PAUSE, however late that comes.
  await page.goto(`./?storage=fresh&seed=${SEED}&nodes=${nodes}&shards=${shards}&speed=0.0001${more}`);
  await page.evaluate(() => window.ringside.ready);
  await run(page, 'PAUSE');
  await run(page, `SPEED ${SPEED}`);
  await runTo(page, START_MS);
  await REACH[state](page, nodes);
  await drawn(page);
}

const REACH: Readonly<Record<State, (page: Page, nodes: number) => Promise<void>>> = {
  rest: async () => undefined,
  election: async (page) => {
    await run(page, `KILL ${await focusedLeader(page)}`);
    await runTo(page, START_MS + ELECTION_MS);
  },
  partition: async (page, nodes) => {
    const leader = await focusedLeader(page);
    const others = Array.from({ length: nodes }, (_, i) => `n${i + 1}`).filter((name) => name !== leader);
    const minority = [leader, ...others.slice(0, Math.floor((nodes - 1) / 2) - 1)];
    await run(page, `PARTITION ${minority.join(' ')} | ${others.filter((name) => !minority.includes(name)).join(' ')}`);
    await runTo(page, START_MS + 5000);
  },
  dead: async (page, nodes) => {
    for (let node = 1; node <= nodes; node++) await run(page, `KILL n${node}`);
    await runTo(page, START_MS + 500);
  },
  worked: async (page) => {
    await run(page, 'SPEED 1000');
    for (let i = 0; i < OPERATIONS; i += 50) {
      const lines = Array.from({ length: 50 }, (_, j) =>
        (i + j) % 3 === 2 ? `GET key:${(i + j) % KEYS}` : `PUT key:${(i + j) % KEYS} value-${i + j}`,
      );
      await run(page, lines.join('; '));
    }
    await run(page, `SPEED ${SPEED}`);
    await runToGrid(page);
  },
};

async function run(page: Page, line: string): Promise<void> {
  const { ok, text } = await runLine(page, line);
  if (!ok) throw new Error(`${line.slice(0, 60)}: ${text.slice(0, 300)}`);
}

const timeMs = async (page: Page): Promise<number> => (await snapshotOf(page)).timeMs;

/** Lets virtual time pass up to a moment. */
async function runTo(page: Page, untilMs: number): Promise<void> {
  const us = Math.round((untilMs - (await timeMs(page))) * 1000);
  if (us <= 0) throw new Error(`it is later than ${untilMs} ms already`);
  await run(page, `RUN for=${us}us`);
  expect(await timeMs(page)).toBe(untilMs);
}

/** An operation ends with a round, whose length depends on the machine: on to the next moment that does not. */
const runToGrid = async (page: Page): Promise<void> =>
  runTo(page, (Math.floor((await timeMs(page)) / GRID_MS) + 2) * GRID_MS);

const focusedLeader = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { shards } = window.ringside.snapshot();
    const focused = document.querySelector<HTMLElement>('.shard-button[aria-pressed=true]')?.textContent ?? 's0';
    return shards.find(({ id }) => id === focused)?.leader ?? 'n1';
  });

/** Everything that was reported is drawn: fonts are there, the clock shows the cluster's time and stands, the panes have their sizes. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await expect
    .poll(() => page.evaluate(() => Number(document.querySelector('.clock > span')?.textContent) * 1000))
    .toBeGreaterThanOrEqual((await timeMs(page)) - 1);
  await page.evaluate(async () => {
    const look = () => {
      const boxes = [...document.querySelectorAll('.clock, .stage-field, .power-button, .pane')];
      return boxes.map((box) => JSON.stringify(box.getBoundingClientRect()) + box.textContent).join();
    };
    let before = '';
    for (let same = 0; same < 4; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = look();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  });
}
