import type { Frame, Page } from '@playwright/test';

interface ExposedWorkers {
  readonly nodeWorkers: ReadonlyMap<string, Worker>;
}

/** Call before the page is opened: lets a test reach the node workers behind the application's back. */
export async function exposeWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const nodeWorkers = new Map<string, Worker>();
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        const node = /^ringside (n\d+) /.exec(options?.name ?? '')?.[1];
        if (node !== undefined) nodeWorkers.set(node, this);
      }
    };
    Object.assign(window, { nodeWorkers });
  });
}

/** Ends the worker as the browser would: no crash cut, real transactions in flight. */
export const terminateWorker = (page: Page | Frame, node: string): Promise<void> =>
  page.evaluate((name) => (window as unknown as ExposedWorkers).nodeWorkers.get(name)?.terminate(), node);

/** A real uncaught error in the worker: it takes its first message for a port, and this one is none. */
export const breakWorker = (page: Page, node: string): Promise<void> =>
  page.evaluate((name) => (window as unknown as ExposedWorkers).nodeWorkers.get(name)?.postMessage(null), node);

interface WithBuckets {
  readonly storageBuckets: {
    open(name: string): Promise<{ readonly indexedDB: IDBFactory }>;
    keys(): Promise<readonly string[]>;
    delete(name: string): Promise<void>;
  };
}

/** Names of all storage buckets of the page's origin. */
export const bucketsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => (navigator as unknown as WithBuckets).storageBuckets.keys());

/** Deletes a node's disk, as a browser does that is short of room. No page may have it open. */
export const loseDisk = (page: Page, runId: string, node: string): Promise<void> =>
  page.evaluate(
    (name) => (navigator as unknown as WithBuckets).storageBuckets.delete(name),
    `ringside-${runId}-${node}`,
  );

/** Flips a byte in the middle of the middle log value of a node's database, as a failing disk would. */
export function corruptLog(page: Page, runId: string, node: string): Promise<void> {
  return page.evaluate(
    async ({ bucket, name }) => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const { indexedDB } = await (navigator as unknown as WithBuckets).storageBuckets.open(bucket);
      const database = await done(indexedDB.open(name));
      const log = database.transaction('log', 'readwrite').objectStore('log');
      const keys = await done(log.getAllKeys());
      const key = keys[Math.floor(keys.length / 2)];
      if (key === undefined) throw new Error(`${name} has no log`);
      const value: unknown = await done(log.get(key));
      const bytes = value instanceof Uint8Array ? value.slice() : new Uint8Array(value as ArrayBuffer).slice();
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
      await done(log.put(bytes, key));
      database.close();
    },
    { bucket: `ringside-${runId}-${node}`, name: `ringside/${runId}/${node}` },
  );
}

/** Flips one bit of a node's tables, behind its back: of the first of these letters, where it finds the text. @returns whether it did */
export function flipInTables(page: Page, runId: string, node: string, text: string): Promise<boolean> {
  return page.evaluate(
    async ({ bucket, name, text }) => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const { indexedDB } = await (navigator as unknown as WithBuckets).storageBuckets.open(bucket);
      const database = await done(indexedDB.open(name));
      let isFlipped = false;
      const tables = database.transaction('sst', 'readwrite').objectStore('sst');
      const keys = await done(tables.getAllKeys());
      for (const key of keys) {
        const value: unknown = await done(tables.get(key));
        const bytes = value instanceof Uint8Array ? value.slice() : new Uint8Array(value as ArrayBuffer).slice();
        const at = Array.from(bytes, (byte) => String.fromCharCode(byte))
          .join('')
          .indexOf(text);
        if (at === -1 || isFlipped) continue;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await done(tables.put(bytes, key));
        isFlipped = true;
      }
      database.close();
      return isFlipped;
    },
    { bucket: `ringside-${runId}-${node}`, name: `ringside/${runId}/${node}`, text },
  );
}

/** The log of a node's database: key and value, in hexadecimal digits. */
export function logOf(page: Page, runId: string, node: string): Promise<readonly (readonly [number, string])[]> {
  return page.evaluate(
    async ({ bucket, name }) => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const { indexedDB } = await (navigator as unknown as WithBuckets).storageBuckets.open(bucket);
      const database = await done(indexedDB.open(name));
      const log = database.transaction('log').objectStore('log');
      const [keys, values] = await Promise.all([done(log.getAllKeys()), done(log.getAll())]);
      database.close();
      const hex = (bytes: Uint8Array): string =>
        Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return keys.map((key, i) => [key as number, hex(values[i])] as const);
    },
    { bucket: `ringside-${runId}-${node}`, name: `ringside/${runId}/${node}` },
  );
}
