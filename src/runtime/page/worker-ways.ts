import workerAddress from '../worker/ringside.worker.ts?worker&url';

/** Makes a worker, whose name says what it is. Throws, or lets the worker fail, where that is denied. */
export type MakeWorker = (name: string) => Worker;

/** One way for this page to have workers. */
export interface WorkerWay {
  readonly kind: 'workers' | 'inline workers';
  /** Rejects when the script cannot be had. */
  prepare(): Promise<MakeWorker>;
  /** Why it is denied in this page, in words that say more than the browser's error; undefined if nothing is known. */
  whyDenied(): string | undefined;
}

const byAddress = (address: string): WorkerWay => ({
  kind: 'workers',
  // Built scripts are classic ones: only those may load another one at once. While the page is developed they are modules.
  prepare: async () => (name) => new Worker(address, { type: import.meta.env.DEV ? 'module' : 'classic', name }),
  whyDenied: () =>
    self.origin === 'null' ? 'this page has no origin (its frame is sandboxed without allow-same-origin)' : undefined,
});

/**
 * A page without an origin (`<iframe sandbox="allow-scripts">`) may run no worker from an address, but one from text that it holds itself. The
 * text is that of the same file, fetched only here: the server lets such a page read them, or the page could not have loaded its own script.
 * Classic scripts (engine-scripts.ts, and `worker.format` in vite.config.ts), because a module at a `blob:` address of no origin cannot be loaded.
 */
const byText = (address: string): WorkerWay => ({
  kind: 'inline workers',
  prepare: async () => (await import('./text-worker.ts')).workersFromText(address),
  whyDenied: () => undefined,
});

/** To have workers that run this script, best first. */
export const waysTo = (address: string): readonly WorkerWay[] => [byAddress(address), byText(address)];

/** The conductor's and the nodes'. */
export const WORKER_WAYS: readonly WorkerWay[] = waysTo(workerAddress);
