import { keysOfOperation, type Operation } from '../core/client/operation.ts';
import { decodeKey } from '../core/cluster/describe.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import type { HashRing } from '../core/ring/hash-ring.ts';
import type { Refusal } from './refusal.ts';

/** A batch is one entry of one shard's log. One whose keys live in several is refused before anything is sent. */
export function crossShard(ring: HashRing, operation: Operation): Refusal | undefined {
  const [first, ...others] = keysOfOperation(operation);
  const shard = ring.shardOfKey(first);
  const stranger = others.find((key) => ring.shardOfKey(key) !== shard);
  if (stranger === undefined) return undefined;
  const [a, b] = [decodeKey(first), decodeKey(stranger)];
  const text =
    `${a} lives in ${shardName(shard)}, ${b} in ${shardName(ring.shardOfKey(stranger))}: a batch is one entry of one shard's log. ` +
    'Nothing was sent. Give its keys one hash tag, as in cart{u1} and order{u1}: of such keys only what is in the braces is hashed.';
  return { code: 'CrossShard', text };
}
