import type { NodeId } from '../../core/base/ids.ts';
import { nodeBucket, PROBE_BUCKET } from '../protocol/names.ts';
import type { DiskPlace } from '../protocol/node-channel.ts';
import { DiskLost, describeError } from './idb-block-store.ts';
import { keepsBytes } from './probe.ts';

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

/** Where the disks of a new run are to be: in buckets if the browser really has them, tried out with a database. */
export async function probeDiskPlace(): Promise<DiskPlace> {
  const buckets = storageBuckets();
  if (buckets === undefined) return 'origin';
  try {
    const bucket = await buckets.open(PROBE_BUCKET);
    const found = await keepsBytes(bucket.indexedDB);
    await buckets.delete(PROBE_BUCKET);
    return found ? 'bucket' : 'origin';
  } catch {
    return 'origin';
  }
}

/** What opens and deletes the databases of the place where a node has its disk. @throws DiskLost */
export async function databasesOf(runId: string, node: NodeId, place: DiskPlace): Promise<IDBFactory> {
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

/** After its database was deleted, which waits for whoever still has it open, as a bucket's end does not. */
export async function deletePlace(runId: string, node: NodeId, place: DiskPlace): Promise<void> {
  if (place === 'origin') return;
  held.delete(nodeBucket(runId, node));
  await storageBuckets()?.delete(nodeBucket(runId, node));
}
