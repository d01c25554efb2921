import type { HashRing } from '../ring/hash-ring.ts';
import { KEY_BYTES_MAX, TTL_US_MAX, TTL_US_MIN, VALUE_BYTES_MAX } from './config.ts';
import type { ClientRequest, RequestBody } from './message.ts';

/** Whether the request can be served by the shard that it names. Clients check the same before they send, so a no is never expected. */
export function isWellPlaced(ring: HashRing, { shard, body }: ClientRequest): boolean {
  if (!isWithinLimits(body)) return false;
  const key = body.type === 'Get' ? body.key : body.type === 'Write' ? body.write.key : undefined;
  return key === undefined || ring.shardOfKey(key) === shard;
}

function isWithinLimits(body: RequestBody): boolean {
  switch (body.type) {
    case 'RegisterClient':
      return true;
    case 'Get':
      return body.key.length <= KEY_BYTES_MAX;
    case 'Scan':
      return body.from.length <= KEY_BYTES_MAX && (body.to?.length ?? 0) <= KEY_BYTES_MAX;
    case 'Write': {
      const { write } = body;
      if (write.key.length > KEY_BYTES_MAX) return false;
      if (write.type === 'Delete') return true;
      const { ttlUs } = write;
      if (ttlUs !== undefined && (ttlUs < TTL_US_MIN || ttlUs > TTL_US_MAX)) return false;
      const expected = write.type === 'Cas' ? (write.expected?.length ?? 0) : 0;
      return write.value.length <= VALUE_BYTES_MAX && expected <= VALUE_BYTES_MAX;
    }
  }
}
