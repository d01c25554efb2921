import { join } from 'node:path';
import { ROOT } from './ensure-modules.mjs';
import { runNode } from './run.mjs';

const TIMEOUT_MS = 5 * 60_000;

/** Builds the site into dist/; ends the process with what Vite said when that fails. */
export async function buildSite() {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const built = await runNode([vite, 'build'], { quiet: true, timeoutMs: TIMEOUT_MS });
  if (built.code === 0) return;
  console.error(built.output);
  process.exit(1);
}
