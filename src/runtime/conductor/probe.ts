import { PROBE_DATABASE } from '../protocol/names.ts';
import { describeError, IdbBlockStore } from './idb-block-store.ts';
import { acquireLock } from './web-locks.ts';

/** Tries what storage rests on, for real. @returns why it cannot be used, in words; empty if it can. */
export async function probeStorage(): Promise<string> {
  if (typeof navigator === 'undefined' || navigator.locks === undefined) return 'this browser has no Web Locks here';
  if (typeof indexedDB === 'undefined') return 'this browser has no IndexedDB here';
  try {
    const release = await acquireLock('ringside:probe', 1_000);
    release?.();
  } catch (error) {
    return `Web Locks are denied: ${describeError(error)}`;
  }
  try {
    return (await keepsBytes(indexedDB)) ? '' : 'IndexedDB does not give back what was written';
  } catch (error) {
    return `storage is denied: ${describeError(error)}`;
  }
}

/** Whether a disk made here gives back what was written to it. Rejects where none can be made. */
export async function keepsBytes(factory: IDBFactory): Promise<boolean> {
  const store = await IdbBlockStore.open(factory, PROBE_DATABASE, 'relaxed', () => undefined);
  try {
    await store.transact([{ type: 'put', store: 'meta', key: 1, value: Uint8Array.of(1) }]);
    const [found] = await store.read({ type: 'get', store: 'meta', key: 1 });
    return found?.value[0] === 1;
  } finally {
    store.close();
  }
}
