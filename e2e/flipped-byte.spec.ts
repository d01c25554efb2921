import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, runLines, snapshotOf } from './page-driver.ts';
import { flipInTables } from './worker-faults.ts';

const KEYS = Array.from({ length: 12 }, (_, i) => `k${i}`);

/** On one shard, which n1 … n3 hold, in tables. */
async function prepare(page: Page): Promise<string> {
  await openCluster(page, './?storage=fresh&preset=3x1&sample=off');
  await runLine(page, 'SPEED 4');
  for (const key of KEYS) expect(await runLine(page, `PUT ${key} of-${key}`)).toMatchObject({ ok: true });
  for (const node of ['n1', 'n2', 'n3']) expect(await runLine(page, `FLUSH ${node}`)).toMatchObject({ ok: true });
  await runLine(page, 'RUN for=1s');
  await runLine(page, 'PLAY');
  return (await snapshotOf(page)).runId;
}

/** Whoever is asked, nobody says anything else than what was written. */
async function expectNoOtherValue(page: Page): Promise<void> {
  const lines = KEYS.flatMap((key) => ['lease', '1', '2'].map((level) => `GET ${key} r=${level}`));
  const answers = await runLines(page, lines);
  expect(answers.map(({ value }) => value)).toEqual(lines.map((line) => `of-${line.split(' ')[1]}`));
}

const feedLine = (page: Page, text: RegExp) => page.getByRole('button', { name: text }).first();

test('one flipped bit in a table of one replica, in IndexedDB: it is found, named and repaired, and no read is wrong meanwhile', async ({
  page,
}) => {
  const runId = await prepare(page);
  const leader = (await snapshotOf(page)).shards[0]?.leader;
  const victim = leader === 'n2' ? 'n3' : 'n2';
  // Without a checksum it would be another value.
  expect(await flipInTables(page, runId, victim, 'of-k7')).toBe(true);
  await expectNoOtherValue(page);
  expect(await runLine(page, `SCRUB ${victim}`)).toMatchObject({ ok: true });
  await expect(feedLine(page, new RegExp(`${victim} found block \\d+ of table \\d+ corrupt.*s0`, 's'))).toBeVisible();
  await expectNoOtherValue(page);
  await expect(feedLine(page, new RegExp(`${victim} rebuilt its replica of s0`, 's'))).toBeVisible();
  const why = await runLine(page, 'WHY s0');
  expect(why.text).toMatch(
    new RegExp(
      `${victim} found block \\d+ of table \\d+ corrupt, which holds a part of s0[\\s\\S]*${victim} serves s0 again`,
    ),
  );
  await expectNoOtherValue(page);
  await runLine(page, `SCRUB ${victim}`);
  await expect(feedLine(page, /every checksum is right/)).toBeVisible();
});

test('a row whose checksum is right and whose value is not is found by REPAIR, and put right', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await prepare(page);
  const leader = (await snapshotOf(page)).shards[0]?.leader;
  const victim = leader === 'n2' ? 'n3' : 'n2';
  expect(await runLine(page, `DISK ${victim} corrupt row key=k3`)).toMatchObject({ ok: true });
  // Nothing but a comparison could tell.
  await runLine(page, `SCRUB ${victim}`);
  expect(await runLine(page, 'REPAIR s0')).toMatchObject({ ok: true });
  await expect
    .poll(async () => (await runLine(page, 'WHY s0')).text)
    .toMatch(new RegExp(`${victim} serves s0 again: what differed was put right`));
  expect(await runLine(page, `GET k3 r=1 via=${victim}`)).toMatchObject({ value: 'of-k3', caution: 'may be stale' });
  await expect(page.locator('.console-caution').filter({ hasText: 'may be stale' }).first()).toBeVisible();
  await expectNoOtherValue(page);
});
