import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

/** Of two walks for the same row the one that came first brought it: the other found nothing left to do. */
async function pickExchange(panel: Locator): Promise<void> {
  const walked = panel.getByRole('combobox', { name: 'Comparison' });
  const names = await walked.getByText(/^eventual: .*1 leaf$/).allTextContents();
  for (const name of names) {
    await walked.selectOption(name);
    if ((await panel.getByRole('cell', { name: /is gone$/ }).count()) > 0) return;
  }
  throw new Error(`no walk exchanged a row: ${names.join('; ')}`);
}

test('a row that nobody wrote is found by the trees, fetched and mended, and the panel shows each step of it', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1&speed=max');
  await settle(page);
  await runLine(page, 'PUT user:42 ada');
  await showTab(page, 'Anti-entropy');
  const panel = page.getByRole('tabpanel', { name: 'Anti-entropy' });
  await expect(panel.getByText(/have not been compared yet/)).toBeVisible();
  const held = panel.getByRole('table').filter({ hasText: 'version' });
  expect(await violations(page, { within: '.anti-entropy' })).toEqual([]);

  await panel.getByRole('button', { name: 'Compare the replicas' }).click();
  await runLine(page, 'RUN for=1s');
  await expect(panel.getByText('✓ all roots are equal')).toBeVisible();
  await expect(
    panel.getByRole('img', { name: /^Merkle tree of n\d: root equal; inner nodes never compared$/ }),
  ).toHaveCount(2);
  await expect(held.getByText('in step')).toHaveCount(3);
  await expect(held.getByText('"ada"')).toHaveCount(3);
  expect(await layoutFaults(page)).toEqual([]);

  await runLine(page, 'PAUSE');
  await panel.getByRole('button', { name: /^Damage user:42 on n\d$/ }).click();
  await expect(held.getByText('"ad!"')).toBeVisible();
  await expect(held.getByText('✕ differs, and nobody has noticed yet')).toBeVisible();

  await panel.getByRole('button', { name: 'Compare the replicas' }).click();
  await runLine(page, 'RUN for=2s');
  await expect(panel.getByText(/✕ a majority contradicts n\d|✓ all roots are equal/)).toBeVisible();
  const words = /root differs; of 33 inner nodes \d+ differs; 1 of 1025 leaves differs$/;
  await expect(panel.getByRole('img', { name: words })).toHaveCount(2);
  await expect(panel.getByText(/65 hashes and \d+ rows?/)).toBeVisible();
  await expect(panel.getByRole('row', { name: /user:42 "ad!" "ada" n\d takes "ada"/ })).toBeVisible();
  await expect(panel.getByText('✓ sound again')).toBeVisible();
  await expect(held.getByText('in step')).toHaveCount(3);
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.anti-entropy' })).toEqual([]);
});

test('siblings and tombstones that a sync exchanges are told as such', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1&speed=max');
  await settle(page);
  await runLine(page, 'USE eventual');
  await runLine(page, 'CONSISTENCY quorum=strict');
  expect((await runLine(page, 'PUT cart:7 full w=3')).text).toMatch(/^OK {2}/);
  await runLine(page, 'PARTITION n1 | n2 n3');
  expect((await runLine(page, 'DELETE cart:7 via=n2')).text).toMatch(/^OK {2}/);
  // Longer than anybody asks again: what was missed is left to a sync.
  await runLine(page, 'RUN for=8s; HEAL; RUN for=6s; PAUSE');
  await showTab(page, 'Anti-entropy');
  const panel = page.getByRole('tabpanel', { name: 'Anti-entropy' });
  await pickExchange(panel);
  await expect(panel.getByRole('row', { name: /cart:7 .* n\d deletes it; "full" is gone$/ })).toBeVisible();
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.anti-entropy' })).toEqual([]);
});

test('in the eventual keyspace: both sides of a partition write, the panel shows who holds what and what wins, and they converge', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1&speed=max');
  await settle(page);
  await runLine(page, 'USE eventual');
  await runLine(page, 'CONSISTENCY quorum=strict');
  await runLine(page, 'PARTITION n1 | n2 n3');
  expect((await runLine(page, 'PUT user:42 bob via=n1')).text).toMatch(/^OK {2}/);
  await runLine(page, 'RUN for=20ms');
  expect((await runLine(page, 'PUT user:42 ada via=n2')).text).toMatch(/^OK {2}/);
  await runLine(page, 'PAUSE');
  await showTab(page, 'Anti-entropy');
  const panel = page.getByRole('tabpanel', { name: 'Anti-entropy' });
  const held = panel.getByRole('table').filter({ hasText: 'stamped' });
  await expect(held.getByRole('row', { name: /^n1 "bob" .* takes "ada" when they meet; "bob" is gone/ })).toBeVisible();
  await expect(held.getByText('✓ the latest: it wins')).toHaveCount(2);
  await expect(panel.getByRole('heading', { name: /^The eventual keyspace now/ })).toBeVisible();
  // Longer than anybody asks again: what was missed is left to a sync.
  await runLine(page, 'RUN for=8s; HEAL; RUN for=3s; REPAIR s0; RUN for=3s');
  await expect(held.getByText('in step')).toHaveCount(3);
  await expect(held.getByText('"ada"')).toHaveCount(3);
  await expect(panel.getByRole('heading', { name: /^Merkle trees of the eventual keyspace/ })).toBeVisible();
  await pickExchange(panel);
  const words = /root differs; of 33 inner nodes \d+ differs; 1 of 1025 leaves differs$/;
  await expect(panel.getByRole('img', { name: words })).toHaveCount(2);
  await expect(panel.getByText(/1 leaf differs: at most 1 \+ 1 × 64 = 65 hashes/)).toBeVisible();
  await expect(panel.getByRole('row', { name: /^\d+ user:42 .* n\d takes "ada"; "bob" is gone$/ })).toBeVisible();
  const why = await runLine(page, 'WHY key user:42');
  expect(why.text).toMatch(/were compared: both hold|holds \S+ n2 in the place of/);
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.anti-entropy' })).toEqual([]);
});
