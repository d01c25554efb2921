import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { TimedAction } from '../../core/cluster/action.ts';
import { RUNS_DATABASE } from '../protocol/names.ts';
import type { RunRecord, RunStore } from './run-store.ts';

interface RunsSchema extends DBSchema {
  runs: { key: string; value: RunRecord };
  /** Key: run id and the action's number from 0. */
  actions: { key: [string, number]; value: TimedAction };
}

/** The namespaces of this origin, in one database that all tabs share. */
export class IdbRunStore implements RunStore {
  private readonly database: IDBPDatabase<RunsSchema>;

  private constructor(database: IDBPDatabase<RunsSchema>) {
    this.database = database;
  }

  static async open(): Promise<IdbRunStore> {
    const database = await openDB<RunsSchema>(RUNS_DATABASE, 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('runs');
        fresh.createObjectStore('actions');
      },
    });
    return new IdbRunStore(database);
  }

  list(): Promise<readonly RunRecord[]> {
    return this.database.getAll('runs');
  }

  /** Committed at once: it lands even if the page goes before anybody can see that it did. */
  async put(record: RunRecord): Promise<void> {
    const transaction = this.database.transaction('runs', 'readwrite', { durability: 'relaxed' });
    const put = transaction.store.put(record, record.header.runId);
    transaction.commit();
    await Promise.all([put, transaction.done]);
  }

  /** In a writing transaction, so that it comes after whatever a page that has just gone still had on its way. */
  async actions(runId: string): Promise<readonly TimedAction[]> {
    const transaction = this.database.transaction('actions', 'readwrite');
    const actions = await transaction.store.getAll(rangeOf(runId));
    await transaction.done;
    return actions;
  }

  async append(runId: string, first: number, actions: readonly TimedAction[]): Promise<void> {
    const transaction = this.database.transaction('actions', 'readwrite', { durability: 'relaxed' });
    const puts = actions.map((timed, i) => transaction.store.put(timed, [runId, first + i]));
    transaction.commit();
    await Promise.all([...puts, transaction.done]);
  }

  async remove(runId: string): Promise<void> {
    const transaction = this.database.transaction(['runs', 'actions'], 'readwrite');
    await Promise.all([
      transaction.objectStore('runs').delete(runId),
      transaction.objectStore('actions').delete(rangeOf(runId)),
      transaction.done,
    ]);
  }
}

const rangeOf = (runId: string): IDBKeyRange => IDBKeyRange.bound([runId, 0], [runId, Number.POSITIVE_INFINITY]);
