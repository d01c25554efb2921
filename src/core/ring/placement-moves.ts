import { assert } from '../base/assert.ts';
import { NO_NODE, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import type { HashRing } from './hash-ring.ts';

/** One copy of a shard that changes its node. */
export interface ReplicaMove {
  readonly shard: ShardId;
  /** Who gets a copy; NO_NODE: nobody, there are fewer copies from now on. */
  readonly to: NodeId;
  /** Who gives its copy up; NO_NODE: nobody, there is one copy more. */
  readonly from: NodeId;
}

/** How one list of replicas becomes another, one for one as long as there are both. A node that stays does not move. */
export function replicaMoves(shard: ShardId, before: readonly NodeId[], after: readonly NodeId[]): ReplicaMove[] {
  const arriving = after.filter((node) => !before.includes(node));
  const leaving = before.filter((node) => !after.includes(node));
  return Array.from({ length: Math.max(arriving.length, leaving.length) }, (_, i) => ({
    shard,
    to: arriving[i] ?? NO_NODE,
    from: leaving[i] ?? NO_NODE,
  }));
}

/** All that moves when one ring takes the place of another of as many shards; of each shard its moves in a row. */
export function placementMoves(before: HashRing, after: HashRing): ReplicaMove[] {
  assert(before.shards === after.shards, 'the two rings have different shards');
  return shardsOf(before).flatMap((shard) => replicaMoves(shard, before.replicas(shard), after.replicas(shard)));
}

/** What changes its node when the nodes change: parts of what there is afterwards, 0 … 1. */
export interface Moved {
  /** Of all copies, those on a node that had none before. */
  readonly copies: number;
  /** Of the first ones on the preference lists. */
  readonly firsts: number;
}

/** What another ring of as many shards moves. */
export function ringMoves(before: HashRing, after: HashRing): Moved {
  const shards = shardsOf(after);
  const copies = shards.reduce((sum, shard) => sum + after.replicas(shard).length, 0);
  const copied = placementMoves(before, after).filter(({ to }) => to !== NO_NODE).length;
  const firsts = shards.filter((shard) => before.replicas(shard)[0] !== after.replicas(shard)[0]).length;
  return { copies: copied / copies, firsts: firsts / shards.length };
}

/**
 * What `hash mod N` would move, for hashes that are evenly spread: a key's copies are on the node hash mod N and the next ones by number.
 * Exact, since the pair of remainders repeats after lcm(N, M) hashes: of the first copies all but min(N, M) of these move, N/(N+1) for a join.
 */
export function moduloMoves(nodesBefore: number, nodesAfter: number, replicationFactor: number): Moved {
  const period = leastCommonMultiple(nodesBefore, nodesAfter);
  const [had, has] = [nodesBefore, nodesAfter].map((nodes) => Math.min(replicationFactor, nodes)) as [number, number];
  let [copies, firsts] = [0, 0];
  for (let hash = 0; hash < period; hash++) {
    if (hash % nodesBefore !== hash % nodesAfter) firsts++;
    for (let copy = 0; copy < has; copy++) {
      const node = ((hash % nodesAfter) + copy) % nodesAfter;
      // How far behind the first of its old nodes; one that joins was none.
      if (node >= nodesBefore || (node - (hash % nodesBefore) + nodesBefore) % nodesBefore >= had) copies++;
    }
  }
  return { copies: copies / (period * has), firsts: firsts / period };
}

const shardsOf = ({ shards }: HashRing): ShardId[] => Array.from({ length: shards }, (_, s) => shardId(s));

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
