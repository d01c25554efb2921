import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

test('a dead node is suspected by each other one in its own view, and no longer when it comes back', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1');
  await settle(page);
  await runLine(page, 'SPEED 5');
  await runLine(page, 'RUN for=4s');
  await runLine(page, 'KILL n3');
  await showTab(page, 'Membership');
  const panel = page.getByRole('tabpanel', { name: 'Membership' });
  await expect(panel.getByRole('button', { name: 'n1 takes n3 for alive' })).toBeVisible();
  await runLine(page, 'RUN for=8s');
  await expect(panel.getByRole('button', { name: 'n1 suspects n3' })).toHaveText(/^\? \d+$/);
  await expect(panel.getByRole('button', { name: 'n2 suspects n3' })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'n1 takes n2 for alive' })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'n3 is down' })).toHaveCount(2);

  await panel.getByRole('button', { name: 'subject n3' }).click();
  await panel.getByRole('button', { name: 'observer n2' }).click();
  await expect(panel.getByText('2 of 2 observers suspect n3.')).toBeVisible();
  await expect(
    panel.getByRole('img', { name: /^φ of n3 over time\. Now n2 computes \d+, n1 computes \d+\.$/ }),
  ).toBeVisible();
  await expect(
    panel.getByText(/^Heartbeat \d+, \d+\.\d s old, is known to 2 of the 2 others that run\.$/),
  ).toBeVisible();
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.membership' })).toEqual([]);
  await expect(page.getByText('began to suspect n3').first()).toBeVisible();

  await runLine(page, 'REVIVE n3');
  await runLine(page, 'RUN for=2s');
  await expect(panel.getByText('Nobody suspects n3.')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'n3 takes n1 for alive' })).toBeVisible();
});
