import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import type { SavedRun } from '../../core/cluster/run.ts';
import { type RunReport, replay } from '../../sim/run.ts';
import { encodeRun } from '../../sim/saved-run.ts';
import { drawSchedule } from '../../sim/schedule.ts';
import { runLine, withPage } from './chromium-page.ts';

/**
 * How fast virtual time passes: the same run (3 nodes × 8 shards, classroom, 50 operations a virtual second, no faults, digest and invariants
 * on) in this process and in Chromium with workers and IndexedDB. Figures are told as ratios to a ceiling of the same run: the in-process
 * world is the browser's ceiling.
 */
const OPERATIONS_PER_SECOND = 50;

export interface WorldFigure {
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
  try {
    return await withPage('?storage=fresh', async (page) => {
      await runLine(page, 'STATUS');
      const chooser = page.waitForEvent('filechooser');
      const started = performance.now();
      const loading = runLine(page, 'LOAD');
      await (await chooser).setFiles(file);
      const answer = await loading;
      const seconds = (performance.now() - started) / 1000;
      if (!answer.ok) throw new Error(`the browser did not replay the run: ${answer.text}`);
      return seconds;
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export async function benchWorld(): Promise<readonly WorldFigure[]> {
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

export function worldLine(figure: WorldFigure): string {
  const { name, virtualSecondsPerWallSecond, eventsPerWallSecond, ratioToCeiling } = figure;
  const rate = `${virtualSecondsPerWallSecond.toFixed(1)} virtual s per wall s`;
  const events = `${Math.round(eventsPerWallSecond)} events/s`;
  return `${name.padEnd(42)} ${rate.padEnd(28)} ${events}  ${(ratioToCeiling * 100).toFixed(1)} % of the ceiling`;
}
