import { assert } from '../base/assert.ts';
import { murmur3, murmur3Bytes } from '../base/hash.ts';
import { type NodeId, type ShardId, shardId } from '../base/ids.ts';
import { hashedPart } from './hash-tag.ts';

/** One point of a node on the ring; a node has `vnodes` of them, drawn by hash, over equal arcs (Dynamo §6.2, strategy 2). */
export interface VNode {
  readonly token: number;
  readonly node: NodeId;
  /** Which of its node's points, from 0: `n2#17`. */
  readonly index: number;
}

/** A point that the walk clockwise comes to. */
export interface WalkStep {
  readonly vnode: VNode;
  /** Its node is the next replica; false: it has been passed before, and is skipped. */
  readonly taken: boolean;
}

export const TOKEN_SPACE = 4294967296;
const KEY_SEED = 0;
const TOKEN_SEED = 0x766e6f64;

/**
 * The 2^32 token ring. The key space is cut into `shards` equal arcs; a shard's replicas are the first `replicationFactor` *distinct* nodes
 * clockwise from its start. Pure: clients, nodes, screen and tests compute the same placement from the same node list.
 */
export class HashRing {
  /** Ascending by token; ties are broken by node, so that every observer agrees. */
  readonly vnodes: readonly VNode[];
  readonly shards: number;
  private readonly replicasWanted: number;
  private readonly placement: readonly (readonly NodeId[])[];

  constructor(nodes: readonly NodeId[], vnodesPerNode: number, shards: number, replicationFactor: number) {
    assert(nodes.length > 0, 'a ring needs a node');
    assert(Number.isInteger(shards) && shards > 0, 'shards must be a positive integer');
    this.shards = shards;
    this.vnodes = nodes
      .flatMap((node) =>
        Array.from({ length: vnodesPerNode }, (_, i) => ({ token: vnodeToken(node, i), node, index: i })),
      )
      .sort((a, b) => a.token - b.token || a.node - b.node);
    this.replicasWanted = Math.min(replicationFactor, nodes.length);
    this.placement = Array.from({ length: shards }, (_, shard) =>
      this.walkFrom(this.shardStart(shardId(shard)))
        .filter(({ taken }) => taken)
        .map(({ vnode }) => vnode.node),
    );
  }

  /** First token of the shard's arc. */
  shardStart(shard: ShardId): number {
    return Math.ceil((shard * TOKEN_SPACE) / this.shards);
  }

  shardOfToken(token: number): ShardId {
    return shardId(Math.floor((token * this.shards) / TOKEN_SPACE));
  }

  shardOfKey(key: Uint8Array): ShardId {
    return this.shardOfToken(keyToken(key));
  }

  /** The preference list: the nodes that hold a replica of the shard, clockwise from its start. */
  replicas(shard: ShardId): readonly NodeId[] {
    const list = this.placement[shard];
    assert(list !== undefined, `no shard s${shard}`);
    return list;
  }

  /** The points clockwise from `token`, up to the one that gives the last distinct node of a preference list. A shard's list begins at its start. */
  walkFrom(token: number): readonly WalkStep[] {
    const found = new Set<NodeId>();
    const steps: WalkStep[] = [];
    const first = this.vnodes.findIndex((vnode) => vnode.token >= token);
    for (let step = 0; found.size < this.replicasWanted && step < this.vnodes.length; step++) {
      const vnode = this.vnodes[(Math.max(first, 0) + step) % this.vnodes.length];
      if (vnode === undefined) break;
      steps.push({ vnode, taken: !found.has(vnode.node) });
      found.add(vnode.node);
    }
    assert(found.size === this.replicasWanted, 'the ring holds fewer distinct nodes than replicas');
    return steps;
  }
}

/** Where a key sits on the ring: by its hash tag, where it has one. */
export const keyToken = (key: Uint8Array): number => murmur3Bytes(hashedPart(key), KEY_SEED);

/** As its token is hashed: `n2#17`. */
export const vnodeName = ({ node, index }: Pick<VNode, 'node' | 'index'>): string => `n${node}#${index}`;

export const vnodeToken = (node: NodeId, i: number): number => murmur3(vnodeName({ node, index: i }), TOKEN_SEED);
