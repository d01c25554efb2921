// npm start [-- --port 8080] [--host]: installs what is missing, serves the app, prints the URL.
import './ensure-node.mjs';
import { ensureModules, ROOT } from './ensure-modules.mjs';

ensureModules();

const portAt = process.argv.indexOf('--port');
const port = portAt === -1 ? 5173 : Number(process.argv[portAt + 1]);
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error('--port takes a number from 1 to 65535, for example: npm start -- --port 8080');
  process.exit(1);
}

// Only now: before `ensureModules` there may be no Vite.
const { createServer } = await import('vite');
const server = await createServer({
  root: ROOT,
  clearScreen: false,
  logLevel: 'warn',
  server: { port, host: process.argv.includes('--host') ? true : 'localhost' },
});
await server.listen();

const { local, network } = server.resolvedUrls;
console.log(`\n  Ringside is running:  ${local[0]}`);
for (const url of network) console.log(`  on your network:      ${url}`);
console.log('\n  Ctrl+C stops it.\n');
