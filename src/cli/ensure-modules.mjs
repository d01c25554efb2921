import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Why packages have to be installed; undefined when what is installed is what the lock file names. Compared by content, not by date: a fresh
 * checkout of an old commit has new dates.
 */
function staleReason() {
  const wanted = readPackages('package-lock.json');
  if (wanted === undefined) throw new Error('package-lock.json is missing or unreadable: restore it from git');
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === undefined) return 'node_modules is missing';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const version = installed[path]?.version;
    // Packages for other platforms are in the lock file and not on the disk.
    if (version === undefined && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (version !== entry.version) return `${path} is ${version ?? 'missing'}, wanted is ${entry.version}`;
  }
  return undefined;
}

/** Installs the dependencies when they are missing or not those of package-lock.json. Ends the process when that fails. */
export function ensureModules() {
  const reason = staleReason();
  if (reason === undefined) return;
  console.log(`Installing dependencies (${reason}) …`);
  // Not `npm ci`: it refuses a lock file that lacks the native packages of other platforms, which npm leaves out when the registry at
  // hand does not carry them. `--no-save` keeps to the lock file's versions and does not touch it.
  const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund'];
  // Run by npm we know npm's own file; by hand we rely on the path, where Windows needs a shell to find npm.cmd.
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: ROOT, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    console.error('`npm install` failed; see above. Ringside needs its dependencies from the npm registry once.');
    process.exit(1);
  }
}
