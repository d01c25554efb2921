import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

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
