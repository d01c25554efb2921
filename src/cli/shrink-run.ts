import { writeFileSync } from 'node:fs';
import type { RunHeader, SavedRun } from '../core/cluster/run.ts';
import { type FoundViolation, type RunReport, runInProcess } from '../sim/run.ts';
import { decodeRun, encodeRun } from '../sim/saved-run.ts';
import { type Schedule, shrink, type Verdict } from '../sim/shrink.ts';
import { actionLine } from './action-line.ts';

/** A run that failed, and where the small one that fails in the same way is to be written. */
export interface FailedRun {
  readonly header: RunHeader;
  readonly schedule: Schedule;
  readonly report: RunReport;
  readonly path: string;
}

/** So many runs at most; most of them are much shorter than the one that failed. */
const RUNS_MAX = 600;
const PROGRESS_EVERY_MS = 1000;
const ACTIONS_SHOWN_MAX = 60;

/** Of a run with several the earliest: what is broken later may follow from it. What only the whole history shows comes last. */
export const firstViolation = (report: RunReport): FoundViolation | undefined =>
  report.found.toSorted((a, b) => (a.timeUs ?? Number.MAX_SAFE_INTEGER) - (b.timeUs ?? Number.MAX_SAFE_INTEGER))[0];

/**
 * Shrinks it to the fewest actions that break the same rule, writes that run, and prints it. Tells on standard error how far it is; ^C ends it with the
 * best so far.
 */
export async function shrinkRun({ header, schedule, report, path }: FailedRun): Promise<void> {
  const target = firstViolation(report);
  if (target === undefined) return;
  const { rule } = target;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  const trials = shrink(schedule, target.timeUs === undefined ? schedule.endUs : target.timeUs + 1);
  let best = schedule;
  let runs = 0;
  let toldAtMs = 0;
  for (let next = trials.next(); ; runs++) {
    best = next.done ? next.value : next.value.best;
    if (next.done || stopped || runs >= RUNS_MAX) break;
    if (performance.now() - toldAtMs > PROGRESS_EVERY_MS) {
      toldAtMs = performance.now();
      tell(
        `shrinking: ${best.actions.length} of ${schedule.actions.length} actions after ${runs} runs; ^C takes these`,
      );
    }
    next = trials.next(judge(header, next.value.schedule, rule));
    // A signal is heard between two turns only.
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.removeListener('SIGINT', stop);
  const why = stopped ? ', stopped by ^C' : runs >= RUNS_MAX ? ', the most that are tried' : '';
  print(header, best, rule, `${schedule.actions.length} actions to ${best.actions.length} in ${runs} runs${why}`, path);
}

const run = (header: RunHeader, { actions, endUs }: Schedule): RunReport => runInProcess(header, actions, endUs);

function judge(header: RunHeader, schedule: Schedule, rule: string): Verdict {
  const same = run(header, schedule).found.filter((found) => found.rule === rule);
  if (same.length === 0) return { fails: false };
  return { fails: true, shownUs: Math.min(...same.map(({ timeUs }) => (timeUs ?? schedule.endUs - 1) + 1)) };
}

function print(header: RunHeader, schedule: Schedule, rule: string, how: string, path: string): void {
  const report = run(header, schedule);
  const { actions, endUs } = schedule;
  const saved: SavedRun = { format: 'ringside-run', header, actions, endUs, digest: report.digest };
  const shown = actions.slice(0, ACTIONS_SHOWN_MAX).map((timed) => `    ${actionLine(timed)}`);
  const more = actions.length - shown.length;
  const kept = report.found.find((found) => found.rule === rule);
  const lines = [
    `  shrunk from ${how}:`,
    ...shown,
    ...(more > 0 ? [`    … and ${more} more`] : []),
    `    ${(endUs / 1e6).toFixed(6)} s  the run ends`,
    `  ${kept?.text ?? `${rule} does not break any more`}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  try {
    const text = encodeRun(saved);
    // What cannot be read back is no use to anybody.
    decodeRun(text);
    writeFileSync(path, text);
    process.stdout.write(`  replay: npm run sim -- --run ${path}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(`  cannot write it to ${path}: ${reason}\n`);
  }
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`);
