import type { Page } from '@playwright/test';
import type { TableReport } from '../src/core/lsm/engine-report.ts';
import { fileNumberOfExtentKey } from '../src/core/lsm/table-meta.ts';
import type { StorageReport } from '../src/core/node/storage-report.ts';
import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab, snapshotOf } from './page-driver.ts';

/** Time stands, `n1` has `tables` tables in L0, and the panel shows them. */
async function openWithTables(
  page: Page,
  tables: number,
  address = './?storage=fresh&seed=7&preset=3x1',
): Promise<void> {
  await openCluster(page, address);
  await runLine(page, 'PAUSE');
  await runLine(page, 'SPEED max');
  for (let table = 0; table < tables; table++) {
    for (let i = 0; i < 4; i++) await runLine(page, `PUT user:${table * 3 + i} v${table}`);
    // A follower applies with the next heartbeat.
    await runLine(page, 'RUN for=200ms');
    await flush(page);
  }
  await runLine(page, 'SPEED 1');
  await showTab(page, 'Storage');
  await page.getByRole('group', { name: 'Node' }).getByRole('button', { name: 'n1', exact: true }).click();
}

async function flush(page: Page): Promise<void> {
  expect((await runLine(page, 'FLUSH n1')).text).toMatch(/flushes/);
  await runLine(page, 'RUN for=100ms');
}

/** What `SST n1` says: the report itself is the value of the answer. */
async function report(page: Page): Promise<StorageReport> {
  const { ok, text, value } = await runLine(page, 'SST n1');
  expect(ok, text).toBe(true);
  return value as StorageReport;
}

const tablesOf = ({ engine }: StorageReport): readonly TableReport[] => engine.levels.flatMap(({ tables }) => tables);
const bars = (page: Page) => page.locator('.table-bar');
const barNumbers = (page: Page) => page.locator('.table-number').allTextContents();

/** What n1's database holds, read past everything that the page knows: the keys of metadata records (file numbers) and of extents. */
const stored = (page: Page): Promise<{ readonly metas: readonly number[]; readonly extents: readonly number[] }> =>
  page.evaluate(async () => {
    const keysOf = (database: IDBDatabase, store: string): Promise<readonly IDBValidKey[]> =>
      new Promise((resolve, reject) => {
        const request = database.transaction(store).objectStore(store).getAllKeys();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const open = (factory: IDBFactory, name: string): Promise<IDBDatabase> =>
      new Promise((resolve, reject) => {
        const request = factory.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const buckets = (navigator as unknown as { storageBuckets: StorageBuckets }).storageBuckets;
    interface StorageBuckets {
      keys(): Promise<readonly string[]>;
      open(name: string): Promise<{ readonly indexedDB: IDBFactory }>;
    }
    const factories = [indexedDB];
    for (const name of await buckets.keys()) factories.push((await buckets.open(name)).indexedDB);
    for (const factory of factories) {
      for (const { name } of await factory.databases()) {
        if (name === undefined || !/n1$/.test(name)) continue;
        const database = await open(factory, name);
        const metas = (await keysOf(database, 'sstmeta')) as readonly number[];
        const extents = (await keysOf(database, 'sst')) as readonly number[];
        database.close();
        return { metas, extents };
      }
    }
    throw new Error('there is no database of n1');
  });

test('the panel shows what SST prints and what is in IndexedDB, before and after a flush and a compaction', async ({
  page,
}) => {
  await openWithTables(page, 2);
  await expect(bars(page)).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Flush', exact: true })).toBeDisabled();
  await runLine(page, 'PUT user:1 again');
  await runLine(page, 'RUN for=200ms');
  await page.getByRole('button', { name: 'Flush', exact: true }).click();
  await runLine(page, 'RUN for=100ms');
  await expect(bars(page)).toHaveCount(3);
  await equalsDisk(page);
  await page.getByRole('button', { name: 'Compact', exact: true }).click();
  await runLine(page, 'RUN for=500ms');
  await expect(page.locator('.level-name').filter({ hasText: 'L1' })).toBeVisible();
  await expect(bars(page)).toHaveCount(1);
  await expect(page.locator('.job').first()).toContainText(/Compaction .*Because somebody asked for it/);
  await equalsDisk(page);
});

/** Numbers, ranges, sizes: panel = SST = database. */
async function equalsDisk(page: Page): Promise<void> {
  await settle(page);
  const known = await report(page);
  const tables = tablesOf(known);
  await expect(async () => {
    expect(await barNumbers(page)).toEqual(tables.map(({ fileNumber }) => String(fileNumber)));
  }).toPass();
  for (const { fileNumber, level, entries } of tables) {
    const name = await page.locator(`[data-table="${fileNumber}"]`).getAttribute('aria-label');
    expect(name).toMatch(new RegExp(`^Table ${fileNumber} of L${level}: .* ${entries} entries`));
  }
  await expect(page.locator('.engine-facts')).toContainText(`log ${known.log.records} records`);
  await expect(page.locator('.mem-fill').first()).toContainText(`${known.engine.memTable.entries} entr`);
  const disk = await stored(page);
  const numbers = tables.map(({ fileNumber }) => fileNumber).sort((a, b) => a - b);
  expect(disk.metas, 'metadata records').toEqual(numbers);
  expect([...new Set(disk.extents.map(fileNumberOfExtentKey))], 'tables that have bytes').toEqual(numbers);
}

test('a GET lights its path: MemTable first, then the tables of L0 from the newest, to the one that has the key', async ({
  page,
}) => {
  await openWithTables(page, 3);
  const leader = (await runLine(page, 'GET user:0')).text.match(/from (n\d)/)?.[1] ?? '';
  await page.getByRole('group', { name: 'Node' }).getByRole('button', { name: leader, exact: true }).click();
  await runLine(page, 'SPEED 1');
  if (leader !== 'n1') for (let i = 0; i < 3; i++) await runLine(page, `FLUSH ${leader}`);
  await runLine(page, 'RUN for=100ms');
  expect((await runLine(page, 'GET user:0')).text).toContain('v0');
  const steps = page.locator('.read-step');
  await expect(steps.first()).toContainText('MemTable: not here');
  await expect(steps.last()).toContainText(/L\d table \d+: Bloom filter: maybe; block \d+ from (cache|disk): found/);
  const found = (await steps.last().textContent())?.match(/table (\d+)/)?.[1];
  await expect(page.locator(`[data-table="${found}"]`)).toHaveClass(/table-found/);
  await expect(page.locator('.key-sought')).toHaveText('s0 user:0');
  // They light up one after the other.
  await expect(page.locator('.read-waits')).toHaveCount(0);
});

test('a table opens to its filter, its blocks and its entries, and gives the focus back', async ({ page }) => {
  await openWithTables(page, 2);
  const [newest] = tablesOf(await report(page));
  const bar = bars(page).first();
  await bar.focus();
  await page.keyboard.press('ArrowDown');
  await expect(bars(page).nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('.table-facts')).toContainText(`Table ${newest?.fileNumber}, L0`);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: `Table ${newest?.fileNumber} of L0 on n1` });
  // A block holds rows of one replica alone: the user's are in another one than the system's.
  const blocks = dialog.getByRole('button', { name: /^Block \d+/ });
  await expect(blocks).toHaveCount(newest?.blocks ?? 0);
  let entries = 0;
  for (const block of await blocks.all()) {
    const held = Number((await block.locator('.dim').textContent())?.match(/^(\d+) entries/)?.[1]);
    await block.click();
    await expect(block).toHaveAttribute('aria-pressed', 'true');
    await expect(dialog.getByRole('row')).toHaveCount(held + 1);
    entries += held;
  }
  expect(entries).toBe(newest?.entries);
  await expect(dialog.getByRole('row').filter({ hasText: 's0 user:4' })).toContainText('v1');
  await expect(dialog.getByRole('img')).toHaveAccessibleName(/of \d+ are set/);
  await expect(dialog).toContainText(`sequences ${newest?.smallestSequence} to ${newest?.largestSequence}`);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(bar).toBeFocused();
});

test('another style of compaction is a command, and the meters say what was before', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openWithTables(page, 1);
  await page.getByRole('combobox', { name: 'Compaction' }).selectOption('universal');
  await runLine(page, 'RUN for=10ms');
  await expect(page.locator('.storage')).toContainText('Since universal');
  expect((await report(page)).engine.style).toBe('universal');
  await expect(page.getByRole('region', { name: 'Console' })).toContainText('CONFIG compaction=universal');
});

test('durability is set where the node is shown, of that node alone, and the tables tell it', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openWithTables(page, 1);
  await page.getByRole('combobox', { name: 'Durability of n1' }).selectOption('strict');
  await expect(page.getByRole('region', { name: 'Console' })).toContainText('CONFIG n1 durability=strict');
  const durabilities = async () => (await snapshotOf(page)).nodes.map((node) => node.durability);
  await expect(async () => expect(await durabilities()).toEqual(['strict', 'relaxed', 'relaxed'])).toPass();
  await page.getByRole('group', { name: 'Node' }).getByRole('button', { name: 'n2', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Durability of n2' })).toHaveValue('relaxed');
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.getByRole('row', { name: /^n1 up .* strict / })).toBeVisible();
  await expect(page.getByRole('row', { name: /^n2 up .* relaxed / })).toBeVisible();
});

test('two nodes stand beside each other, and one that is killed says so', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await page.setViewportSize({ width: 1440, height: 900 });
  await openWithTables(page, 1);
  await page.getByRole('combobox', { name: 'beside' }).selectOption('n2');
  await expect(page.locator('.storage-node')).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Storage of n2' })).toContainText('MemTable');
  await runLine(page, 'KILL n2');
  await expect(page.getByRole('region', { name: 'Storage of n2' })).toContainText('n2 does not run: as it last told');
  expect(await layoutFaults(page)).toEqual([]);
});

for (const [width, height, colorScheme] of [
  [1440, 900, 'dark'],
  ...(process.env.RINGSIDE_LONG === '1'
    ? ([
        [390, 844, 'light'],
        [1440, 900, 'light'],
        [390, 844, 'dark'],
        [320, 640, 'light'],
      ] as const)
    : []),
] as const) {
  test(`nothing sticks out and axe finds nothing: ${width} × ${height}, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await openWithTables(page, 3);
    await expect(bars(page)).toHaveCount(3);
    await runLine(page, 'GET user:1');
    await settle(page);
    expect(await layoutFaults(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });
}

test('an embed may be the storage panel alone', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?embed=1&panels=storage&seed=7');
  await runLine(page, 'PAUSE');
  await expect(page.locator('.mem-table').first()).toContainText('MemTable');
  await expect(page.locator('.level-empty').first()).toContainText('a flush puts the MemTable here');
  expect(await violations(page)).toEqual([]);
});
