import { BrowserLevel } from 'browser-level';
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { BenchStore } from './bench-store.ts';
import type { Pair } from './load.ts';

/** One record per key, with the `idb` package: a transaction for each call, as its readme shows it. */
export class IdbStore implements BenchStore {
  private readonly database: IDBPDatabase;

  private constructor(database: IDBPDatabase) {
    this.database = database;
  }

  static async open(name: string): Promise<IdbStore> {
    return new IdbStore(await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('pairs') }));
  }

  async write(pairs: readonly Pair[]): Promise<void> {
    const transaction = this.database.transaction('pairs', 'readwrite', { durability: 'relaxed' });
    const puts = pairs.map(({ key, value }) => transaction.store.put(value, key));
    transaction.commit();
    await Promise.all([...puts, transaction.done]);
  }

  get(key: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
    return this.database.get('pairs', key);
  }

  async scan(from: Uint8Array<ArrayBuffer>, limit: number): Promise<number> {
    const { store } = this.database.transaction('pairs');
    const range = IDBKeyRange.lowerBound(from);
    const [keys, values] = await Promise.all([store.getAllKeys(range, limit), store.getAll(range, limit)]);
    return Math.min(keys.length, values.length);
  }

  async destroy(): Promise<void> {
    this.database.close();
    await deleteDB(this.database.name);
  }
}

const VIEWS = { keyEncoding: 'view', valueEncoding: 'view' } as const;

/** `browser-level`, the IndexedDB store of the Level family. */
export class LevelStore implements BenchStore {
  private readonly level: BrowserLevel<Uint8Array, Uint8Array>;

  private constructor(level: BrowserLevel<Uint8Array, Uint8Array>) {
    this.level = level;
  }

  static async open(name: string): Promise<LevelStore> {
    const level = new BrowserLevel<Uint8Array, Uint8Array>(name, VIEWS);
    await level.open();
    return new LevelStore(level);
  }

  write(pairs: readonly Pair[]): Promise<void> {
    return this.level.batch(pairs.map(({ key, value }) => ({ type: 'put', key, value })));
  }

  get(key: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
    return this.level.get(key);
  }

  async scan(from: Uint8Array<ArrayBuffer>, limit: number): Promise<number> {
    return (await this.level.iterator({ gte: from, limit }).all()).length;
  }

  async destroy(): Promise<void> {
    const { location } = this.level;
    await this.level.close();
    await BrowserLevel.destroy(location);
  }
}
