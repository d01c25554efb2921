import type { NodeId } from '../../core/base/ids.ts';
import { DISK_DELETE_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeBucket, nodeDatabase } from '../protocol/names.ts';
import type { DiskPlace, DiskSettings } from '../protocol/node-channel.ts';
import { DiskLost, describeError, IdbBlockStore } from './idb-block-store.ts';

/** The part of the Storage Buckets API in use; a Chromium interface that TypeScript does not know yet. */
interface StorageBuckets {
  open(name: string): Promise<{ readonly indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}

/**
 * Buckets in use here, with their factories. In Chromium a bucket whose object was collected as garbage takes its open databases along: their
 * requests are never answered.
 */
const held = new Map<string, { readonly bucket: object; readonly factory: IDBFactory }>();

const storageBuckets = (): StorageBuckets | undefined =>
  (navigator as { readonly storageBuckets?: StorageBuckets }).storageBuckets;

/** Where the disks of a new run are to be: in buckets if the browser really has them, tried out. */
export async function probeDiskPlace(): Promise<DiskPlace> {
  const buckets = storageBuckets();
  if (buckets === undefined) return 'origin';
  try {
    const { indexedDB } = await buckets.open('ringside-probe');
    return indexedDB === undefined ? 'origin' : 'bucket';
  } catch {
    return 'origin';
  }
}

/** Opens a node's disk, made if need be. @throws DiskLost */
export async function openNodeDisk(
  disks: DiskSettings,
  node: NodeId,
  onLost: (reason: string) => void,
): Promise<IdbBlockStore> {
  const database = nodeDatabase(disks.runId, node);
  return IdbBlockStore.open(await factoryOf(disks, node), database, disks.durability, onLost);
}

async function factoryOf({ runId, place }: DiskSettings, node: NodeId): Promise<IDBFactory> {
  if (place === 'origin') return indexedDB;
  const buckets = storageBuckets();
  if (buckets === undefined) throw new DiskLost(`n${node} has its disk in a storage bucket, and there are none here`);
  const name = nodeBucket(runId, node);
  try {
    const bucket = await buckets.open(name);
    const factory = bucket.indexedDB;
    held.set(name, { bucket, factory });
    return factory;
  } catch (error) {
    throw new DiskLost(`cannot open storage bucket ${name}: ${describeError(error)}`);
  }
}

/** False when it did not happen in time or at all; the namespace stays marked and a later page deletes it. */
export async function deleteNodeDisk(disks: DiskSettings, node: NodeId): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DISK_DELETE_PATIENCE_MS);
  });
  const deletion = remove(disks, node).then(
    () => true,
    () => false,
  );
  const done = await Promise.race([deletion, patience]);
  clearTimeout(timer);
  return done;
}

/** The database goes first: that waits for whoever still has it open, which a bucket's end does not. */
async function remove(disks: DiskSettings, node: NodeId): Promise<void> {
  const request = (await factoryOf(disks, node)).deleteDatabase(nodeDatabase(disks.runId, node));
  await new Promise<void>((resolve, reject) => {
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
  if (disks.place === 'origin') return;
  held.delete(nodeBucket(disks.runId, node));
  await storageBuckets()?.delete(nodeBucket(disks.runId, node));
}
