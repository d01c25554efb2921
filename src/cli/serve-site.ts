import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const PATIENCE_MS = 20_000;

/** The built site on this machine. */
export interface ServedSite {
  /** With a slash at its end. */
  readonly address: string;
  close(): void;
}

const answers = (address: string): Promise<boolean> =>
  fetch(address).then(
    (response) => response.ok,
    () => false,
  );

/** Serves dist/ with `vite preview`. Throws where the port is taken or nothing was built. */
export async function serveSite(port: number): Promise<ServedSite> {
  const address = `http://127.0.0.1:${port}/`;
  if (await answers(address)) throw new Error(`somebody else serves ${address}: end that server, or use another port`);
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'preview', '--port', String(port), '--strictPort', '--host', '127.0.0.1'];
  const server = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  server.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (server.exitCode === null && Date.now() < deadlineMs) {
    if (await answers(address)) return { address, close: () => server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error(`the built site is not served at ${address}: run \`npm run build\` first. ${complaint.trim()}`);
}
