import type { Page } from '@playwright/test';
import type { Action } from '../../core/cluster/action.ts';

/** Wall milliseconds between two writes of the client, bytes of each value, and how many keys it has: flushes and compactions follow each other. */
const EVERY_MS = 100;
const VALUE_BYTES = 4096;
const KEYS = 200;

export const LOAD_TEXT = `${1000 / EVERY_MS} writes of ${VALUE_BYTES / 1024} KiB a second`;

interface ConductorScope {
  setInterval(run: () => void, everyMs: number): unknown;
  dispatchEvent(event: unknown): boolean;
  readonly MessageEvent: new (type: string, init: { readonly data: unknown }) => unknown;
}

/**
 * Has a client write from within the conductor's worker until the page is closed, so that the page pays for showing what is written and not for
 * writing it. The actions go in by the conductor's own door: as Comlink calls. Their answers are nobody's, and the page drops them.
 */
export async function startEngineLoad(page: Page): Promise<void> {
  const workers = page.workers();
  const names = await Promise.all(
    workers.map((worker) => worker.evaluate(() => (globalThis as unknown as { readonly name: string }).name)),
  );
  const conductor = workers[names.findIndex((name) => name.includes('conductor'))];
  if (conductor === undefined)
    throw new Error('no conductor worker was found: the load cannot be made outside the page');
  await conductor.evaluate(
    ({ everyMs, valueBytes, keys }) => {
      const scope = globalThis as unknown as ConductorScope;
      let count = 0;
      scope.setInterval(() => {
        count++;
        const key = Uint8Array.from(`load:${(count * 7) % keys}`, (letter) => letter.charCodeAt(0));
        // Nothing compresses here: the bytes need not be random, only different from one write to the next.
        const value = new Uint8Array(valueBytes).fill(97 + (count % 26));
        const operation = { type: 'Put', key, value } as const;
        const options = { timeoutUs: 5_000_000, via: undefined };
        const action: Action = { type: 'Operate', client: 'load', operation, options };
        const call = {
          id: `load-${count}`,
          type: 'APPLY',
          path: ['act'],
          argumentList: [{ type: 'RAW', value: action }],
        };
        scope.dispatchEvent(new scope.MessageEvent('message', { data: call }));
      }, everyMs);
    },
    { everyMs: EVERY_MS, valueBytes: VALUE_BYTES, keys: KEYS },
  );
}
