import { type NodeId, shardId } from '../base/ids.ts';
import { type HashRing, TOKEN_SPACE } from './hash-ring.ts';

/** The part of a whole that a node has, 0 … 1; all of a ring's nodes together have 1. */
export type Shares = ReadonlyMap<NodeId, number>;

/**
 * How much of the token space is each node's: a point owns the arc from the point before it up to itself. This is what vnodes even out; no shard
 * enters into it.
 */
export function arcShares({ vnodes }: HashRing): Shares {
  const shares = new Map<NodeId, number>();
  let before = (vnodes.at(-1)?.token ?? 0) - TOKEN_SPACE;
  for (const { token, node } of vnodes) {
    shares.set(node, (shares.get(node) ?? 0) + (token - before) / TOKEN_SPACE);
    before = token;
  }
  return shares;
}

/** Of all shards, the part that each node is the first replica of. Coarser than arcs: a shard belongs to somebody as a whole. */
export const primaryShares = (ring: HashRing): Shares => shardShares(ring, 1);

/** Of all copies of shards, the part that each node holds. */
export const replicaShares = (ring: HashRing): Shares => shardShares(ring, Number.POSITIVE_INFINITY);

function shardShares(ring: HashRing, firstReplicas: number): Shares {
  const counts = new Map<NodeId, number>(ring.vnodes.map(({ node }) => [node, 0]));
  let all = 0;
  for (let s = 0; s < ring.shards; s++) {
    for (const node of ring.replicas(shardId(s)).slice(0, firstReplicas)) {
      counts.set(node, (counts.get(node) ?? 0) + 1);
      all++;
    }
  }
  return new Map([...counts].map(([node, count]) => [node, count / all]));
}

/** How uneven shares are: their standard deviation around the even share, in units of it; 0 = all the same. */
export function relativeDeviation(shares: Shares): number {
  const even = 1 / shares.size;
  const squares = [...shares.values()].reduce((sum, share) => sum + (share - even) * (share - even), 0);
  return Math.sqrt(squares / shares.size) / even;
}

/**
 * What `relativeDeviation(arcShares(…))` comes to over many rings: N·V points cut the ring as at random, so that a node's share is
 * Beta(V, (N−1)V). Nearly 1/√V where there are many nodes; a little less with few.
 */
export const expectedArcDeviation = (nodes: number, vnodes: number): number =>
  Math.sqrt((nodes - 1) / (nodes * vnodes + 1));
