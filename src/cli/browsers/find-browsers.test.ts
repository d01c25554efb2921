import { expect, test } from 'vitest';
import { findBrowsers, type Machine } from './find-browsers.ts';

const DEBIAN = [
  '/usr/bin/firefox-esr',
  '/usr/bin/WebKitWebDriver',
  '/usr/bin/Xvfb',
  '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
];

function machine(files: readonly string[], more: Partial<Machine> = {}): Machine {
  const below = (folder: string) => files.filter((file) => file.startsWith(`${folder}/`));
  return {
    platform: 'linux',
    env: { PATH: '/usr/local/bin:/usr/bin' },
    exists: (path) => files.includes(path),
    list: (folder) => [...new Set(below(folder).map((file) => file.slice(folder.length + 1).split('/')[0] as string))],
    ...more,
  };
}

const names = (found: ReturnType<typeof findBrowsers>) => found.kinds.map(({ name }) => name);

test('finds both where Debian puts them', () => {
  const found = findBrowsers(machine(DEBIAN));
  expect(names(found)).toEqual(['Firefox', 'WebKit']);
  expect(found.missing).toEqual([]);
});

test('finds MiniBrowser where Fedora puts it', () => {
  const files = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb', '/usr/libexec/webkit2gtk-4.1/MiniBrowser'];
  expect(names(findBrowsers(machine(files)))).toEqual(['WebKit']);
});

test('names what is not there, and how to get it', () => {
  const { kinds, missing } = findBrowsers(machine([]));
  expect(kinds).toEqual([]);
  expect(missing).toEqual([
    expect.stringMatching(/^Firefox: not found.*firefox-esr.*RINGSIDE_FIREFOX/),
    expect.stringMatching(
      /^WebKit: WebKitWebDriver and MiniBrowser and Xvfb or a display not found.*webkit2gtk-driver xvfb/,
    ),
  ]);
});

test('a display stands in for Xvfb, nothing for MiniBrowser', () => {
  const without = (name: string) => DEBIAN.filter((file) => !file.endsWith(name));
  const env = { PATH: '/usr/bin', DISPLAY: ':0' };
  expect(names(findBrowsers(machine(without('Xvfb'), { env })))).toContain('WebKit');
  const { missing } = findBrowsers(machine(without('MiniBrowser'), { env }));
  expect(missing).toEqual([expect.stringMatching(/^WebKit: MiniBrowser not found/)]);
});

test('a browser named in the environment is taken, and must be there', () => {
  const env = { PATH: '', RINGSIDE_FIREFOX: '/opt/nightly/firefox' };
  expect(names(findBrowsers(machine(['/opt/nightly/firefox'], { env })))).toEqual(['Firefox']);
  expect(() => findBrowsers(machine(DEBIAN, { env }))).toThrow(/RINGSIDE_FIREFOX names .* not there/);
});

test('on a Mac there is Firefox, and WebKit is said not to be looked for', () => {
  const found = findBrowsers(machine(['/Applications/Firefox.app/Contents/MacOS/firefox'], { platform: 'darwin' }));
  expect(names(found)).toEqual(['Firefox']);
  expect(found.missing).toEqual([expect.stringMatching(/not looked for on darwin/)]);
});
