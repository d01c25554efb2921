import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { createRandomStream } from '../src/core/base/random.ts';
import { CLASSROOM, createHeader } from '../src/core/cluster/presets.ts';
import type { TraceEvent } from '../src/core/cluster/trace-event.ts';
import { runInProcess } from '../src/sim/run.ts';
import { encodeRun } from '../src/sim/saved-run.ts';
import { expect, test } from './fixtures.ts';
import {
  expectEnded,
  expectReadBack,
  expectReplays,
  revive,
  reviveAndTerminate,
  runAndTerminate,
} from './kill-rounds.ts';
import { openCluster, runLine, runLines } from './page-driver.ts';
import { loadRun } from './scheduled-run.ts';
import { exposeWorkers } from './worker-faults.ts';

const ROUNDS = process.env.RINGSIDE_LONG === '1' ? 200 : 5;
/** Draws nodes and moments. What a kill meets depends on the machine as well: another seed tries others. */
const SEED = Number(process.env.RINGSIDE_SEED ?? 1);
/** Each of a key of its own, and some more that replace and delete each other's. */
const WRITES = 16;
const OVERWRITES = 8;
const OVERWRITTEN_KEYS = 12;
/** A client waits for its answer before it writes again. */
const CLIENTS = 8;
const AFTER_MS_MAX = 10;
/** So small that the writes of one round close several MemTables, and these make compactions due, in many slices. */
const TINY = {
  memTableBytesMax: 2048,
  sliceBytesMax: 1024,
  blockBytes: 256,
  l0CompactionTrigger: 2,
  levelBytesBase: 8192,
  levelBytesRatio: 2,
  tableBytesMax: 4096,
};

/** As long as a round of the nodes, whose writes go to the real disk together: so each slice is a transaction of its own. */
const SYNC_US = 10_000;

/** A new run with these limits, which no address and no command can ask for: that of a file that says so, begun anew. */
async function openTiny(page: Page, path: string): Promise<void> {
  const config = {
    ...CLASSROOM,
    shards: 1,
    limits: { ...CLASSROOM.limits, ...TINY },
    disk: { ...CLASSROOM.disk, syncUs: SYNC_US },
  };
  const header = createHeader('tiny', SEED, config);
  const endUs = 1_000_000;
  const { digest } = runInProcess(header, [], endUs);
  await writeFile(path, encodeRun({ format: 'ringside-run', header, actions: [], endUs, digest }));
  // The console alone: all that happens here would keep a whole page drawing.
  await openCluster(page, './?storage=fresh&embed=1&panels=console');
  expect(await loadRun(page, page, path)).toMatchObject({ ok: true });
  expect(await runLine(page, 'RESET')).toMatchObject({ ok: true });
  await page.waitForFunction(() => window.ringside.snapshot().shards.every(({ leader }) => leader !== null));
  const { value, text } = await runLine(page, 'SST n1');
  expect(value, text).toMatchObject({ engine: { memTable: { bytesMax: TINY.memTableBytesMax } } });
}

/** What a kill met, by what the node had told before it: `flushes`, `compactions` that were under way. Ended ones count for all nodes. */
class StorageWatch {
  readonly ended = { flushes: 0, compactions: 0 };
  readonly met = { flushes: 0, compactions: 0, recoveries: 0, nothing: 0 };
  private readonly underWay = new Map<number, { flush: boolean; compaction: boolean; recovery: boolean }>();

  observe(event: TraceEvent): void {
    if (!('node' in event)) return;
    const { node, type } = event;
    const now = this.underWay.get(node) ?? { flush: false, compaction: false, recovery: false };
    this.underWay.set(node, now);
    if (type === 'NodeStarted') now.recovery = true;
    else if (type === 'NodeRecovered') now.recovery = false;
    else if (type === 'MemTableClosed') now.flush = true;
    else if (type === 'CompactionStarted') now.compaction = true;
    else if (type === 'SSTablePublished') {
      now.flush = false;
      this.ended.flushes++;
    } else if (type === 'CompactionFinished') {
      now.compaction = false;
      this.ended.compactions++;
    } else if (type === 'NodeCrashed') {
      if (now.flush) this.met.flushes++;
      if (now.compaction) this.met.compactions++;
      if (now.recovery) this.met.recoveries++;
      if (!now.flush && !now.compaction && !now.recovery) this.met.nothing++;
      this.underWay.delete(node);
    }
  }
}

test(`bug 23: ${ROUNDS} workers ended at random moments of flushes and compactions lose nothing acknowledged`, async ({
  page,
}, info) => {
  test.setTimeout(1_800_000);
  const draw = createRandomStream(SEED, 'kills', 'e2e', 0);
  await exposeWorkers(page);
  await openTiny(page, info.outputPath('tiny.json'));
  await runLine(page, 'SPEED 4');
  const acknowledged = new Map<string, string>();
  let again = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const node = `n${draw.between(1, 3)}`;
    const when = { answers: draw.between(0, WRITES), afterMs: draw.between(0, AFTER_MS_MAX) };
    const moment = `RINGSIDE_SEED=${SEED}, round ${round}: ${node} after ${when.answers} answers and ${when.afterMs} ms`;
    const writes = Array.from({ length: WRITES }, (_, i) => [`r${round}-${i}`, `v${i}${'.'.repeat(500)}`] as const);
    const overwrites = Array.from({ length: OVERWRITES }, (_, i) => {
      const key = `k${draw.between(0, OVERWRITTEN_KEYS - 1)}`;
      return draw.chance(0.4) ? `DELETE ${key}` : `PUT ${key} v${round}-${i}`;
    });
    const lines = [...writes.map(([key, value]) => `PUT ${key} ${value}`), ...overwrites];
    const byClients = lines.map((line, i) => `${line} as=c${i % CLIENTS}`);
    const answers = await runAndTerminate(page, byClients, node, when);
    writes.forEach(([key, value], i) => {
      if (answers[i]?.ok) acknowledged.set(key, value);
    });
    await expectEnded(page, node, moment);
    // Now and then its successor as well, while it reads the disk or soon after.
    if (draw.chance(0.2)) {
      again++;
      await reviveAndTerminate(page, node, draw.between(0, 10));
      await expectEnded(page, node, `${moment}, again`);
    }
    await revive(page, node, moment);
  }
  expect(acknowledged.size).toBeGreaterThan((ROUNDS * WRITES) / 2);
  await runLine(page, 'SPEED max');
  await expectReadBack(page, acknowledged);
  // Of the keys that were replaced and deleted, the replay knows what their readers may see.
  const reads = Array.from({ length: OVERWRITTEN_KEYS }, (_, i) => `GET k${i} timeout=10s`);
  for (const answer of await runLines(page, reads)) expect(answer, answer.text).toMatchObject({ ok: true });
  const watch = new StorageWatch();
  const { actions } = await expectReplays(page, (event) => watch.observe(event));
  const seen = `RINGSIDE_SEED=${SEED}: ${JSON.stringify(watch)}`;
  info.annotations.push({ type: 'seen', description: seen });
  expect(actions.filter(({ action }) => action.type === 'Died')).toHaveLength(ROUNDS + again);
  // On each of three nodes, in each round.
  expect(watch.ended.flushes, seen).toBeGreaterThan(ROUNDS * 3);
  expect(watch.ended.compactions, seen).toBeGreaterThan(ROUNDS * 3);
  expect(watch.met.flushes + watch.met.compactions, seen).toBeGreaterThan(ROUNDS / 5);
});
