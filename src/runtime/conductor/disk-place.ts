import type { NodeId } from '../../core/base/ids.ts';
import { START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeBucket, PROBE_BUCKET, PROBE_BUCKET_LOCK } from '../protocol/names.ts';
import type { DiskPlace } from '../protocol/node-channel.ts';
import { DiskLost, describeError } from './idb-block-store.ts';
import { keepsBytes } from './probe.ts';
import { acquireLock } from './web-locks.ts';

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

/** Opens the bucket and holds it until `held` forgets it. */
async function openBucket(buckets: StorageBuckets, name: string): Promise<IDBFactory> {
  const bucket = await buckets.open(name);
  const factory = bucket.indexedDB;
  held.set(name, { bucket, factory });
  return factory;
}

/**
 * Where the disks of a new run are to be: in buckets if the browser really has them, tried out with a database. One page or frame of the origin
 * at a time, since they share the bucket: in Chromium its deletion fails the requests of whoever else has it open, or leaves them without an
 * answer for ever.
 */
export async function probeDiskPlace(): Promise<DiskPlace> {
  const buckets = storageBuckets();
  if (buckets === undefined) return 'origin';
  const release = await acquireLock(PROBE_BUCKET_LOCK, START_PATIENCE_MS);
  if (release === undefined) return 'origin';
  try {
    const found = await keepsBytes(await openBucket(buckets, PROBE_BUCKET));
    await buckets.delete(PROBE_BUCKET);
    return found ? 'bucket' : 'origin';
  } catch {
    return 'origin';
  } finally {
    held.delete(PROBE_BUCKET);
    release();
  }
}

/** What opens and deletes the databases of the place where a node has its disk. @throws DiskLost */
export async function databasesOf(runId: string, node: NodeId, place: DiskPlace): Promise<IDBFactory> {
  if (place === 'origin') return indexedDB;
  const buckets = storageBuckets();
  if (buckets === undefined) throw new DiskLost(`n${node} has its disk in a storage bucket, and there are none here`);
  const name = nodeBucket(runId, node);
  try {
    return await openBucket(buckets, name);
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
