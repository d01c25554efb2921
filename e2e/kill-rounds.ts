import type { Page } from '@playwright/test';
import type { SavedRun } from '../src/core/cluster/run.ts';
import type { TraceEvent } from '../src/core/cluster/trace-event.ts';
import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { expect } from './fixtures.ts';
import { type Answer, runLine, runLines, snapshotOf } from './page-driver.ts';

/** When a worker is ended: so many milliseconds after so many answers, so that a slow machine meets the same work. */
export interface KillMoment {
  readonly answers: number;
  readonly afterMs: number;
}

/** These lines at once, and the end of a node's worker somewhere among them: no crash cut, real transactions in flight. */
export function runAndTerminate(
  page: Page,
  lines: readonly string[],
  node: string,
  moment: KillMoment,
): Promise<readonly Answer[]> {
  return page.evaluate(
    async ({ lines, node, moment }) => {
      const { nodeWorkers } = window as unknown as { nodeWorkers: ReadonlyMap<string, Worker> };
      let answered = 0;
      const answers = lines.map((line) => window.ringside.run(line).finally(() => answered++));
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      while (answered < moment.answers) await sleep(0);
      await sleep(moment.afterMs);
      nodeWorkers.get(node)?.terminate();
      return Promise.all(answers);
    },
    { lines, node, moment },
  );
}

/**
 * Starts the node, and ends its worker so many milliseconds after it has begun to read its disk. (One that is ended before it has its lock is only
 * found by its silence, after 20 s.)
 */
export function reviveAndTerminate(page: Page, node: string, afterMs: number): Promise<void> {
  return page.evaluate(
    async ({ node, afterMs }) => {
      const { nodeWorkers } = window as unknown as { nodeWorkers: ReadonlyMap<string, Worker> };
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      void window.ringside.run(`REVIVE ${node}`);
      while (window.ringside.snapshot().nodes.find(({ id }) => id === node)?.state === 'down') await sleep(0);
      await sleep(afterMs);
      nodeWorkers.get(node)?.terminate();
    },
    { node, afterMs },
  );
}

/** Waits until the page has noticed that the node's worker is gone. */
export async function expectEnded(page: Page, node: string, moment: string): Promise<void> {
  await page.waitForFunction(
    (name) => window.ringside.snapshot().nodes.find(({ id }) => id === name)?.state === 'down',
    node,
  );
  const { crashReason } = (await snapshotOf(page)).nodes.find(({ id }) => id === node) ?? {};
  // One that was ended while it loaded the engine's second script says that it could not.
  expect(crashReason, moment).toMatch(/ended|LateCodeMissing/);
}

/** Starts the node again and waits until it takes part. */
export async function revive(page: Page, node: string, moment: string): Promise<void> {
  expect(await runLine(page, `REVIVE ${node}`), moment).toMatchObject({ ok: true });
  await page.waitForFunction((name) => {
    const found = window.ringside.snapshot().nodes.find(({ id }) => id === name);
    return found?.state === 'down' || (found?.state === 'up' && !found.recovering);
  }, node);
  const found = (await snapshotOf(page)).nodes.find(({ id }) => id === node);
  expect(found, moment).toMatchObject({ state: 'up', crashReason: null });
}

/** Each key has the value of its acknowledged write. */
export async function expectReadBack(page: Page, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const keys = [...acknowledged.keys()];
  const reads = await runLines(
    page,
    keys.map((key) => `GET ${key} timeout=10s`),
  );
  keys.forEach((key, i) => {
    expect(reads[i], key).toMatchObject({ ok: true, value: acknowledged.get(key) });
  });
}

/** The run as it is saved, replayed here: the same digest, and no invariant violated. `observe` is told what its nodes reported. */
export async function expectReplays(page: Page, observe: (event: TraceEvent) => void): Promise<SavedRun> {
  await runLine(page, 'PAUSE');
  const saved = decodeRun(String((await runLine(page, 'SAVE')).value));
  expect(replay(saved, { observe })).toMatchObject({ digest: saved.digest, violations: [] });
  return saved;
}
