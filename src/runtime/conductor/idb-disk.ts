import type { NodeId } from '../../core/base/ids.ts';
import { DISK_DELETE_PATIENCE_MS, START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeDatabase, nodeLock } from '../protocol/names.ts';
import type { DiskAccess, DiskPlace } from '../protocol/node-channel.ts';
import { databasesOf, deletePlace } from './disk-place.ts';
import { DiskLost, IdbBlockStore } from './idb-block-store.ts';
import { type DiskState, diskStateOn, type NodeDisk } from './node-disk.ts';
import { acquireLock, whenReleased } from './web-locks.ts';

/** A disk in IndexedDB: the process opens the database itself and holds the node's Web Lock for its life, which is how one learns of its end. */
export class IdbDisk implements NodeDisk {
  private readonly runId: string;
  private readonly node: NodeId;
  private readonly place: DiskPlace;

  constructor(runId: string, node: NodeId, place: DiskPlace) {
    this.runId = runId;
    this.node = node;
    this.place = place;
  }

  lend(): { readonly access: DiskAccess; readonly transfer: Transferable[] } {
    const { runId, place } = this;
    return { access: { type: 'IndexedDB', runId, place }, transfer: [] };
  }

  whenLetGo(): Promise<void> {
    return whenReleased(this.lock);
  }

  /** A busy worker goes on for about two seconds after its end, and goes on committing. */
  async takeBack(): Promise<void> {
    const release = await acquireLock(this.lock, START_PATIENCE_MS);
    release?.();
  }

  async state(): Promise<DiskState> {
    const release = await acquireLock(this.lock, START_PATIENCE_MS);
    if (release === undefined) throw new DiskLost(`a process of an earlier page still holds the disk of n${this.node}`);
    const store = await IdbBlockStore.open(await this.databases(), this.database, 'relaxed', () => undefined);
    try {
      return await diskStateOn(store);
    } finally {
      store.close();
      release();
    }
  }

  /** What is not deleted in time stays marked with its namespace, and a later page deletes it. */
  async delete(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), DISK_DELETE_PATIENCE_MS);
    });
    const deletion = this.remove().then(
      () => true,
      () => false,
    );
    const done = await Promise.race([deletion, patience]);
    clearTimeout(timer);
    return done;
  }

  private async remove(): Promise<void> {
    const request = (await this.databases()).deleteDatabase(this.database);
    await new Promise<void>((resolve, reject) => {
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
    await deletePlace(this.runId, this.node, this.place);
  }

  private databases(): Promise<IDBFactory> {
    return databasesOf(this.runId, this.node, this.place);
  }

  private get lock(): string {
    return nodeLock(this.runId, this.node);
  }

  private get database(): string {
    return nodeDatabase(this.runId, this.node);
  }
}
