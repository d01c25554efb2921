// Finds a Chromium for the browser tests, or obtains one. Run by itself it prints the path.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './ensure-modules.mjs';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

function wellKnownPaths() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform === 'win32') {
    const bases = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    return ['Google/Chrome', 'Chromium', 'Microsoft/Edge'].flatMap((vendor) =>
      bases.map((base) => join(base, vendor, 'Application', vendor.endsWith('Edge') ? 'msedge.exe' : 'chrome.exe')),
    );
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = ['/usr/bin', '/usr/local/bin', ...(env.PATH ?? '').split(delimiter).filter(Boolean)];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** It exists and starts: a snap stub or a browser that lacks system libraries does not count. */
function runs(path) {
  if (path === undefined || !existsSync(path)) return false;
  // On Windows `--version` opens a window.
  if (process.platform === 'win32') return true;
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

async function playwrightPath() {
  const { chromium } = await import('@playwright/test');
  return chromium.executablePath();
}

async function find() {
  return [...new Set(wellKnownPaths())].find(runs) ?? [await playwrightPath()].find(runs);
}

function attempt(command, args) {
  console.log(
    `No Chromium found; trying: ${command === process.execPath ? 'npx playwright' : command} ${args.slice(command === process.execPath ? 1 : 0).join(' ')}`,
  );
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', timeout: INSTALL_TIMEOUT_MS });
  return result.status === 0;
}

const playwright = (...args) =>
  attempt(process.execPath, [join(ROOT, 'node_modules/@playwright/test/cli.js'), ...args]);

/**
 * The path of a Chromium that starts: the one named by RINGSIDE_CHROMIUM, an installed browser, Playwright's own, else one that is
 * installed now. Throws an error that says what to do.
 */
export async function ensureChromium() {
  const named = process.env.RINGSIDE_CHROMIUM;
  if (named) {
    if (runs(named)) return named;
    throw new Error(`RINGSIDE_CHROMIUM names ${named}, which is not there or does not start. Correct or unset it.`);
  }
  let path = await find();
  if (path !== undefined) return path;

  const canApt = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (playwright('install', 'chromium') && canApt && !runs(await playwrightPath()))
    playwright('install-deps', 'chromium');
  path = await find();
  if (path !== undefined) return path;

  if (canApt && attempt('apt-get', ['update']))
    attempt('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  path = await find();
  if (path !== undefined) return path;
  throw new Error(
    [
      'The browser tests need Chromium, and none could be found or installed. Do one of these, then run the tests again:',
      '  - npx playwright install --with-deps chromium',
      '  - install Chromium or Google Chrome (Debian: sudo apt-get install chromium)',
      '  - set RINGSIDE_CHROMIUM to the path of a Chromium, Chrome or Edge executable',
    ].join('\n'),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await ensureChromium());
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
