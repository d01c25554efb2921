import 'fake-indexeddb/auto';
import { IDBDatabase as FDBDatabase, IDBObjectStore as FDBObjectStore, IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { STORE_NAMES } from '../../core/base/disk.ts';
import { EPOCH_KEY, encodeEpoch } from '../../sim/head-record.ts';
import { MemoryBlockStore } from '../../sim/memory-block-store.ts';
import { DiskLost, IdbBlockStore } from './idb-block-store.ts';
import { diskStateOn } from './node-disk.ts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** What the fake offers beyond the standard. */
type FullObjectStore = IDBObjectStore & { readonly transaction: { _abort(name: string): void } };

const NAME = 'ringside/test/n1';
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const put = (key: number, value: Uint8Array) => ({ type: 'put', store: 'log', key, value }) as const;
const getRange = (from: number, to: number, limit: number) =>
  ({ type: 'getRange', store: 'log', from, to, limit }) as const;

const open = (onLost: (reason: string) => void = () => undefined): Promise<IdbBlockStore> =>
  IdbBlockStore.open(indexedDB, NAME, 'relaxed', onLost);

describe('IdbBlockStore', () => {
  test('gives back what was committed, also to the next boot', async () => {
    const store = await open();
    await store.transact([put(7, bytes(1, 2, 3)), { type: 'put', store: 'meta', key: 2, value: bytes(9) }]);
    expect(await store.read({ type: 'get', store: 'log', key: 7 })).toEqual([{ key: 7, value: bytes(1, 2, 3) }]);
    expect(await store.read({ type: 'get', store: 'sst', key: 7 })).toEqual([]);
    store.close();
    const next = await open();
    expect(await next.read({ type: 'get', store: 'meta', key: 2 })).toEqual([{ key: 2, value: bytes(9) }]);
  });

  test('reads and deletes half-open ranges as the memory store does', async () => {
    const store = await open();
    const memory = new MemoryBlockStore();
    const transaction = [
      ...[5, 1, 9, 3, 7].map((key) => put(key, bytes(key))),
      { type: 'deleteRange', store: 'log', from: 3, to: 7 } as const,
      { type: 'deleteRange', store: 'log', from: 9, to: 9 } as const,
      put(4, bytes(44)),
    ];
    await store.transact(transaction);
    memory.transact(transaction);
    for (const read of [
      getRange(0, 100, 100),
      getRange(1, 7, 100),
      getRange(1, 8, 2),
      getRange(4, 4, 9),
      getRange(0, 9, 0),
      getRange(0, Number.POSITIVE_INFINITY, 10),
    ]) {
      expect(await store.read(read), JSON.stringify(read)).toEqual(memory.read(read));
    }
    expect((await store.read(getRange(0, 100, 100))).map(({ key }) => key)).toEqual([1, 4, 7, 9]);
  });

  test('bug 34: keeps only the bytes of a view, not the buffer under it', async () => {
    const store = await open();
    const under = new Uint8Array(1000).fill(1);
    await store.transact([put(1, under.subarray(10, 13))]);
    const [record] = await store.read({ type: 'get', store: 'log', key: 1 });
    expect(record?.value).toEqual(bytes(1, 1, 1));
    expect(record?.value.buffer.byteLength).toBe(3);
  });

  test('bug 12: a transaction happens whole or not at all, and after a failure nothing is accepted', async () => {
    const lost: string[] = [];
    const store = await open((reason) => lost.push(reason));
    await store.transact([put(1, bytes(1))]);
    const bad = { type: 'put', store: 'log', key: Number.NaN, value: bytes(3) } as const;
    await expect(store.transact([put(2, bytes(2)), bad])).rejects.toThrow(DiskLost);
    await expect(store.transact([put(3, bytes(3))])).rejects.toThrow(DiskLost);
    await expect(store.read({ type: 'get', store: 'log', key: 1 })).rejects.toThrow(DiskLost);
    expect(lost).toHaveLength(1);
    expect((await (await open()).read(getRange(0, 10, 10))).map(({ key }) => key)).toEqual([1]);
  });

  test('bug 32: a quota that is used up shows only at the commit: nothing of it is kept, the reason says so, and nothing is tried again', async () => {
    const lost: string[] = [];
    const store = await open((reason) => lost.push(reason));
    await store.transact([put(1, bytes(1))]);
    const { put: realPut } = FDBObjectStore.prototype;
    let puts = 0;
    // As a browser does it: the request succeeds, then the transaction aborts.
    FDBObjectStore.prototype.put = function (this: FullObjectStore, ...given: Parameters<typeof realPut>) {
      puts++;
      const request = realPut.apply(this, given);
      request.addEventListener('success', () => this.transaction._abort('QuotaExceededError'));
      return request;
    };
    try {
      await expect(store.transact([put(2, bytes(2))])).rejects.toThrow(/QuotaExceededError.*storage is full.*REVIVE/);
      await expect(store.transact([put(2, bytes(2))])).rejects.toThrow(DiskLost);
    } finally {
      FDBObjectStore.prototype.put = realPut;
    }
    expect(puts).toBe(1);
    expect(lost).toEqual([expect.stringContaining('QuotaExceededError')]);
    const next = await open();
    expect((await next.read(getRange(0, 10, 10))).map(({ key }) => key)).toEqual([1]);
    await next.transact([put(3, bytes(3))]);
  });

  test('a database that the browser closes is lost between two calls, with a reason, and found again by the next boot', async () => {
    const lost: string[] = [];
    let database: IDBDatabase | undefined;
    const factory = {
      open: (name: string, version: number) => {
        const request = indexedDB.open(name, version);
        request.addEventListener('success', () => {
          database = request.result;
        });
        return request;
      },
    } as unknown as IDBFactory;
    const store = await IdbBlockStore.open(factory, NAME, 'relaxed', (reason) => lost.push(reason));
    await store.transact([put(1, bytes(1))]);
    database?.onclose?.(new Event('close'));
    expect(lost).toEqual([expect.stringContaining('the browser closed database')]);
    await expect(store.read(getRange(0, 9, 9))).rejects.toThrow(/the browser closed database/);
    await expect(store.transact([put(2, bytes(2))])).rejects.toThrow(DiskLost);
    expect((await (await open()).read(getRange(0, 10, 10))).map(({ key }) => key)).toEqual([1]);
  });

  test('asks each transaction for the durability that is set at the time', async () => {
    const asked: (string | undefined)[] = [];
    const store = await open();
    const { transaction } = FDBDatabase.prototype;
    FDBDatabase.prototype.transaction = function (this: IDBDatabase, names, mode, options) {
      asked.push(options?.durability);
      return transaction.call(this, names, mode, options);
    };
    try {
      await store.transact([put(1, bytes(1))]);
      store.durability = 'strict';
      await store.transact([put(2, bytes(2))]);
    } finally {
      FDBDatabase.prototype.transaction = transaction;
    }
    expect(asked).toEqual(['relaxed', 'strict']);
  });

  test('is told when somebody deletes the database, and lets it go', async () => {
    const lost: string[] = [];
    const store = await open((reason) => lost.push(reason));
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(NAME);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
    expect(lost).toEqual([expect.stringContaining('deleted from elsewhere')]);
    await expect(store.transact([put(1, bytes(1))])).rejects.toThrow(/deleted from elsewhere/);
  });

  test('raft bug 33: a database that was deleted behind the back of the run is not taken for a new one', async () => {
    const later = await open();
    await expect(later.fence({ boot: 3, incarnation: 1 })).rejects.toThrow('what this node had stored is gone');
    const again = await open();
    await expect(again.fence({ boot: 3, incarnation: 1 })).rejects.toThrow('what this node had stored is gone');
  });

  test('bug 33: the epoch fences earlier boots', async () => {
    const second = await open();
    await second.fence({ boot: 1, incarnation: 1 });
    await second.fence({ boot: 2, incarnation: 1 });
    await second.fence({ boot: 2, incarnation: 1 });
    const first = await open();
    await expect(first.fence({ boot: 1, incarnation: 1 })).rejects.toThrow(
      'fenced: the disk belongs to boot 2, this is boot 1',
    );
    await expect(first.transact([put(1, bytes(1))])).rejects.toThrow(DiskLost);
    await second.transact([put(1, bytes(1))]);
    const third = await open();
    await third.fence({ boot: 3, incarnation: 1 });
    const [epoch] = await third.read({ type: 'get', store: 'meta', key: EPOCH_KEY });
    expect(epoch?.value).toEqual(encodeEpoch(3));
  });

  test('another disk of the node is empty, whatever was there, and stays what it is', async () => {
    const first = await open();
    await first.fence({ boot: 1, incarnation: 1 });
    await first.transact([put(1, bytes(1)), { type: 'put', store: 'manifest', key: 9, value: bytes(9) }]);
    const second = await open();
    await second.fence({ boot: 2, incarnation: 2 });
    for (const store of STORE_NAMES.filter((name) => name !== 'meta'))
      expect(await second.read({ type: 'getRange', store, from: 0, to: 100, limit: 9 })).toEqual([]);
    expect(await diskStateOn(second)).toMatchObject({ boot: 2, incarnation: 2, transactions: 0 });
    await second.transact([put(2, bytes(2))]);
    const third = await open();
    await third.fence({ boot: 3, incarnation: 2 });
    expect(await third.read({ type: 'getRange', store: 'log', from: 0, to: 100, limit: 9 })).toHaveLength(1);
  });

  test('what was wiped does not come back as what it was', async () => {
    const blank = await open();
    await blank.fence({ boot: 2, incarnation: 2 });
    const mistaken = await open();
    await expect(mistaken.fence({ boot: 3, incarnation: 1 })).rejects.toThrow(
      'this is disk 2 of the node, and the run knows of 1: WIPE the node',
    );
    const later = await open();
    await later.fence({ boot: 3, incarnation: 2 });
  });

  test('a wipe by a boot that is fenced throws nothing away', async () => {
    const owner = await open();
    await owner.fence({ boot: 1, incarnation: 1 });
    await owner.fence({ boot: 5, incarnation: 1 });
    await owner.transact([put(1, bytes(1))]);
    const late = await open();
    await expect(late.fence({ boot: 4, incarnation: 2 })).rejects.toThrow('fenced');
    const again = await open();
    expect(await again.read({ type: 'getRange', store: 'log', from: 0, to: 100, limit: 9 })).toHaveLength(1);
  });
});
