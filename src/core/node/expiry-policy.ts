import type { Micros } from '../base/ids.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import { decodeStoredValue, isExpired } from './stored-value.ts';

/**
 * Whether compaction may treat a put as if it were a tombstone: its value has expired. A tombstone, not nothing: an older version of the key
 * below it would come to light.
 * @param key of the engine: keyspace, shard, replica id, user key
 * @param publishedLogTimeUs the replica's log time at the applied index that the manifest names, never the one in memory: after a crash the log
 *   is replayed from there, and must find every value that was live then
 */
export function mayDropExpired(
  key: Uint8Array,
  value: Uint8Array,
  publishedLogTimeUs: (shard: number, replicaId: number) => Micros,
): boolean {
  if (key[0] !== STRONG_KEYSPACE) return false;
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const logTimeUs = publishedLogTimeUs(view.getUint16(1), view.getUint32(3));
  return isExpired(decodeStoredValue(value).deadlineUs, logTimeUs);
}
