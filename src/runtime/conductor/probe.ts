import { openDB } from 'idb';
import { PROBE_DATABASE } from '../protocol/names.ts';
import { describeError } from './idb-block-store.ts';
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
    const database = await openDB(PROBE_DATABASE, 1, { upgrade: (fresh) => void fresh.createObjectStore('probe') });
    await database.put('probe', new Uint8Array([1]), 1);
    const found: unknown = await database.get('probe', 1);
    database.close();
    return found instanceof Uint8Array && found[0] === 1 ? '' : 'IndexedDB does not give back what was written';
  } catch (error) {
    return `storage is denied: ${describeError(error)}`;
  }
}
