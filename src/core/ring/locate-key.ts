import { type NodeId, type ShardId, shardId } from '../base/ids.ts';
import { type HashRing, keyToken, TOKEN_SPACE, type WalkStep } from './hash-ring.ts';
import { hashedPart } from './hash-tag.ts';

/** How a key is found, from its bytes to the nodes that have it. */
export interface KeyPlace {
  /** What of the key is hashed: its hash tag, or all of it. */
  readonly hashed: Uint8Array;
  readonly isTagged: boolean;
  readonly token: number;
  readonly shard: ShardId;
  /** First and last token of the shard's arc. */
  readonly arc: { readonly first: number; readonly last: number };
  /** From the arc's first token clockwise to the last replica. */
  readonly walk: readonly WalkStep[];
  readonly replicas: readonly NodeId[];
}

/** The steps by which `HashRing` places a key, told one by one. */
export function locateKey(ring: HashRing, key: Uint8Array): KeyPlace {
  const hashed = hashedPart(key);
  const token = keyToken(key);
  const shard = ring.shardOfToken(token);
  const first = ring.shardStart(shard);
  const last = (shard + 1 < ring.shards ? ring.shardStart(shardId(shard + 1)) : TOKEN_SPACE) - 1;
  const isTagged = hashed.length < key.length;
  const [walk, replicas] = [ring.walkFrom(first), ring.replicas(shard)];
  return { hashed, isTagged, token, shard, arc: { first, last }, walk, replicas };
}
