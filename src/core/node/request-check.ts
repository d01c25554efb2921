import type { ShardId } from '../base/ids.ts';
import type { HashRing } from '../ring/hash-ring.ts';
import { batchFault } from './batch.ts';
import { KEY_BYTES_MAX, TTL_US_MAX, TTL_US_MIN, VALUE_BYTES_MAX } from './config.ts';
import { type KeyWrite, keyWritesOf, type ShardBody } from './message.ts';

/** Whether the request can be served by the shard that it names. Clients check the same before they send, so a no is never expected. */
export function isWellPlaced(ring: HashRing, shard: ShardId, body: ShardBody): boolean {
  if (!isWithinLimits(body)) return false;
  return keysOf(body).every((key) => ring.shardOfKey(key) === shard);
}

/** Those that decide the shard. */
function keysOf(body: ShardBody): readonly Uint8Array[] {
  if (body.type === 'Get') return [body.key];
  if (body.type === 'ReplicaGet') return body.key === undefined ? [] : [body.key];
  return body.type === 'Write' ? keyWritesOf(body.write).map(({ key }) => key) : [];
}

function isWithinLimits(body: ShardBody): boolean {
  switch (body.type) {
    case 'RegisterClient':
      return true;
    case 'ReplicaGet':
      return (body.key?.length ?? 0) <= KEY_BYTES_MAX;
    case 'Get':
      return body.key.length <= KEY_BYTES_MAX;
    case 'Scan':
      return body.from.length <= KEY_BYTES_MAX && (body.to?.length ?? 0) <= KEY_BYTES_MAX;
    case 'Write':
      if (body.write.type === 'Batch' && batchFault(body.write.items) !== undefined) return false;
      // What a condition comes to is known when it is applied, and no sooner.
      if (body.leaderAck && keyWritesOf(body.write).some(({ type }) => type === 'Cas')) return false;
      return keyWritesOf(body.write).every(isKeyWriteWithinLimits);
  }
}

function isKeyWriteWithinLimits(write: KeyWrite): boolean {
  if (write.key.length > KEY_BYTES_MAX) return false;
  if (write.type === 'Delete') return true;
  const { ttlUs } = write;
  if (ttlUs !== undefined && (ttlUs < TTL_US_MIN || ttlUs > TTL_US_MAX)) return false;
  const expected = write.type === 'Cas' ? (write.expected?.length ?? 0) : 0;
  return write.value.length <= VALUE_BYTES_MAX && expected <= VALUE_BYTES_MAX;
}
