import type { Page } from '@playwright/test';
import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { type Answer, openCluster, runLine, runLines, snapshotOf } from './page-driver.ts';
import { exposeWorkers } from './worker-faults.ts';

const ROUNDS = process.env.RINGSIDE_LONG === '1' ? 100 : 20;
const WRITES = 16;

/** Sixteen writes at once, each of a key of its own, and the end of a worker somewhere among them. */
function writeAndTerminate(page: Page, round: number, node: string, afterMs: number): Promise<readonly Answer[]> {
  return page.evaluate(
    async ({ round, node, afterMs, writes }) => {
      const { nodeWorkers } = window as unknown as { nodeWorkers: ReadonlyMap<string, Worker> };
      const answers = Array.from({ length: writes }, (_, i) =>
        window.ringside.run(`PUT r${round}-${i} v${round}-${i}`),
      );
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      nodeWorkers.get(node)?.terminate();
      return Promise.all(answers);
    },
    { round, node, afterMs, writes: WRITES },
  );
}

test(`${ROUNDS} workers ended under write load lose nothing acknowledged, and the run replays`, async ({ page }) => {
  test.setTimeout(600_000);
  await exposeWorkers(page);
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 10');
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
  const reads = await runLines(
    page,
    acknowledged.map((id) => `GET r${id} timeout=10s`),
  );
  acknowledged.forEach((id, i) => {
    expect(reads[i], `r${id}`).toMatchObject({ ok: true, value: `v${id}` });
  });
  await runLine(page, 'PAUSE');
  const saved = decodeRun(String((await runLine(page, 'SAVE')).value));
  expect(saved.actions.filter(({ action }) => action.type === 'Died')).toHaveLength(ROUNDS);
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
});
