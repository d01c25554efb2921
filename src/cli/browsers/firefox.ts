import { type ElementHandle, launch, type Page } from 'puppeteer-core';
import { asExpression, type Browser, type BrowserKind, type BrowserPage, type StorageMode } from './browser.ts';

/** Preferences of Firefox, https://searchfox.org/mozilla-central/source/modules/libpref/init/StaticPrefList.yaml */
const PREFERENCES: Readonly<Record<StorageMode, Readonly<Record<string, boolean | number>>>> = {
  normal: {},
  private: { 'browser.privatebrowsing.autostart': true },
  // "Block all cookies", which takes all site data with it.
  denied: { 'network.cookie.cookieBehavior': 2 },
};
const LAUNCH_PATIENCE_MS = 60_000;

/** Stock Firefox over WebDriver BiDi, which it speaks by itself. */
export function firefox(executablePath: string): BrowserKind {
  return {
    name: 'Firefox',
    complaintsCover: 'console errors and warnings, uncaught errors',
    storageModes: ['normal', 'private', 'denied'],
    launch: (storage) => launchFirefox(executablePath, storage),
  };
}

async function launchFirefox(executablePath: string, storage: StorageMode): Promise<Browser> {
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    timeout: LAUNCH_PATIENCE_MS,
    defaultViewport: { width: 1280, height: 800 },
    extraPrefsFirefox: PREFERENCES[storage],
  });
  const page = await browser.newPage();
  return {
    name: (await browser.version()).replace(/^firefox\//, 'Firefox '),
    page: new FirefoxPage(page),
    close: () => browser.close(),
  };
}

class FirefoxPage implements BrowserPage {
  private readonly page: Page;
  private readonly heard: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      const kind = message.type();
      if (kind === 'error' || kind === 'warn') this.heard.push(`console.${kind}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.heard.push(`uncaught: ${error instanceof Error ? error.message : error}`));
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async run<T>(body: string, ...args: readonly unknown[]): Promise<T> {
    return JSON.parse(String(await this.page.evaluate(asExpression(body, args)))) as T;
  }

  async click(find: string): Promise<void> {
    await (await this.find(find)).click();
  }

  async typeLine(find: string, text: string): Promise<void> {
    await this.click(find);
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  screenshot(): Promise<Uint8Array> {
    return this.page.screenshot();
  }

  async complaints(): Promise<readonly string[]> {
    return this.heard;
  }

  private async find(body: string): Promise<ElementHandle> {
    const handle = await this.page.evaluateHandle(`(() => {${body}\n})()`);
    const element = handle.asElement();
    if (element === null) throw new Error(`there is no such element: ${body}`);
    return element as ElementHandle;
  }
}
