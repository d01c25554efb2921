// npm run e2e [-- playwright arguments]: the browser tests against the built site, in whatever Chromium there is.
import './ensure-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.mjs';
import { ROOT } from './ensure-modules.mjs';

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

if (!existsSync(join(ROOT, 'dist/index.html'))) fail('There is no built site to test: run `npm run build` first.');
const chromium = await ensureChromium().catch((error) => fail(error.message));
console.log(`Chromium: ${chromium}`);
const cli = join(ROOT, 'node_modules/@playwright/test/cli.js');
const result = spawnSync(process.execPath, [cli, 'test', '-c', 'e2e', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, RINGSIDE_CHROMIUM: chromium },
});
process.exit(result.status ?? 1);
