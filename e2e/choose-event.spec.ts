import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

const ROOT = join(import.meta.dirname, '..');

interface Listed {
  readonly dueMs: number;
  readonly type: string;
  readonly text: string;
  readonly line: string | null;
}

const eventsOf = async (page: Page): Promise<readonly Listed[]> =>
  (await runLine(page, 'EVENTS 1000')).value as readonly Listed[];

/** Takes one event after the other until one is pending that satisfies the condition, and gives it. */
async function stepUntil(page: Page, wanted: (event: Listed, place: number) => boolean): Promise<Listed> {
  for (let i = 0; i < 300; i++) {
    const found = (await eventsOf(page)).find(wanted);
    if (found !== undefined) return found;
    await runLine(page, 'STEP');
  }
  throw new Error('no such event came up in 300 steps');
}

const isAppend = ({ text }: Listed): boolean => text.includes(' AppendEntries ');

test('paused, a later message is chosen in the list and arrives first; the saved run replays with npm run sim', async ({
  page,
}, info) => {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE');
  // In one breath, so that time stands again before the request has arrived.
  await page.evaluate(async () => {
    void window.ringside.run('PUT user:42 ada timeout=60s');
    await window.ringside.run('PAUSE');
  });
  // Not the first: that one would be next anyway.
  const { text, line, dueMs } = await stepUntil(page, (event, place) => place > 0 && isAppend(event));
  await page.getByRole('button', { name: 'Choose what comes next' }).click();
  const rows = page.getByRole('dialog', { name: 'What can happen next' }).getByRole('listitem');
  const listed = await eventsOf(page);
  await expect(rows).toHaveCount(Math.min(14, listed.length));
  const at = listed.findIndex((event) => event.text === text && event.dueMs === dueMs);
  // Beside it are the ways to hold it back.
  const row = rows.nth(at).getByRole('button').first();
  await expect(row).toHaveAccessibleName(new RegExp(`^${text.replaceAll('+', '\\+')}, due in `));
  await row.click();
  await expect(page.locator('.console-entry').last()).toContainText(`${line} # clicked`);
  await expect(page.locator('.console-entry').last()).toContainText(`${text} taken now`);
  const left = await eventsOf(page);
  const others = listed.filter((_, i) => i !== at).map(({ text: other, dueMs }) => `${other} at ${dueMs}`);
  const present = left.map(({ text: other, dueMs }) => `${other} at ${dueMs}`);
  // The receiver may have set its timer anew; everything else keeps its time.
  expect(present).toEqual(expect.arrayContaining(others.filter((other) => !other.includes(' timer '))));
  expect(present).not.toContain(`${text} at ${dueMs}`);
  await expect(page.locator('.feed')).toContainText('taken ahead of its time');
  await page.keyboard.press('Escape');
  await expect(rows).toHaveCount(0);

  const sync = await stepUntil(page, ({ type }) => type === 'LogSync');
  const node = sync.text.split(' ')[0];
  expect(await runLine(page, `STEP ${node} disk`)).toMatchObject({ ok: true });
  expect((await eventsOf(page)).some((event) => event.text === sync.text && event.dueMs === sync.dueMs)).toBe(false);
  expect(await runLine(page, `STEP ${node} timer`)).toMatchObject({ ok: false, code: 'TimerFixed' });
  await runLine(page, 'PLAY');
  await expect.poll(async () => (await runLine(page, 'GET user:42 timeout=10s')).value).toBe('ada');

  await runLine(page, 'PAUSE');
  const download = page.waitForEvent('download');
  expect(await runLine(page, 'SAVE')).toMatchObject({ ok: true });
  const { digest } = await snapshotOf(page);
  const path = info.outputPath('run.json');
  await (await download).saveAs(path);
  const saved = await readFile(path, 'utf8');
  expect(saved).toContain('"type":"Deliver"');
  expect(saved).toContain('"type":"CompleteWrite"');
  const { stdout } = await promisify(execFile)('npm', ['run', 'sim', '--', '--run', path, '--digest'], { cwd: ROOT });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(digest);
});

test('while time runs, the list offers to pause, and then lists', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await page.getByRole('button', { name: 'Choose what comes next' }).click();
  const card = page.getByRole('dialog', { name: 'What can happen next' });
  await card.getByRole('button', { name: 'Pause' }).click();
  await expect(card.getByRole('listitem').first()).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))).toEqual([]);
  await expect(page.locator('.console-entry').last()).toContainText('PAUSE # clicked');
});
