import { expect, test } from './fixtures.ts';
import { openCluster, runLine } from './page-driver.ts';

test('a batch is one entry of one shard: all of it or nothing, and over several shards nothing is sent', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh&seed=3');
  await runLine(page, 'SPEED max');
  const written = await runLine(page, 'BATCH {\n  PUT cart{u1} 3  # over several lines\n  PUT stock{u1} 4\n}');
  expect(written).toMatchObject({ ok: true, value: true });
  expect(written.text).toContain('2 writes as one entry');
  expect(await runLine(page, 'BATCH { PUT cart{u1} 9; CAS stock{u1} 5 1 }')).toMatchObject({ ok: true, value: false });
  expect(await runLine(page, 'SCAN cart limit=9')).toMatchObject({
    value: [
      ['cart{u1}', '3'],
      ['stock{u1}', '4'],
    ],
  });
  const { text, code } = await runLine(page, 'BATCH { PUT a 1; PUT b 2 }');
  expect(code).toBe('CrossShard');
  expect(text).toMatch(/^a lives in s\d, b in s\d: .*hash tag/);
  const told = await runLine(page, 'EXPLAIN BATCH { PUT cart{u1} 5; DELETE stock{u1} }');
  expect(told.text).toContain('2 writes as one: PUT cart{u1}, DELETE stock{u1}');
  // The same from the line itself, pasted.
  const line = page.locator('.console input, .console textarea').first();
  await line.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'BATCH {\n PUT a{p} 1\n PUT b{p} 2\n}\nGET a{p}\n');
    const paste = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(paste);
  });
  await expect(page.locator('.console')).toContainText('2 writes as one entry');
  await expect(page.locator('.console')).toContainText('"1"');
  expect(await runLine(page, 'GET b{p}')).toMatchObject({ value: '2' });
});
