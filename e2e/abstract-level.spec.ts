import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { expect, test } from './fixtures.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const PAGE = join(import.meta.dirname, '../src/testing/abstract-level-page');

interface SuiteResult {
  readonly tests: number;
  readonly assertions: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** One classic script with the engine, the suite and tape, which were written for Node. */
async function buildScript(): Promise<string> {
  const shims = join(PAGE, 'node-shims.ts');
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { events: shims, stream: shims, path: shims, fs: shims } },
    define: { 'process.env': '{}', __dirname: '"/"', global: 'globalThis' },
    build: { write: false, minify: false, lib: { entry: join(PAGE, 'page.ts'), formats: ['iife'], name: 'page' } },
  });
  const [output] = [result].flat() as Rolldown.RolldownOutput[];
  const chunk = output?.output[0];
  if (chunk === undefined) throw new Error('nothing was built');
  return `var process = { env: {}, browser: true, cwd: () => '/', nextTick: (f, ...a) => setTimeout(() => f(...a)) };\n${chunk.code}`;
}

test('the abstract-level suite passes on IndexedDB, with a flush after every write', async ({ page }) => {
  test.skip(!LONG, 'it opens a thousand and more databases; npm test runs it on a disk in memory');
  test.setTimeout(10 * 60_000);
  await page.route('**/abstract-level.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
  );
  await page.goto('abstract-level.html');
  await page.addScriptTag({ content: await buildScript() });
  const result = await page.evaluate(() =>
    (window as unknown as { runAbstractLevel: () => Promise<SuiteResult> }).runAbstractLevel(),
  );
  expect(result).toMatchObject({ failed: [], skipped: [] });
  expect(result.tests).toBeGreaterThan(1400);
  expect(result.assertions).toBeGreaterThan(4500);
});
