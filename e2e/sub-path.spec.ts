import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

const PREFIX = '/some/deep/path/';
const DIST = join(import.meta.dirname, '../dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** As plain as a server can be: files below the prefix, 404 for all else. */
function serveBelowPrefix(missing: string[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const file = pathname.startsWith(PREFIX) ? normalize(pathname.slice(PREFIX.length) || 'index.html') : '..';
    try {
      if (file.startsWith('..')) throw new Error('outside');
      const body = await readFile(join(DIST, file));
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
    } catch {
      missing.push(pathname);
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

test('the built site works below a sub-path of a plain static server, workers and all', async ({ page }) => {
  const missing: string[] = [];
  const server = await serveBelowPrefix(missing);
  try {
    await openCluster(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`);
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
    expect(missing).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
