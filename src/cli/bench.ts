import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import { type RunReport, replay } from '../sim/run.ts';
import { encodeRun } from '../sim/saved-run.ts';
import { drawSchedule } from '../sim/schedule.ts';
import { serveSite } from './serve-site.ts';

/**
 * How fast virtual time passes: the same run (3 nodes × 8 shards, classroom, 50 operations a virtual second, no faults, digest and invariants
 * on) in this process and in Chromium with workers and IndexedDB. Figures are told as ratios to a ceiling of the same run: the in-process
 * world is the browser's ceiling.
 */
const OPERATIONS_PER_SECOND = 50;
const PORT = 41_738;

interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

interface Page {
  readonly ringside: { run(line: string): Promise<Answer> };
}

interface Figure {
  readonly name: string;
  readonly virtualSecondsPerWallSecond: number;
  readonly eventsPerWallSecond: number;
  readonly ratioToCeiling: number;
}

function createRun(seconds: number): SavedRun {
  const durationUs = seconds * 1_000_000;
  const actions = drawSchedule({
    seed: 1,
    nodes: 3,
    durationUs,
    operationsPerSecond: OPERATIONS_PER_SECOND,
    faults: new Set(),
  });
  const run: SavedRun = {
    format: 'ringside-run',
    header: createHeader('bench', 1, CLASSROOM),
    actions,
    endUs: durationUs,
    digest: '',
  };
  return { ...run, digest: replay(run).digest };
}

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const started = performance.now();
  const result = work();
  return { result, seconds: (performance.now() - started) / 1000 };
}

/** The best of several, after a warm-up: what the machine can do, not what else it was doing. */
function measureInProcess(run: SavedRun): { readonly report: RunReport; readonly seconds: number } {
  const tries = Array.from({ length: 4 }, () => timed(() => replay(run)));
  const best = tries.reduce((a, b) => (a.seconds < b.seconds ? a : b));
  return { report: best.result, seconds: best.seconds };
}

async function measureInChromium(run: SavedRun): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'ringside-bench-'));
  const file = join(scratch, 'run.json');
  writeFileSync(file, encodeRun(run));
  const site = await serveSite(PORT);
  const browser = await chromium.launch({
    executablePath: process.env.RINGSIDE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${site.address}?storage=fresh`);
    const line = (text: string): Promise<Answer> =>
      page.evaluate((command) => (globalThis as unknown as Page).ringside.run(command), text);
    await line('STATUS');
    const chooser = page.waitForEvent('filechooser');
    const started = performance.now();
    const loading = line('LOAD');
    await (await chooser).setFiles(file);
    const answer = await loading;
    const seconds = (performance.now() - started) / 1000;
    if (!answer.ok) throw new Error(`the browser did not replay the run: ${answer.text}`);
    return seconds;
  } finally {
    await browser.close();
    site.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function benchWorld(): Promise<readonly Figure[]> {
  const inProcess = createRun(60);
  const { report, seconds } = measureInProcess(inProcess);
  const ceiling = 60 / seconds;
  const browserSeconds = Math.min(await measureInChromium(inProcess), await measureInChromium(inProcess));
  const inBrowser = 60 / browserSeconds;
  return [
    {
      name: 'world in process (one core)',
      virtualSecondsPerWallSecond: ceiling,
      eventsPerWallSecond: report.events / seconds,
      ratioToCeiling: 1,
    },
    {
      name: 'world in Chromium, workers + IndexedDB',
      virtualSecondsPerWallSecond: inBrowser,
      eventsPerWallSecond: (report.events / 60) * inBrowser,
      ratioToCeiling: inBrowser / ceiling,
    },
  ];
}

const BENCHES: Record<string, () => Promise<readonly Figure[]>> = { world: benchWorld };

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
const names = values.only === undefined ? Object.keys(BENCHES) : [values.only];
const figures: Figure[] = [];
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    process.stderr.write(`bench: there is no "${name}"; there is ${Object.keys(BENCHES).join(', ')}\n`);
    process.exit(2);
  }
  figures.push(...(await bench()));
}
for (const { name, virtualSecondsPerWallSecond, eventsPerWallSecond, ratioToCeiling } of figures) {
  const rate = `${virtualSecondsPerWallSecond.toFixed(1)} virtual s per wall s`;
  process.stdout.write(
    `${name.padEnd(42)} ${rate.padEnd(28)} ${Math.round(eventsPerWallSecond)} events/s  ${(ratioToCeiling * 100).toFixed(1)} % of the ceiling\n`,
  );
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
