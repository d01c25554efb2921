import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, runLines, showTab, snapshotOf } from './page-driver.ts';

const panel = (page: Page) => page.getByRole('tabpanel', { name: 'Check' });
const verdict = (page: Page) => panel(page).locator('.verdict');
const bars = (page: Page) => panel(page).locator('.check-bar');

interface Event {
  readonly process: string;
  readonly type: 'invoke' | 'ok';
  readonly f: string;
  readonly value?: unknown;
}

const lines = (...events: readonly Event[]): string =>
  events.map((event, i) => `${JSON.stringify({ key: 'x', ...event, time: (i + 1) * 1_000_000 })}\n`).join('');

/** The textbook's stale read: the newer value had been acknowledged before it began. */
const STALE = lines(
  { process: 'a', type: 'invoke', f: 'write', value: 1 },
  { process: 'a', type: 'ok', f: 'write' },
  { process: 'a', type: 'invoke', f: 'write', value: 2 },
  { process: 'a', type: 'ok', f: 'write' },
  { process: 'b', type: 'invoke', f: 'read' },
  { process: 'b', type: 'ok', f: 'read', value: 1 },
);

/** As if somebody let go of a file over the panel. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content as string], fileName as string));
      return transfer;
    },
    [name, text],
  );
  for (const type of ['dragover', 'drop'])
    await panel(page).locator('section').first().dispatchEvent(type, { dataTransfer: data });
}

/** What the command line says of a history. */
function checkHistory(text: string): { readonly verdict: string | undefined; readonly problem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-check-'));
  try {
    const file = join(folder, 'history.jsonl');
    writeFileSync(file, text);
    const script = ['node_modules/tsx/dist/cli.mjs', 'src/cli/check-history.ts', file];
    const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
    return { verdict: stdout.split('\t')[1], problem: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the live verdict after writes and a kill: its numbers are those of the history that it saves', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await showTab(page, 'Check');
  await expect(verdict(page)).toContainText('No operations to examine');
  await expect(panel(page)).toContainText('not yet exercised');
  await runLine(page, 'SPEED 1');
  await runLine(page, 'PUT user:42 ada; GET user:42 as=bob; CAS user:42 ada eve as=bob; GET none');
  const { leader } = (await snapshotOf(page)).shards.find(({ id }) => id === 's6') ?? {};
  await runLine(page, `KILL ${leader}`);
  await runLines(page, ['PUT user:42 joe as=amy timeout=100ms', 'GET user:42 as=bob', 'PUT user:1 x', 'SCAN a']);
  await runLine(page, `REVIVE ${leader}; PAUSE`);
  const answer = await runLine(page, 'CHECK');
  expect(answer.text).toMatch(/^linearizable {2}/);
  const { operations, unknown, keys } = answer.value as {
    readonly operations: number;
    readonly unknown: number;
    readonly keys: readonly { readonly key: string; readonly operations: number }[];
  };
  await expect(verdict(page)).toContainText('Linearizable so far');
  await expect(verdict(page)).toContainText(`${operations} operations on ${keys.length} keys`);
  const rows = panel(page).getByRole('region', { name: /^Keys/ }).getByRole('button');
  await expect(rows).toHaveCount(keys.length);

  const file = (await runLine(page, 'HISTORY')).value as string;
  expect(checkHistory(file)).toEqual({ verdict: 'linearizable', problem: '' });
  const written = file
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as { readonly type: string; readonly key: string });
  const invoked = written.filter(({ type }) => type === 'invoke');
  expect(invoked.length).toBe(operations);
  // What ended is told to have ended: the rest is unknown.
  expect(written.length - invoked.length).toBe(operations - unknown);
  for (const { key, operations: count } of keys) {
    expect(invoked.filter((line) => line.key === key).length, key).toBe(count);
    await expect(rows.filter({ hasText: key })).toContainText(`${count} op`);
  }
  await expect(panel(page).locator('.check-fault', { hasText: `${leader} killed` })).not.toHaveCount(0);
  const elections = panel(page).getByRole('button', { name: /At most one leader a term/ });
  await expect(elections).toContainText(/holds, judged \d+×/);
  await elections.click();
  const chip = page.locator('.feed').getByRole('button', { name: 'At most one leader a term', pressed: true });
  await expect(chip).toBeVisible();
  const told = page.locator('.feed-row');
  await expect(told.filter({ hasText: 'became leader of' })).not.toHaveCount(0);
  await expect(told.filter({ hasText: /was killed|asked PUT|committed/ })).toHaveCount(0);
  await chip.click();
  await expect(told.filter({ hasText: /was killed|asked PUT|committed/ })).not.toHaveCount(0);
});

test('a file dropped on it is judged in its place; a malformed one is refused with its line', async ({ page }) => {
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1');
  await showTab(page, 'Check');
  await expect(verdict(page)).toBeVisible();
  await drop(page, 'stale.jsonl', STALE);
  await expect(verdict(page)).toContainText('Not linearizable: key x');
  await expect(verdict(page)).toContainText(
    'b’s read of 1 fits nowhere, for a’s PUT 2 had ended before it began: it could only meet 2',
  );
  expect(checkHistory(STALE)).toMatchObject({
    verdict: 'not linearizable',
    problem: expect.stringContaining('no order explains line 6'),
  });
  await expect(bars(page)).toHaveCount(3);
  await expect(panel(page).locator('.check-stuck')).toHaveCount(1);
  await expect(panel(page).locator('.check-pin')).toHaveText(['1', '2']);
  await panel(page).getByRole('button', { name: 'Table' }).click();
  await expect(panel(page).getByRole('row').nth(1)).toContainText('fits nowhere');
  expect(await violations(page, { within: '.check' })).toEqual([]);
  await settle(page);
  expect(await layoutFaults(page)).toEqual([]);

  await drop(page, 'torn.jsonl', `${STALE}{"process":`);
  await expect(panel(page).getByRole('alert')).toContainText('torn.jsonl, line 7: this is not JSON');
  await panel(page).getByRole('button', { name: 'Back to the live history' }).click();
  await expect(verdict(page)).toContainText('No operations to examine');
});

test('a stale read of a run whose rules are left out is told while it goes on, with what each bar was and the way to its moment', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await showTab(page, 'Check');
  await runLine(page, 'SPEED max; PUT user:42 ada; BREAK no-readindex on; BREAK no-checkquorum on');
  const { leader } = (await snapshotOf(page)).shards.find(({ id }) => id === 's6') ?? {};
  await runLine(page, `ISOLATE ${leader}; RUN for=1500ms`);
  expect(await runLine(page, 'PUT user:42 eve as=amy timeout=5s')).toMatchObject({ ok: true });
  expect(await runLine(page, `GET user:42 as=bob via=${leader}`)).toMatchObject({ value: 'ada' });
  await expect(verdict(page)).toContainText('Not linearizable: key user:42');
  await expect(panel(page).getByRole('button', { name: /A read is served at no less/ })).toContainText(/broken at \d/);
  await panel(page).getByRole('button', { name: 'Show why' }).click();
  await expect(panel(page).locator('.check-stuck')).toContainText('GET ada');
  await expect(panel(page).locator('.check-stuck')).toBeInViewport();
  await expect(panel(page).locator('.check-fault', { hasText: 'broken: ReadFreshness' }).locator('text')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await settle(page);
  expect(await layoutFaults(page)).toEqual([]);
  // More happens: its moment is one of the past.
  expect(await runLine(page, 'PUT user:1 x as=amy timeout=5s')).toMatchObject({ ok: true });
  const go = panel(page)
    .locator('.verdict-acts')
    .getByRole('button', { name: /^Go to/ });
  await go.click();
  await expect(page.getByRole('timer')).toHaveText(`t ${(await go.textContent())?.replace('Go to ', '')}`);
});

test('a rule that is broken inside is told beside a verdict that finds nothing wrong', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7&break=skip-fsync');
  await runLine(page, 'SPEED max; PUT user:42 ada; KILL n1; RUN for=800ms; PAUSE');
  await showTab(page, 'Check');
  await expect(verdict(page)).toContainText('Linearizable so far');
  await expect(verdict(page)).toContainText('a rule is broken: A vote is on disk before it counts');
  await verdict(page)
    .getByRole('button', { name: /^Go to/ })
    .click();
  await expect(page.getByRole('region', { name: 'An earlier moment is shown' })).toBeVisible();
  const row = page.locator('.feed-row:not(.feed-later)', { hasText: 'Broken: VoteDurability' });
  await expect(row.first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

/** Keys with so many writes at once that what a read could have met in all their orders takes long to say: it meets what nobody wrote. */
const HARD = Array.from({ length: 90 }, (_, key) => {
  const event = (process: string, type: 'invoke' | 'ok', f: string, value?: number): string =>
    `${JSON.stringify({ process: `${process} ${key}`, type, f, key: `k${key}`, value })}\n`;
  const writes = Array.from({ length: 20 }, (_, i) => i);
  return [
    ...writes.map((i) => event(`w${i}`, 'invoke', 'write', i)),
    ...writes.map((i) => event(`w${i}`, 'ok', 'write')),
    event('r', 'invoke', 'read'),
    event('r', 'ok', 'read', -1),
  ].join('');
}).join('');

test('a file that is hard to judge tells how far it is, can be given up, and holds up nothing else', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1');
  await showTab(page, 'Check');
  await drop(page, 'hard.jsonl', HARD);
  await expect(panel(page)).toContainText(/Judging hard\.jsonl: \d+ of 90 keys/);
  expect(await runLine(page, 'PUT k v')).toMatchObject({ ok: true });
  await panel(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(verdict(page)).toContainText('Linearizable so far');
  await expect(verdict(page)).toContainText('1 operation on 1 key');
});

test('after a reload, earlier writes may have happened or not: what is read of them is not called wrong', async ({
  page,
}) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?seed=7&preset=3x1');
  await runLine(page, 'SPEED 2');
  expect(await runLine(page, 'PUT k 1; PUT k 2')).toMatchObject({ ok: true });
  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  await runLine(page, 'SPEED 2');
  expect(await runLine(page, 'GET k timeout=10s')).toMatchObject({ ok: true, value: '2' });
  await showTab(page, 'Check');
  await expect(verdict(page)).toContainText('Linearizable so far');
  await expect(verdict(page)).toContainText('2 writes from before the page was loaded');
  await expect(verdict(page)).toContainText('1 operation on 1 key');
});

test('the lanes are moved by keys and buttons, and the table tells the same', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7&preset=3x1');
  await runLine(page, 'PAUSE; SPEED 1');
  for (let i = 0; i < 6; i++) await runLine(page, `PUT k ${i}; GET k as=bob`);
  await showTab(page, 'Check');
  const lanes = panel(page).getByRole('group', { name: /Operations of 2 clients/ });
  await expect(bars(page).first()).toBeVisible();
  // Once the shown time has come to where it stands.
  let label: string | null = null;
  await expect
    .poll(async () => {
      const before = label;
      label = await lanes.getAttribute('aria-label');
      return label === before;
    })
    .toBe(true);
  await lanes.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(lanes).not.toHaveAttribute('aria-label', label ?? '');
  await page.keyboard.press('End');
  await expect(lanes).toHaveAttribute('aria-label', label ?? '');
  await expect(panel(page).getByRole('button', { name: 'Now', pressed: true })).toBeVisible();
  const shown = await bars(page).count();
  await panel(page).getByRole('button', { name: 'Table' }).click();
  await expect(panel(page).locator('tbody tr')).toHaveCount(shown);
  await panel(page).getByRole('button', { name: 'Lanes' }).click();
  for (let i = 0; i < 6; i++) await panel(page).getByRole('button', { name: 'Closer' }).click();
  expect(await bars(page).count()).toBeLessThan(shown);
  const download = page.waitForEvent('download');
  await panel(page).getByRole('button', { name: 'Save history' }).click();
  expect((await download).suggestedFilename()).toMatch(/^ringside-.*-history\.jsonl$/);
  await expect(page.locator('.console')).toContainText('HISTORY to=file');
});
