import { expect, test } from './fixtures.ts';
import { expectEnded, expectReadBack, expectReplays, revive, runAndTerminate } from './kill-rounds.ts';
import { openCluster, runLine } from './page-driver.ts';
import { exposeWorkers } from './worker-faults.ts';

const ROUNDS = process.env.RINGSIDE_LONG === '1' ? 100 : 20;
const WRITES = 16;

test(`${ROUNDS} workers ended under write load lose nothing acknowledged, and the run replays`, async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  test.setTimeout(600_000);
  await exposeWorkers(page);
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 10');
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    const node = `n${1 + (round % 3)}`;
    const moment = `round ${round}`;
    // Sixteen writes at once, each of a key of its own.
    const writes = Array.from({ length: WRITES }, (_, i) => [`r${round}-${i}`, `v${round}-${i}`] as const);
    const lines = writes.map(([key, value]) => `PUT ${key} ${value}`);
    const answers = await runAndTerminate(page, lines, node, { answers: 0, afterMs: (round * 7) % 40 });
    answers.forEach((answer, i) => {
      const [key, value] = writes[i] as (typeof writes)[number];
      if (answer.ok) acknowledged.set(key, value);
    });
    await expectEnded(page, node, moment);
    await revive(page, node, moment);
  }
  expect(acknowledged.size).toBeGreaterThan((ROUNDS * WRITES) / 2);
  await runLine(page, 'SPEED max');
  await expectReadBack(page, acknowledged);
  const { actions } = await expectReplays(page, () => undefined);
  expect(actions.filter(({ action }) => action.type === 'Died')).toHaveLength(ROUNDS);
});
