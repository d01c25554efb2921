import type { SavedRun } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import { drawRun } from '../../sim/drawn-run.ts';
import { encodeRun } from '../../sim/saved-run.ts';
import type { Fault } from '../../sim/schedule.ts';
import type { BrowserPage } from './browser.ts';
import { ready, runLine, typeLine } from './cluster-page.ts';
import { expect, type Report } from './report.ts';

const SECONDS = 60;
const REPLAY_PATIENCE_MS = 300_000;

/** Sixty virtual seconds with kills, partitions and loss, run in Node. */
export function referenceRun(seed: number): SavedRun {
  const faults = new Set<Fault>(['kill', 'partition', 'loss']);
  const { run, report } = drawRun({ seed, nodes: 3, durationUs: SECONDS * 1_000_000, operationsPerSecond: 4, faults });
  expect(report.violations.length === 0, `seed ${seed} is violated in Node already: ${report.violations[0]}`);
  expect(
    run.actions.some(({ action }) => action.type === 'Kill'),
    `seed ${seed} kills nobody and proves little`,
  );
  return run;
}

/** The file is handed over where the browser would open its chooser, which no driver can work in every browser. */
const CHOOSE_FILE = `
  const click = HTMLInputElement.prototype.click;
  HTMLInputElement.prototype.click = function () {
    if (this.type !== 'file') return click.call(this);
    const chosen = new DataTransfer();
    chosen.items.add(new File([args[0]], 'run.json', { type: 'application/json' }));
    this.files = chosen.files;
    this.dispatchEvent(new Event('change'));
  };`;

/** Each run, replayed by workers on IndexedDB, must end in the digest that Node found. */
export async function checkDigests(
  report: Report,
  page: BrowserPage,
  address: string,
  runs: readonly SavedRun[],
): Promise<void> {
  for (const run of runs) {
    await report.check(
      `seed ${run.header.seed}: ${SECONDS} virtual seconds have the digest that Node found`,
      async () => {
        await page.open(`${address}?storage=fresh`);
        await ready(page);
        await page.run(CHOOSE_FILE, encodeRun(run));
        const startedMs = Date.now();
        await typeLine(
          page,
          'LOAD',
          /Replayed to .* digest|not a saved run|No file was chosen|engine version/,
          REPLAY_PATIENCE_MS,
        );
        const seconds = (Date.now() - startedMs) / 1000;
        // Not `ringside.snapshot()`: that is as last reported, on a busy machine some moments before the end.
        const { digest, timeMs } = (await runLine(page, 'STATUS')).value as ClusterSnapshot;
        expect(timeMs === SECONDS * 1000, `the replay stopped at ${timeMs} ms`);
        expect(digest === run.digest, `DIGESTS DIFFER, seed ${run.header.seed}: here ${digest}, in Node ${run.digest}`);
        return `${digest}, ${seconds.toFixed(1)} s`;
      },
    );
  }
}
