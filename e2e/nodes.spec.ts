import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { bucketsOf } from './worker-faults.ts';

// moves.spec is the short form of it.
test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');

test('nodes come and disks go, in workers on IndexedDB: over kills and a reload, and the whole replays in Node', async ({
  page,
}) => {
  await openCluster(page);
  const { runId } = await snapshotOf(page);
  const node = async (id: string) => (await snapshotOf(page)).nodes.find((each) => each.id === id);
  const everyShardLed = async () => (await snapshotOf(page)).shards.every(({ leader }) => leader !== null);
  await runLine(page, 'SPEED 2');
  expect(await runLine(page, 'PUT k v')).toMatchObject({ ok: true });
  expect(await runLine(page, 'ADD')).toMatchObject({
    ok: true,
    text: expect.stringContaining('n4 is started and asks to join'),
  });
  await expect.poll(() => node('n4')).toMatchObject({ state: 'up', recovering: false, membership: 'normal' });
  await expect(page.getByRole('toolbar', { name: 'Nodes' }).getByRole('button', { name: /^n4\. / })).toBeVisible();
  expect(await runLine(page, 'KILL n4')).toMatchObject({ ok: true });
  expect(await runLine(page, 'REVIVE n4')).toMatchObject({ ok: true });

  expect(await runLine(page, 'WIPE n2')).toMatchObject({ ok: true });
  expect(await runLine(page, 'WIPE n3')).toMatchObject({ ok: false, code: 'WouldLoseShard' });
  await expect.poll(() => node('n2')).toMatchObject({ state: 'up', incarnation: 2, membership: 'normal' });
  await expect.poll(everyShardLed).toBe(true);
  expect(await runLine(page, 'GET k')).toMatchObject({ ok: true, value: 'v' });

  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  await expect.poll(everyShardLed).toBe(true);
  expect((await snapshotOf(page)).runId).toBe(runId);
  expect(
    (await snapshotOf(page)).nodes.map(({ id, incarnation, membership }) => `${id} ${incarnation} ${membership}`),
  ).toEqual(['n1 1 normal', 'n2 2 normal', 'n3 1 normal', 'n4 1 normal']);
  expect(await runLine(page, 'GET k')).toMatchObject({ ok: true, value: 'v' });
  await runLine(page, 'PAUSE');
  const saved = decodeRun(String((await runLine(page, 'SAVE')).value));
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });

  expect(await runLine(page, 'RESET')).toMatchObject({ ok: true });
  expect((await bucketsOf(page)).filter((name) => name.includes(runId))).toEqual([]);
  expect((await snapshotOf(page)).nodes.length).toBe(3);
});
