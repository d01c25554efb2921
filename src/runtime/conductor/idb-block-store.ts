import { assert } from '../../core/base/assert.ts';
import {
  type DiskOp,
  type DiskRead,
  type DiskReadResult,
  type DiskRecord,
  type DiskTransaction,
  STORE_NAMES,
  type StoreName,
} from '../../core/base/disk.ts';
import type { Durability } from '../../core/cluster/run.ts';
import type { BlockStore } from '../../sim/block-store.ts';
import {
  claimRecords,
  type DiskClaim,
  decodeEpoch,
  decodeIncarnation,
  EPOCH_KEY,
  INCARNATION_KEY,
} from '../../sim/head-record.ts';

/** Fixed for ever: a second tab that wanted another version would have to close the first one's database. */
const SCHEMA_VERSION = 1;

/** The disk failed or is gone. Whoever meets it stops: after an aborted transaction nothing later may be acknowledged. */
export class DiskLost extends Error {
  override readonly name = 'DiskLost';
}

/** A node's disk on IndexedDB: one database, five object stores, out-of-line number keys, one call in flight at a time. */
export class IdbBlockStore implements BlockStore {
  private readonly database: IDBDatabase;
  /** Of the transactions from here on: a hint to the browser. */
  durability: Durability;
  private readonly onLost: (reason: string) => void;
  /** Once set, every later call is refused with it. */
  private lost: string | undefined;

  private constructor(database: IDBDatabase, durability: Durability, onLost: (reason: string) => void) {
    this.database = database;
    this.durability = durability;
    this.onLost = onLost;
  }

  /** Opens the database, made if need be. `onLost` is told when the browser takes it away between calls. @throws DiskLost */
  static async open(
    factory: IDBFactory,
    name: string,
    durability: Durability,
    onLost: (reason: string) => void,
  ): Promise<IdbBlockStore> {
    let database: IDBDatabase;
    try {
      const request = factory.open(name, SCHEMA_VERSION);
      request.onupgradeneeded = () => {
        for (const storeName of STORE_NAMES) request.result.createObjectStore(storeName);
      };
      database = await result(request);
    } catch (error) {
      throw new DiskLost(`cannot open database ${name}: ${describeError(error)}`);
    }
    const store = new IdbBlockStore(database, durability, onLost);
    // Another tab or the browser deletes this database: let it, and stop, rather than hold it up for ever.
    database.onversionchange = () => store.lose(`database ${name} is being deleted from elsewhere`);
    database.onclose = () => store.lose(`the browser closed database ${name} (storage cleared, or its backend failed)`);
    return store;
  }

  async read(read: DiskRead): Promise<DiskReadResult> {
    const objectStore = this.begin([read.store], 'readonly').objectStore(read.store);
    try {
      if (read.type === 'get') {
        const value: unknown = await result(objectStore.get(read.key));
        return value === undefined ? [] : [{ key: read.key, value: asBytes(value) }];
      }
      if (read.limit <= 0 || read.from >= read.to) return [];
      const range = IDBKeyRange.bound(read.from, read.to, false, true);
      // Both requests at once: a second round trip would let the transaction end between them.
      const [keys, values] = await Promise.all([
        result(objectStore.getAllKeys(range, read.limit)),
        result(objectStore.getAll(range, read.limit)),
      ]);
      assert(keys.length === values.length, 'keys and values of one range in one transaction match');
      return keys.map((key, i) => ({ key: key as number, value: asBytes(values[i]) }));
    } catch (error) {
      throw this.lose(`reading ${read.store} failed: ${describeError(error)}`);
    }
  }

  /** The record with the highest key. */
  async last(store: StoreName): Promise<DiskRecord | undefined> {
    const objectStore = this.begin([store], 'readonly').objectStore(store);
    try {
      const cursor = await result(objectStore.openCursor(null, 'prev'));
      return cursor === null ? undefined : { key: cursor.key as number, value: asBytes(cursor.value) };
    } catch (error) {
      throw this.lose(`reading ${store} failed: ${describeError(error)}`);
    }
  }

  /** Resolves on `complete`: a request's success is not yet a commit. */
  async transact(transaction: DiskTransaction): Promise<void> {
    if (transaction.length === 0) return;
    const names = [...new Set(transaction.map((op) => op.store))];
    const idbTransaction = this.begin(names, 'readwrite');
    const completed = completion(idbTransaction);
    try {
      issue(idbTransaction, transaction);
      await completed;
    } catch (error) {
      throw this.lose(`a transaction on ${names.join(', ')} failed: ${describeError(error)}`);
    }
  }

  /**
   * Fences every earlier boot: a stored epoch above its own means that a later boot owns this disk. What an earlier disk of the node holds is thrown
   * away. One transaction, so that of two openers only one can win, and a disk is either the old one or the new one.
   */
  async fence(claim: DiskClaim): Promise<void> {
    const { boot, incarnation } = claim;
    const transaction = this.begin([...STORE_NAMES], 'readwrite');
    let stored = 0;
    let disk = 1;
    try {
      const completed = completion(transaction);
      const meta = transaction.objectStore('meta');
      const epoch = meta.get(EPOCH_KEY);
      const number = meta.get(INCARNATION_KEY);
      number.onsuccess = () => {
        stored = epoch.result === undefined ? 0 : decodeEpoch(asBytes(epoch.result));
        const found = number.result === undefined ? undefined : asBytes(number.result);
        disk = decodeIncarnation(found);
        if (disk <= incarnation && stored <= boot && (stored > 0 || boot === 1 || disk < incarnation)) {
          if (disk < incarnation) for (const name of STORE_NAMES) transaction.objectStore(name).clear();
          for (const op of claimRecords(claim)) perform(transaction.objectStore(op.store), op);
        }
        transaction.commit();
      };
      await completed;
    } catch (error) {
      throw this.lose(`the epoch fence failed: ${describeError(error)}`);
    }
    // What was wiped must not come back as what it was.
    if (disk > incarnation)
      throw this.lose(`this is disk ${disk} of the node, and the run knows of ${incarnation}: WIPE the node`);
    if (stored === 0 && boot > 1 && disk === incarnation) {
      throw this.lose(`the database is empty although this is boot ${boot}: what this node had stored is gone`);
    }
    if (stored > boot) throw this.lose(`fenced: the disk belongs to boot ${stored}, this is boot ${boot}`);
  }

  close(): void {
    this.lost ??= 'the disk was closed';
    this.database.close();
  }

  private begin(names: StoreName[], mode: IDBTransactionMode): IDBTransaction {
    if (this.lost !== undefined) throw new DiskLost(this.lost);
    try {
      return this.database.transaction(names, mode, { durability: this.durability });
    } catch (error) {
      throw this.lose(`no transaction can be opened: ${describeError(error)}`);
    }
  }

  private lose(reason: string): DiskLost {
    if (this.lost === undefined) {
      this.lost = reason;
      this.database.close();
      this.onLost(reason);
    }
    return new DiskLost(this.lost);
  }
}

/** All requests at once, then the end, so that it commits without another turn of the event loop. */
function issue(transaction: IDBTransaction, ops: DiskTransaction): void {
  try {
    for (const op of ops) perform(transaction.objectStore(op.store), op);
    transaction.commit();
  } catch (error) {
    // A request that is refused outright does not abort the ones before it.
    transaction.abort();
    throw error;
  }
}

function perform(store: IDBObjectStore, op: DiskOp): void {
  if (op.type === 'put') store.put(exactCopy(op.value), op.key);
  else if (op.from < op.to) store.delete(IDBKeyRange.bound(op.from, op.to, false, true));
}

/** A view of a larger buffer would be cloned with the whole buffer. */
export const exactCopy = (value: Uint8Array): Uint8Array =>
  value.byteLength === value.buffer.byteLength ? value : value.slice();

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error(`a record is not bytes but ${typeof value}`);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    // A transaction that aborts in between (forced close, quota) answers its requests in most engines, not in all.
    const { transaction } = request;
    if (transaction !== null) transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
}

function completion(transaction: IDBTransaction): Promise<void> {
  const completed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    // A failed request aborts its transaction and the abort carries its error; quota is reported here and nowhere else.
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted without a reason'));
  });
  // Where the caller met another error first, nobody waits for this one any more.
  completed.catch(() => undefined);
  return completed;
}

/** Browsers say little of it, some not a word. */
const QUOTA_REMEDY = '(storage is full: free some, then REVIVE)';

export function describeError(error: unknown): string {
  if (!(error instanceof Error || error instanceof DOMException)) return String(error);
  const text = [error.name, error.message].filter((part) => part !== '').join(': ');
  return error.name === 'QuotaExceededError' ? `${text} ${QUOTA_REMEDY}` : text;
}
