import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, showConsole, snapshotOf, typedEntries } from './page-driver.ts';

const input = (page: Page): Locator => page.getByRole('combobox', { name: 'Command' });
const output = (page: Page): Locator => page.getByRole('log', { name: 'Console output' });
const options = (page: Page): Locator => page.getByRole('listbox').getByRole('option');
const status = (page: Page): Locator => page.locator('.command-status');

/** By keyboard alone: the line, Enter, and its answer. */
async function enter(page: Page, line: string): Promise<Locator> {
  const before = await typedEntries(page).count();
  await page.keyboard.type(line);
  // What was typed may end in a word with candidates: they only show, Enter runs the line.
  await page.keyboard.press('Enter');
  const entry = typedEntries(page).nth(before);
  await expect(entry.locator('.console-result').first()).toBeVisible();
  return entry;
}

function paste(page: Page, script: string): Promise<void> {
  return input(page).evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, script);
}

test('the history: arrows, search, and after a reload', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  await page.keyboard.press('/');
  await expect(input(page)).toBeFocused();
  for (const line of ['PAUSE', 'HELP PUT', 'HELP GET', 'HELP GET']) await enter(page, line);
  await page.keyboard.type('half');
  await page.keyboard.press('ArrowUp');
  await expect(input(page)).toHaveValue('HELP GET');
  await page.keyboard.press('ArrowUp');
  await expect(input(page)).toHaveValue('HELP PUT');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(input(page), 'what was being typed').toHaveValue('half');

  await page.keyboard.press('Control+r');
  const search = page.getByRole('combobox', { name: 'Search the lines run before' });
  await expect(search).toBeFocused();
  await page.keyboard.type('help');
  await expect(options(page)).toHaveText(['HELP GET', 'HELP PUT']);
  await page.keyboard.press('Control+r');
  await expect(status(page)).toContainText('2 of 2');
  await expect(options(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(input(page), 'the search is given up').toHaveValue('half');

  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  await page.keyboard.press('/');
  await page.keyboard.press('Control+r');
  await page.keyboard.type('put');
  await page.keyboard.press('Enter');
  await expect(input(page)).toHaveValue('HELP PUT');
  await expect(page.locator('.console-entry'), 'found, not run').toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(output(page)).toContainText('Stores a value under a key.');
});

test('completion: verbs, nodes, keys, options; in the middle of a line; and Tab is no trap', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  // Standing: an operation runs the time it takes, as fast as it can, and no more.
  await runLine(page, 'SPEED max; PAUSE');
  await page.keyboard.press('/');
  await enter(page, 'PUT user:42 ada');

  await page.keyboard.type('ge');
  await page.keyboard.press('Tab');
  await expect(input(page)).toHaveValue('GET ');
  await expect(options(page).first()).toContainText('user:42');
  await page.keyboard.press('Tab');
  await expect(input(page), 'the only key').toHaveValue('GET user:42 ');
  await expect(options(page)).toContainText(['r=', 'timeout=', 'via=', 'as=']);
  await page.keyboard.type('v');
  await page.keyboard.press('Tab');
  await expect(input(page)).toHaveValue('GET user:42 via=');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(input(page)).toHaveValue('GET user:42 via=n2');
  await expect(input(page)).toHaveAttribute('aria-activedescendant', await idOf(options(page).nth(1)));
  await page.keyboard.press('Escape');
  await expect(input(page), 'as it was typed').toHaveValue('GET user:42 via=');
  await expect(options(page)).toHaveCount(0);

  // The caret is read when Tab is pressed: no event may have told of it yet.
  await input(page).fill('ki n2; GET a');
  await input(page).evaluate((element: HTMLInputElement) => element.setSelectionRange(2, 2));
  await page.keyboard.press('Tab');
  await expect(input(page)).toHaveValue('KILL n2; GET a');
  await page.keyboard.type('!');
  await expect(input(page), 'the caret is behind the verb').toHaveValue('KILL! n2; GET a');

  await input(page).fill('KILL ');
  await expect(options(page)).toHaveText([/^n1/, /^n2/, /^n3/]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(input(page), 'Escape, then Tab leaves').not.toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await input(page).fill('');
  await page.keyboard.press('Shift+Tab');
  await expect(output(page), 'and backwards').toBeFocused();
});

const idOf = async (locator: Locator): Promise<string> => (await locator.getAttribute('id')) ?? 'none';

test('the line under the input marks the argument at the caret', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  const top = await page.locator('h1').boundingBox();
  await input(page).click();
  await page.keyboard.type('put ');
  await expect(status(page)).toContainText(
    'PUT key value [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]',
  );
  await expect(status(page).locator('b')).toHaveText(['key']);
  await page.keyboard.type('user:42 ');
  await expect(status(page).locator('b')).toHaveText(['value']);
  await expect(status(page)).toContainText('a value of at most 1 MiB');
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
  await expect(status(page).locator('b'), 'back in the key').toHaveText(['key']);
  await expect(input(page)).toHaveAttribute('aria-describedby', await idOf(status(page).locator('p')));
  expect(await page.locator('h1').boundingBox(), 'nothing has moved').toEqual(top);
});

test('names in the output: by keyboard and by a click; a correction; a line again; Ctrl-L', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  // Standing: an operation runs the time it takes, as fast as it can, and no more.
  await runLine(page, 'SPEED max; PAUSE');
  await page.keyboard.press('/');
  const misspelled = await enter(page, 'klil n2');
  await expect(misspelled.locator('.console-bad')).toContainText('no command klil');
  await page.keyboard.press('Shift+Tab');
  await expect(output(page)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(misspelled.getByRole('button', { name: 'KILL n2', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(input(page)).toBeFocused();
  await expect(input(page)).toHaveValue('KILL n2');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await snapshotOf(page)).nodes.find(({ id }) => id === 'n2'))
    .toMatchObject({
      state: 'down',
    });

  const kill = page.locator('.console-entry').last();
  await kill.locator('.console-result').getByRole('button', { name: 'n2' }).click();
  await expect(page.locator('.lane-selected')).toContainText('n2');
  await expect(page.locator('.stage .node-selected')).toContainText('n2');
  await kill.locator('.console-result').getByRole('button', { name: 'n2' }).click();
  await expect(page.locator('.node-selected')).toHaveCount(0);

  await input(page).focus();
  const shards = await enter(page, 'STATUS');
  await shards.getByRole('button', { name: 's5', exact: true }).first().click();
  await expect(page.locator('.shard-button[aria-pressed=true]')).toHaveText('s5');

  await input(page).focus();
  await enter(page, 'PUT "two words" n1');
  const scan = await enter(page, 'SCAN ""');
  await expect(scan.locator('.console-result').getByRole('button'), 'the value n1 is data').toHaveText(['"two words"']);
  await scan.getByRole('button', { name: '"two words"' }).click();
  await expect(input(page)).toHaveValue('GET "two words"');
  await page.keyboard.press('Enter');
  await expect(page.locator('.console-entry').last()).toContainText('"n1"  from');

  // Names are buttons, and still text to select and copy.
  const copied = await scan.evaluate((element) => {
    getSelection()?.selectAllChildren(element);
    return String(getSelection());
  });
  expect(copied.replace(/\s+/g, ' ')).toMatch(/^› SCAN "" "two words" "n1" 1 key/);

  await misspelled.getByRole('button', { name: 'Put into the command line' }).click();
  await expect(input(page)).toHaveValue('klil n2');
  await page.keyboard.press('Control+l');
  await expect(page.locator('.console-entry')).toHaveCount(0);
  await expect(input(page), 'the line stays').toHaveValue('klil n2');
});

test('a pasted script shows how far it is, and Escape cancels the rest', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED 1');
  await input(page).focus();
  await paste(page, `FROB\n${'RUN for=500ms # real time at speed 1\n'.repeat(11)}`);
  await expect(status(page)).toContainText(/^[2-9] of 12 ✕ 1/);
  await page.keyboard.press('Escape');
  const note = page.locator('.console-note');
  await expect(note).toHaveText(/^Script cancelled: \d+ of 12 lines ran, 1 with an error; \d+ did not run\.$/);
  const [run, left] = [...((await note.textContent()) ?? '').matchAll(/(\d+) (?:of|did)/g)].map(([, n]) => Number(n));
  expect(left, 'some did not run').toBeGreaterThan(0);
  expect((run ?? 0) + (left ?? 0)).toBe(12);
  await expect(status(page)).not.toContainText('of 12');
  const ran = await page.locator('.console-entry', { hasText: 'RUN for=500ms' }).count();
  expect(ran).toBe((run ?? 0) - 1);
  await paste(page, 'PAUSE\nHELP PUT\n');
  await expect(page.locator('.console-note').last()).toHaveText('Script: 2 lines ran, no errors.');
});

test('results are announced once, and only those of a person', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  await input(page).focus();
  await enter(page, 'PAUSE');
  await runLine(page, 'STATUS');
  const [typed, scripted] = await page.locator('.console-entry').all();
  if (typed === undefined || scripted === undefined) throw new Error('two entries');
  await expect(typed.locator('.console-command')).toHaveAttribute('aria-live', 'off');
  await expect(typed).not.toHaveAttribute('aria-live');
  await expect(scripted).toHaveAttribute('aria-live', 'off');
  // One live region holds them all: none inside it, none around the line below.
  expect(await page.locator('.console [aria-live=polite], .console [role=status], .console [role=alert]').count()).toBe(
    0,
  );
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test('a command is put together without a key', async ({ page }) => {
    await openCluster(page, './?storage=fresh');
    await runLine(page, 'SPEED max; PAUSE');
    await showConsole(page);
    await page.getByRole('button', { name: 'List what can be typed here' }).tap();
    await options(page).filter({ hasText: 'KILL' }).tap();
    await options(page).filter({ hasText: 'n2' }).tap();
    await expect(input(page)).toHaveValue('KILL n2');
    await expect(input(page), 'the keyboard stays where it was').toBeFocused();
    await page.keyboard.press('Enter');
    await expect(output(page)).toContainText('n2 is down');
    await page.locator('.console-entry').last().getByRole('button', { name: 'Put into the command line' }).tap();
    await expect(input(page)).toHaveValue('KILL n2');
  });
});
