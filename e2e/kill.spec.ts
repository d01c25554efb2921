import type { Page } from '@playwright/test';
import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { type Answer, openCluster, runLine, snapshotOf } from './page-driver.ts';

const ROUNDS = process.env.RINGSIDE_LONG === '1' ? 100 : 20;
const WRITES = 16;

/** Lets a test end workers behind the application's back: no crash cut, real transactions in flight. */
async function exposeWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const workers = new Map<string, Worker>();
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        const node = /^ringside (n\d+) /.exec(options?.name ?? '')?.[1];
        if (node !== undefined) workers.set(node, this);
      }
    };
    Object.assign(window, { terminateNode: (node: string) => workers.get(node)?.terminate() });
  });
}

/** Sixteen writes at once, each of a key of its own, and the end of a worker somewhere among them. */
function writeAndTerminate(page: Page, round: number, node: string, afterMs: number): Promise<readonly Answer[]> {
  return page.evaluate(
    async ({ round, node, afterMs, writes }) => {
      const { terminateNode } = window as unknown as { terminateNode: (node: string) => void };
      const answers = Array.from({ length: writes }, (_, i) =>
        window.ringside.run(`PUT r${round}-${i} v${round}-${i}`),
      );
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      terminateNode(node);
      return Promise.all(answers);
    },
    { round, node, afterMs, writes: WRITES },
  );
}

test(`${ROUNDS} workers ended under write load lose nothing acknowledged, and the run replays`, async ({ page }) => {
  test.setTimeout(600_000);
  await exposeWorkers(page);
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 2');
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const node = `n${1 + (round % 3)}`;
    const answers = await writeAndTerminate(page, round, node, (round * 7) % 40);
    answers.forEach((answer, i) => {
      if (answer.ok) acknowledged.push(`${round}-${i}`);
    });
    const stateOf = async (): Promise<unknown> => (await snapshotOf(page)).nodes.find(({ id }) => id === node);
    await expect.poll(stateOf).toMatchObject({ state: 'down', crashReason: expect.stringMatching(/ended/) });
    expect(await runLine(page, `REVIVE ${node}`)).toMatchObject({ ok: true });
    await expect.poll(stateOf).toMatchObject({ state: 'up', recovering: false, crashReason: null });
  }
  expect(acknowledged.length).toBeGreaterThan((ROUNDS * WRITES) / 2);
  await runLine(page, 'SPEED max');
  for (const id of acknowledged) {
    expect(await runLine(page, `GET r${id} timeout=10s`), `r${id}`).toMatchObject({ ok: true, value: `v${id}` });
  }
  await runLine(page, 'PAUSE');
  const saved = decodeRun(String((await runLine(page, 'SAVE')).value));
  expect(saved.actions.filter(({ action }) => action.type === 'Died')).toHaveLength(ROUNDS);
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
});
