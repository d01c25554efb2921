// npm run bench [-- --only NAME] [-- --json FILE]: builds the site, finds a Chromium, and measures (bench.ts).
import './ensure-node.mjs';
import { join } from 'node:path';
import { buildSite } from './build-site.mjs';
import { ensureChromium } from './ensure-chromium.mjs';
import { ROOT } from './ensure-modules.mjs';
import { runNode } from './run.mjs';

// A million keys in three stores take most of it.
const TIMEOUT_MS = 60 * 60_000;
const bin = (path) => join(ROOT, 'node_modules', path);
const chromium = await ensureChromium().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
await buildSite();
const { code } = await runNode([bin('tsx/dist/cli.mjs'), 'src/cli/bench.ts', ...process.argv.slice(2)], {
  env: { RINGSIDE_CHROMIUM: chromium },
  timeoutMs: TIMEOUT_MS,
});
process.exit(code ?? 1);
