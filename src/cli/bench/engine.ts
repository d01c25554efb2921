import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import type { EngineFigure } from './engine-figure.ts';

/** A site of one empty page, answered by this process; isolated, so that the clock is a fine one. */
const ADDRESS = 'http://127.0.0.1:41739/';
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const TESTING = join(import.meta.dirname, '../../testing');

/** The worker as one classic script; abstract-level was written for Node. */
async function buildWorker(): Promise<string> {
  const entry = join(TESTING, 'engine-bench/worker.ts');
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { events: join(TESTING, 'abstract-level-page/node-shims.ts') } },
    build: { write: false, lib: { entry, formats: ['iife'], name: 'worker' } },
  });
  const [output] = [result].flat() as Rolldown.RolldownOutput[];
  const chunk = output?.output[0];
  if (chunk === undefined) throw new Error(`${entry}: nothing was built`);
  return chunk.code;
}

/** The storage engine in a worker of a real Chromium, on IndexedDB in a fresh profile on disk; `report` gets each figure as it comes. */
export async function benchEngine(keys: number, report: (figure: EngineFigure) => void): Promise<EngineFigure[]> {
  const script = await buildWorker();
  const profile = mkdtempSync(join(tmpdir(), 'ringside-bench-'));
  // A profile of its own on disk: in a private window IndexedDB would be in memory.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.RINGSIDE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await context.newPage();
    await page.route(ADDRESS, (route) =>
      route.fulfill({ contentType: 'text/html', headers: ISOLATED, body: '<!doctype html>' }),
    );
    await page.goto(ADDRESS);
    const figures: EngineFigure[] = [];
    await page.exposeFunction('reportFigure', (figure: EngineFigure) => {
      figures.push(figure);
      report(figure);
    });
    await page.evaluate(runWorker, { script, keys });
    return figures;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** In the page. */
function runWorker({ script, keys }: { readonly script: string; readonly keys: number }): Promise<void> {
  const { reportFigure, Worker, URL, Blob } = globalThis as unknown as PageGlobals;
  return new Promise((resolve, reject) => {
    const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    worker.onmessage = ({ data }) => {
      if (data.figure !== undefined) reportFigure(data.figure);
      else if (data.error !== undefined) reject(new Error(data.error));
      else resolve();
    };
    worker.postMessage({ keys });
  });
}

interface PageGlobals {
  readonly reportFigure: (figure: EngineFigure) => void;
  readonly Worker: new (address: string) => PageWorker;
  readonly URL: { createObjectURL(blob: unknown): string };
  readonly Blob: new (parts: readonly string[], options: { readonly type: string }) => unknown;
}

interface PageWorker {
  onerror: (event: { readonly message: string }) => void;
  onmessage: (event: { readonly data: { readonly figure?: EngineFigure; readonly error?: string } }) => void;
  postMessage(message: unknown): void;
}
