import type { ShardId } from '../../base/ids.ts';
import type { HashRing } from '../../ring/hash-ring.ts';
import { KEY_BYTES_MAX, TTL_US_MAX, TTL_US_MIN, VALUE_BYTES_MAX } from '../config.ts';
import type { EventualBody } from './eventual-message.ts';

/** Whether the request is one of the shard that it names. Clients check the same before they send, so a no is never expected. */
export function isEventualWellPlaced(ring: HashRing, shard: ShardId, body: EventualBody): boolean {
  if (body.key.length > KEY_BYTES_MAX || ring.shardOfKey(body.key) !== shard) return false;
  if (body.type === 'EventualRead') return body.r > 0;
  const { value, ttlUs, w } = body;
  if (ttlUs !== undefined && (value === undefined || ttlUs < TTL_US_MIN || ttlUs > TTL_US_MAX)) return false;
  return w > 0 && (value?.length ?? 0) <= VALUE_BYTES_MAX;
}
