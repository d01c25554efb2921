import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

const SIZES = [
  [420, 844],
  [1440, 900],
  [320, 640],
] as const;

for (const [width, height] of process.env.RINGSIDE_LONG === '1' ? SIZES : SIZES.slice(0, 1)) {
  test(`a write is told step by step, and its steps pick node and shard: ${width} × ${height}`, async ({
    page,
  }, info) => {
    await page.setViewportSize({ width, height });
    await openCluster(page, './?storage=fresh&seed=7');
    await runLine(page, 'SPEED 1; PUT user:42 ada; PUT user:42 grace; PAUSE');
    await showTab(page, 'Write path');
    const panel = page.getByRole('region', { name: /^Write path/ });
    await expect(panel.getByRole('list', { name: 'Operations, newest first' }).getByRole('button')).toHaveCount(2);
    const steps = panel.getByRole('list', { name: 'Steps, oldest first' });
    await expect(steps.getByRole('button').first()).toContainText('hashes the key');
    await expect(steps.getByRole('button', { name: /has its answer: OK/ })).toHaveCount(1);
    await expect(steps.getByRole('button', { name: /quorum: entry \d+ is committed/ })).toHaveCount(1);
    const sync = steps.getByRole('button', { name: /log sync of entry/ }).first();
    await sync.click();
    await expect(sync).toHaveAttribute('aria-pressed', 'true');
    // The first write had to register a session before.
    await panel
      .getByRole('button', { name: /PUT user:42/ })
      .last()
      .click();
    await expect(steps).toContainText('First, a session');
    const { violations } = await new AxeBuilder({ page }).include('.write-path').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
    const cut = await panel.evaluate((element) =>
      [...element.querySelectorAll('.path-step, .path-pick, svg')]
        .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5 && part.closest('.path-list') === null)
        .map((part) => part.textContent),
    );
    expect(cut).toEqual([]);
    await panel.screenshot({ path: info.outputPath('write-path.png') });
  });
}

test('the step under way is lit on the stage, for what a person asks and not for scripts', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'SPEED 1; PUT user:42 ada; SPEED 1/40');
  const line = page.getByRole('combobox', { name: 'Command' });
  await line.fill('PUT user:42 grace');
  await line.press('Enter');
  const busy = page.locator('.node-busy');
  await expect(busy.filter({ hasText: /log sync|waits for 1 of 2 acks/ }).first()).toBeVisible();
  await runLine(page, 'SPEED max; RUN until=quiet');
  await expect(page.locator('.node-busy')).toHaveCount(0);
});

test('EXPLAIN tells the same path, while time stands and at full speed', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'SPEED max; PUT user:42 ada');
  const fast = await runLine(page, 'EXPLAIN');
  expect(fast.text).toContain('not observed: full speed');
  const explained = await runLine(page, 'EXPLAIN PUT user:42 grace');
  expect(explained).toMatchObject({ ok: true });
  for (const part of ['hashes the key', 'log sync of entry', 'sends entry', 'acknowledges', 'quorum: entry', 'answers'])
    expect(explained.text).toContain(part);
  await runLine(page, 'PAUSE');
  const read = await runLine(page, 'EXPLAIN GET user:42');
  expect(read.text).toMatch(/^"grace" .*paused again/);
  expect(read.text).toContain('finds the key in the MemTable');
  expect((await runLine(page, 'EXPLAIN')).value).toEqual(read.value);
});
