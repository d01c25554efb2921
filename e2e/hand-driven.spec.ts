import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { openCluster, snapshotOf, typedEntries } from './page-driver.ts';

const ROOT = join(import.meta.dirname, '..');

/** As a person does: into the line, Enter, and wait for the answer. */
async function type(page: Page, line: string): Promise<string> {
  const before = await typedEntries(page).count();
  await page.getByRole('combobox', { name: 'Command' }).fill(line);
  await page.keyboard.press('Enter');
  const entry = typedEntries(page).nth(before);
  await expect(entry.locator('.console-waiting')).toHaveCount(0, { timeout: 60_000 });
  return (await entry.locator('.console-result').textContent()) ?? '';
}

const click = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

test('a run driven by hand, with a kill, a split and a reload, saved: npm run sim prints the page’s digest', async ({
  page,
}, info) => {
  await openCluster(page, './');
  await page.getByRole('slider', { name: 'speed' }).fill('8');
  await click(page, 'Write a key');
  for (let i = 0; i < 5; i++) expect(await type(page, `PUT k${i} v${i}`)).toMatch(/^OK/);
  await click(page, 'Kill the leader');
  expect(await type(page, 'GET user:42 timeout=10s')).toMatch(/^"ada"/);
  await click(page, 'Split the network');
  await type(page, 'PUT k1 split timeout=500ms');
  await type(page, 'CAS k2 v2 w2');
  await click(page, 'Pause');
  for (let i = 0; i < 5; i++) await click(page, 'Step');
  await type(page, 'DELETE k3');
  await click(page, 'Heal the network');
  await click(page, 'Play');
  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  await page.getByRole('slider', { name: 'speed' }).fill('8');
  const down = (await snapshotOf(page)).nodes.find(({ state }) => state === 'down');
  if (down !== undefined) await click(page, `Revive ${down.id}`);
  expect(await type(page, 'GET k0 timeout=10s')).toMatch(/^"v0"/);
  expect(await type(page, 'SCAN k limit=5 timeout=10s')).toMatch(/keys/);
  await click(page, 'Pause');

  const download = page.waitForEvent('download');
  expect(await type(page, 'SAVE')).toMatch(/^Saved as ringside-.*\.json.* digest [0-9a-f]+$/);
  const { digest } = await snapshotOf(page);
  const path = info.outputPath('run.json');
  await (await download).saveAs(path);
  expect(await readFile(path, 'utf8')).toContain(digest);
  const { stdout } = await promisify(execFile)('npm', ['run', 'sim', '--', '--run', path, '--digest'], { cwd: ROOT });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(digest);
});
