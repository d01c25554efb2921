import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults, violations } from './page-checks.ts';
import { openCluster, runLine } from './page-driver.ts';

const consoleLog = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const opener = (page: Page): Locator => page.getByRole('button', { name: 'Find a key' });
const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Where does a key live?' });
const steps = (page: Page): Locator => page.getByRole('list', { name: 'The walk over the ring' }).getByRole('listitem');

interface Told {
  readonly walk: readonly { readonly vnode: string; readonly node: string; readonly taken: boolean }[];
  readonly replicas: readonly string[];
}

const tellRing = async (page: Page, key: string): Promise<Told> =>
  (await page.evaluate(async (line) => (await window.ringside.run(line)).value, `RING ${key}`)) as Told;

/** The walk as ring and list show it, once it has come to its end. */
async function seeWalk(page: Page, { walk, replicas }: Told): Promise<void> {
  await expect(page.locator('.walk')).toHaveAttribute('data-done', 'true');
  await expect(steps(page)).toHaveText(
    walk.map(({ vnode, node, taken }) =>
      taken ? `${vnode}${['1st', '2nd', '3rd'][replicas.indexOf(node)]}` : `${vnode}${node} again`,
    ),
  );
  await expect(page.locator('.walk-point')).toHaveCount(walk.length);
  await expect(page.locator('.walk-struck')).toHaveCount(walk.filter(({ taken }) => !taken).length);
  await expect(page.locator('.walk-ordinal-text')).toHaveText(['1st', '2nd', '3rd']);
}

/** How many steps of the walk were shown, each time when that changed. A step stands too short a time to be asked for from outside. */
async function watchSteps(page: Page): Promise<() => Promise<readonly number[]>> {
  const seen = await page.evaluateHandle(() => {
    const counts: number[] = [];
    const look = () => {
      const count = document.querySelectorAll('.walk-steps li').length;
      if (count !== (counts.at(-1) ?? 0)) counts.push(count);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    return counts;
  });
  return () => seen.jsonValue();
}

for (const reducedMotion of process.env.RINGSIDE_LONG === '1'
  ? (['reduce', 'no-preference'] as const)
  : (['reduce'] as const)) {
  test(`by keyboard: a key is found step by step, Escape takes its mark away and closes (motion: ${reducedMotion})`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion });
    await openCluster(page, './?storage=fresh');
    await runLine(page, 'PAUSE');
    await opener(page).focus();
    await page.keyboard.press('Enter');
    await expect(field(page)).toBeFocused();
    const stepsSeen = await watchSteps(page);
    await page.keyboard.type('user:42');
    await page.keyboard.press('Enter');
    await expect(consoleLog(page)).toContainText('RING user:42 # clicked');
    const told = await tellRing(page, 'user:42');
    expect(
      told.walk.some(({ taken }) => !taken),
      'a point of a node passed before',
    ).toBe(true);
    await seeWalk(page, told);
    expect(await stepsSeen()).toEqual(told.walk.map((_, i) => i + 1));
    expect(await violations(page, { within: '.stage' })).toEqual([]);
    expect(await layoutFaults(page)).toEqual([]);
    // The stage beside one panel, with no more room than for the field and the switches.
    await page.setViewportSize({ width: 640, height: 480 });
    await expect(page.locator('.key-walk')).toBeVisible();
    // The shell of the new size comes with the next frame.
    await expect.poll(() => layoutFaults(page)).toEqual([]);
    await field(page).focus();
    await page.keyboard.press('Escape');
    await expect(page.locator('.key-walk, .walk-steps')).toHaveCount(0);
    await expect(field(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(field(page)).toHaveCount(0);
    await expect(opener(page)).toBeFocused();
  });
}

test('RING in the console marks the key as well, in picture and table; the next operation takes the mark', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  const line = page.getByRole('combobox', { name: 'Command' });
  await line.fill('RING cart{u1}');
  await line.press('Enter');
  await expect(line, 'the focus stays in the line').toBeFocused();
  await expect(page.locator('.walk .lookup-title')).toHaveText(/^cart\{u1\} → s\d$/);
  await seeWalk(page, await tellRing(page, 'cart{u1}'));
  await page.getByRole('button', { name: 'Table' }).click();
  await expect(steps(page).first()).toBeVisible();
  await page.getByRole('button', { name: 'Picture' }).click();
  await line.fill('PUT user:7 ada');
  await line.press('Enter');
  await expect(page.locator('.key-walk')).toHaveCount(0);
  await expect(page.locator('.lookup-title')).toHaveText(/^user:7 → s\d$/);
});

test('what if a node had other vnodes: the card computes, and moves nothing', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&nodes=5&shards=16');
  await runLine(page, 'PAUSE');
  const digest = await page.evaluate(() => window.ringside.snapshot().digest);
  await opener(page).click();
  await page.getByRole('button', { name: 'What if: vnodes' }).click();
  const card = page.getByRole('dialog', { name: 'What if a node had other vnodes?' });
  const slider = card.getByRole('slider', { name: 'Vnodes a node' });
  const row = (name: string): Locator => card.getByRole('row', { name: new RegExp(`^${name}`) }).getByRole('cell');
  await expect(slider).toHaveAttribute('aria-valuetext', '1 vnode a node');
  await expect(row('deviation')).toHaveText(['± 7.8 %', '± 97.5 %']);
  await slider.focus();
  await page.keyboard.press('End');
  await expect(row('deviation')).toHaveText(['± 7.8 %', '± 3.5 %']);
  await expect(row('theory, 1/√v')).toHaveText(['± 8.2 %', '± 4.5 %']);
  await expect(row('of 16 shards')).toHaveText(['± 41.5 %', '± 57.3 %']);
  await expect(row('ideal')).toHaveText(['16.7 %', '16.7 %']);
  await expect(row('hash mod N')).toHaveText(['50.0 %', '83.3 %']);
  expect(await violations(page, { within: '.popover:popover-open' })).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  expect(await page.evaluate(() => window.ringside.snapshot().digest)).toBe(digest);
});
