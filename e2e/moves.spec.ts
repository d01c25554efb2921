import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab, snapshotOf } from './page-driver.ts';

/** In the long run at the speed that a page begins with, which is to be enough for a join of at most so long. */
const LONG = process.env.RINGSIDE_LONG === '1';
const JOIN_MS_MAX = 20_000;

test('a fourth node joins by a click and leaves again; progress and numbers are there all the time', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7&sample=on');
  const nodes = page.getByRole('toolbar', { name: 'Nodes' });
  const progress = page.getByRole('region', { name: 'The last change of the ring' });
  const membership = async (id: string) => (await snapshotOf(page)).nodes.find((node) => node.id === id)?.membership;

  if (!LONG) await runLine(page, 'SPEED 1/5');
  const began = Date.now();
  await page.getByRole('button', { name: 'Add a node' }).click();
  await expect(nodes.getByRole('button', { name: /^n4\. / })).toBeVisible();
  await expect(progress).toContainText('n4 joins the ring');
  await expect(progress).toContainText(/\d of \d+ moved · \d under way/);
  // A line that lies flat has no height, and so counts as hidden.
  await expect(page.locator('.stream-line').first()).toBeAttached();
  await expect.poll(() => membership('n4'), { timeout: JOIN_MS_MAX }).toBe('normal');
  const tookMs = Date.now() - began;
  expect(tookMs, 'from the click to a normal node').toBeLessThan(JOIN_MS_MAX);
  await expect(progress).toContainText(
    /^.*\d+ of 24 replicas \(\d+\.\d %\), \d+ of 18 copies of keys\. K\/N 25\.0 %, hash mod N 25\.0 %/,
  );

  await progress.getByRole('button', { name: 'What moved' }).click();
  const panel = page.getByRole('tabpanel', { name: 'Moves' });
  await expect(panel.getByText(/^epoch 1 → 2 · 3 → 4 nodes$/)).toBeVisible();
  await expect(panel.getByRole('row', { name: /^K\/N, the least: 1\/4 25\.0 % 25\.0 %$/ })).toBeVisible();
  await expect(panel.getByRole('row', { name: /^hash mod N, computed 25\.0 % 75\.0 %$/ })).toBeVisible();
  await expect(panel.getByText(/^0 under way · 0 waiting · \d+ done$/)).toBeVisible();
  await expect(panel.getByRole('listitem').filter({ hasText: 'n4' })).toHaveText('n4normal');

  await runLine(page, 'SPEED 2');
  await nodes.getByRole('button', { name: /^n4\. / }).click();
  await page.getByRole('dialog', { name: 'Node n4' }).getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => membership('n4'), { timeout: 45_000 }).toBe('left');
  await expect(nodes.getByRole('button', { name: /^n4\. / })).toHaveCount(0);
  await expect(nodes.getByRole('button')).toHaveCount(3);
  await expect(panel.getByRole('listitem').filter({ hasText: 'n4' })).toHaveText('n4has left');
  await expect(page.getByText('has left for ever')).toBeVisible();

  await nodes.getByRole('button', { name: /^n2\. / }).click();
  const card = page.getByRole('dialog', { name: 'Node n2' });
  await card.getByRole('button', { name: 'Remove' }).click();
  await expect(card.getByRole('alert')).toHaveText('✕ REMOVE n2: 3 nodes are the minimum for RF 3.');
  await settle(page);
  expect(await violations(page, { within: '.moves' })).toEqual([]);
  expect(await violations(page, { within: '.stage' })).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  expect(await layoutFaults(page)).toEqual([]);
});

test('while time stands in the middle of a move, it is drawn and asks for no frame; a move can be cancelled', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await settle(page);
  await runLine(page, 'SPEED max');
  await showTab(page, 'Moves');
  const panel = page.getByRole('tabpanel', { name: 'Moves' });
  await panel.getByRole('button', { name: 'Add a node' }).click();
  const moves = async () => {
    await runLine(page, 'RUN for=40ms');
    return (await snapshotOf(page)).shards.filter(({ move }) => move !== null).length;
  };
  await expect.poll(moves, { intervals: [0] }).toBeGreaterThan(0);
  await expect(page.locator('.stream-line').first()).toBeAttached();
  await expect(panel.getByRole('progressbar').first()).toBeVisible();
  expect(await layoutFaults(page)).toEqual([]);
  expect(await violations(page, { within: '.moves' })).toEqual([]);
  const framesIn = (ms: number) =>
    page.evaluate(async (wait) => {
      let frames = 0;
      const ask = window.requestAnimationFrame;
      window.requestAnimationFrame = (draw) => {
        frames++;
        return ask.call(window, draw);
      };
      await new Promise((resolve) => setTimeout(resolve, wait));
      window.requestAnimationFrame = ask;
      return frames;
    }, ms);
  await expect.poll(() => framesIn(1000)).toBe(0);

  await panel
    .getByRole('button', { name: /^Cancel/ })
    .first()
    .click();
  await runLine(page, 'RUN for=5s');
  await expect(panel.getByText(/^0 under way · 0 waiting · \d+ done$/)).toBeVisible();
  expect((await snapshotOf(page)).nodes.map(({ membership }) => membership)).toEqual(Array(4).fill('normal'));
});
