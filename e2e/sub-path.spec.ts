import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { serveSite } from './static-server.ts';

const PREFIX = '/some/deep/path/';

test('the built site works below a sub-path of a plain static server, workers and all', async ({ page }) => {
  const site = await serveSite({ prefix: PREFIX });
  try {
    await openCluster(page, `${site.origin}${PREFIX}`);
    await expect(page.locator('.host-chip')).toContainText('3 workers · IndexedDB');
    expect(page.workers()).toHaveLength(4);
    await runLine(page, 'SPEED 2');
    expect(await runLine(page, 'PUT user:42 ada')).toMatchObject({ ok: true });
    await runLine(page, 'KILL n1');
    expect(await runLine(page, 'REVIVE n1')).toMatchObject({ ok: true });
    await page.reload();
    await page.evaluate(() => window.ringside.ready);
    expect((await snapshotOf(page)).shards).toHaveLength(8);
    expect(await runLine(page, 'GET user:42 timeout=10s')).toMatchObject({ ok: true, value: 'ada' });
    expect(site.missing).toEqual([]);
  } finally {
    site.close();
  }
});
