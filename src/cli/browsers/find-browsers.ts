import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { BrowserKind } from './browser.ts';
import { firefox } from './firefox.ts';
import { webkit } from './webkit.ts';

/** What is looked at to find browsers. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  /** Names in a folder; empty where there is no such folder. */
  list(folder: string): readonly string[];
}

export interface FoundBrowsers {
  readonly kinds: readonly BrowserKind[];
  /** One sentence for each browser that is not here: what is missing, and how to get it. */
  readonly missing: readonly string[];
}

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  env: process.env,
  exists: existsSync,
  list: (folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

/** Finds what is installed; installs nothing. Throws where the environment names a browser that is not there. */
export function findBrowsers(machine: Machine): FoundBrowsers {
  const found = [findFirefox(machine), findWebKit(machine)];
  return {
    kinds: found.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    missing: found.filter((one) => typeof one === 'string'),
  };
}

function findFirefox(machine: Machine): BrowserKind | string {
  const path =
    named(machine, 'RINGSIDE_FIREFOX') ?? firefoxPaths(machine).find((candidate) => machine.exists(candidate));
  if (path !== undefined) return firefox(path);
  return 'Firefox: not found. Install it (Debian: apt-get install firefox-esr) or name its executable in RINGSIDE_FIREFOX.';
}

function firefoxPaths({ platform, env }: Machine): readonly string[] {
  if (platform === 'darwin') return ['/Applications/Firefox.app/Contents/MacOS/firefox'];
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((base) =>
      base === undefined ? [] : [join(base, 'Mozilla Firefox', 'firefox.exe')],
    );
  }
  return ['firefox-esr', 'firefox'].flatMap((name) => inPath(env, name));
}

/** WebKitGTK, the port of WebKit that runs on Linux. Safari itself can only be driven by hand on a Mac. */
function findWebKit(machine: Machine): BrowserKind | string {
  const { platform, env } = machine;
  if (platform !== 'linux') return `WebKit: not looked for on ${platform}; its driver here is WebKitGTK's, on Linux.`;
  const present = (name: string): string | undefined => inPath(env, name).find((path) => machine.exists(path));
  const driver = present('WebKitWebDriver');
  const xvfb = present('Xvfb');
  const miniBrowser = named(machine, 'RINGSIDE_MINIBROWSER') ?? miniBrowsers(machine)[0];
  const lacking = [
    ...(driver === undefined ? ['WebKitWebDriver'] : []),
    ...(miniBrowser === undefined ? ['MiniBrowser'] : []),
    ...(xvfb === undefined && env.DISPLAY === undefined ? ['Xvfb or a display'] : []),
  ];
  if (driver !== undefined && miniBrowser !== undefined && lacking.length === 0)
    return webkit({ driver, miniBrowser, xvfb });
  return `WebKit: ${lacking.join(' and ')} not found. Debian: apt-get install webkit2gtk-driver xvfb.`;
}

/** Debian: /usr/lib/ARCHITECTURE/webkit2gtk-4.1/MiniBrowser; Fedora: /usr/libexec/webkit2gtk-4.1/MiniBrowser. The newest interface first. */
function miniBrowsers(machine: Machine): readonly string[] {
  const libraries = ['/usr/libexec', '/usr/lib', ...machine.list('/usr/lib').map((name) => `/usr/lib/${name}`)];
  return libraries
    .flatMap((folder) => machine.list(folder).map((name) => ({ folder, name })))
    .filter(({ name }) => /^webkit(2gtk|gtk)-\d/.test(name))
    .sort((a, b) => (a.name < b.name ? 1 : -1))
    .map(({ folder, name }) => `${folder}/${name}/MiniBrowser`)
    .filter((path) => machine.exists(path));
}

function named({ env, exists }: Machine, variable: string): string | undefined {
  const path = env[variable];
  if (path === undefined || path === '') return undefined;
  if (exists(path)) return path;
  throw new Error(`${variable} names ${path}, which is not there. Correct or unset it.`);
}

function inPath(env: Machine['env'], name: string): readonly string[] {
  return [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/bin'].map((folder) =>
    join(folder, name),
  );
}
