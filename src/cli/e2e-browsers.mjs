// npm run e2e:browsers: builds the site and checks it in Firefox and WebKit, where they are installed (e2e-browsers.ts);
// `-- --only WebKit` in one of them. `npm test` does without.
import './ensure-node.mjs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSite } from './build-site.mjs';
import { ROOT } from './ensure-modules.mjs';

await buildSite();
// In this process's own group: what ends this ends the browsers too.
const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
const result = spawnSync(process.execPath, [tsx, 'src/cli/e2e-browsers.ts', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
