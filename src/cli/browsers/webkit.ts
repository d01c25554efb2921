import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { asExpression, type Browser, type BrowserKind, type BrowserPage } from './browser.ts';
import { type ElementReference, WebDriverSession } from './webdriver.ts';

/** The parts that WebKitGTK is driven with. */
export interface WebKitPaths {
  readonly driver: string;
  readonly miniBrowser: string;
  /** Undefined: the display named by DISPLAY is used. */
  readonly xvfb: string | undefined;
}

const PATIENCE_MS = 30_000;

/** This driver has no console. What a page says is heard from its load event on, by functions put in its way. */
const LISTEN = `
  if (window.complaints !== undefined) return;
  const heard = (window.complaints = []);
  for (const kind of ['error', 'warn']) {
    const said = console[kind];
    console[kind] = (...what) => { heard.push('console.' + kind + ': ' + what.join(' ')); said.apply(console, what); };
  }
  addEventListener('error', (event) => heard.push('uncaught: ' + event.message));
  addEventListener('unhandledrejection', (event) => heard.push('unhandled: ' + event.reason));`;

/** WebKitGTK's MiniBrowser over its WebDriver, on a display that nobody sees. */
export function webkit(paths: WebKitPaths): BrowserKind {
  return {
    name: 'WebKit',
    complaintsCover: 'console errors and warnings and uncaught errors of the page from its load on, none of workers',
    storageModes: ['normal'],
    launch: () => launchWebKit(paths),
  };
}

async function launchWebKit({ driver, miniBrowser, xvfb }: WebKitPaths): Promise<Browser> {
  const processes: ChildProcess[] = [];
  const end = (): void => {
    for (const child of processes.reverse()) child.kill();
  };
  try {
    const display = xvfb === undefined ? process.env.DISPLAY : await startDisplay(xvfb, processes);
    const port = await freePort();
    // X11 also where a Wayland session is at hand: the display is the one just made.
    const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11' };
    processes.push(spawn(driver, [`--port=${port}`], { env, stdio: 'ignore' }));
    const session = await openSession(`http://127.0.0.1:${port}`, miniBrowser);
    await session.setTimeouts({ script: PATIENCE_MS, pageLoad: PATIENCE_MS });
    await session.setWindowSize(1280, 800);
    const close = async (): Promise<void> => {
      await session.close().catch(() => undefined);
      end();
    };
    return { name: `WebKitGTK ${session.capabilities.browserVersion}`, page: new WebKitPage(session), close };
  } catch (error) {
    end();
    throw error;
  }
}

/** Starts a display with a free number. @returns its name. */
async function startDisplay(xvfb: string, processes: ChildProcess[]): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'];
  const child = spawn(xvfb, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  processes.push(child);
  const number = await new Promise<string>((resolve, reject) => {
    (child.stdio[3] as Readable).setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${xvfb} ended before it had a display`)));
  });
  return `:${number}`;
}

/** The driver listens a moment after it was started. */
async function openSession(driver: string, binary: string): Promise<WebDriverSession> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const up = await fetch(`${driver}/status`).then(
      () => true,
      () => false,
    );
    if (up) return WebDriverSession.open(driver, { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } });
    if (Date.now() > deadlineMs) throw new Error(`WebKitWebDriver does not answer at ${driver}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

class WebKitPage implements BrowserPage {
  private readonly session: WebDriverSession;
  /** Of the pages that this one has followed. */
  private readonly earlier: string[] = [];

  constructor(session: WebDriverSession) {
    this.session = session;
  }

  async open(address: string): Promise<void> {
    await this.keepComplaints();
    await this.session.navigate(address);
    await this.session.execute(LISTEN);
  }

  async reload(): Promise<void> {
    await this.keepComplaints();
    await this.session.refresh();
    await this.session.execute(LISTEN);
  }

  async run<T>(body: string, ...args: readonly unknown[]): Promise<T> {
    const script = `const done = arguments[arguments.length - 1];
      ${asExpression(body, args)}.then((json) => done({ json }), (error) => done({ error: String(error) }))`;
    const { json, error } = await this.session.executeAsync<{ json?: string; error?: string }>(script);
    if (json === undefined) throw new Error(`the page's script failed: ${error}`);
    return JSON.parse(json) as T;
  }

  async click(find: string): Promise<void> {
    await this.session.click(await this.find(find));
  }

  async typeLine(find: string, text: string): Promise<void> {
    const element = await this.find(find);
    await this.session.click(element);
    await this.session.typeLine(element, text);
  }

  screenshot(): Promise<Uint8Array> {
    return this.session.screenshot();
  }

  async complaints(): Promise<readonly string[]> {
    const now = await this.session.execute<readonly string[] | null>('return window.complaints ?? null');
    return [...this.earlier, ...(now ?? [])];
  }

  private async keepComplaints(): Promise<void> {
    this.earlier.splice(0, this.earlier.length, ...(await this.complaints()));
  }

  private async find(body: string): Promise<ElementReference> {
    const element = await this.session.execute<ElementReference | null>(body);
    if (element === null) throw new Error(`there is no such element: ${body}`);
    return element;
  }
}
