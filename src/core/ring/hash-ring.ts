import { assert } from '../base/assert.ts';
import { murmur3, murmur3Bytes } from '../base/hash.ts';
import { type NodeId, type ShardId, shardId } from '../base/ids.ts';
import { hashedPart } from './hash-tag.ts';

/** One point of a node on the ring; a node has `vnodes` of them (Dynamo §6.2, strategy 1). */
export interface VNode {
  readonly token: number;
  readonly node: NodeId;
}

const TOKEN_SPACE = 4294967296;
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
  private readonly placement: readonly (readonly NodeId[])[];

  constructor(nodes: readonly NodeId[], vnodesPerNode: number, shards: number, replicationFactor: number) {
    assert(nodes.length > 0, 'a ring needs a node');
    assert(Number.isInteger(shards) && shards > 0, 'shards must be a positive integer');
    this.shards = shards;
    this.vnodes = nodes
      .flatMap((node) => Array.from({ length: vnodesPerNode }, (_, i) => ({ token: vnodeToken(node, i), node })))
      .sort((a, b) => a.token - b.token || a.node - b.node);
    const replicas = Math.min(replicationFactor, nodes.length);
    this.placement = Array.from({ length: shards }, (_, shard) => this.walk(this.shardStart(shardId(shard)), replicas));
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

  /** First `count` distinct nodes clockwise from `token`. */
  private walk(token: number, count: number): readonly NodeId[] {
    const found: NodeId[] = [];
    const first = this.vnodes.findIndex((vnode) => vnode.token >= token);
    for (let step = 0; found.length < count && step < this.vnodes.length; step++) {
      const vnode = this.vnodes[(Math.max(first, 0) + step) % this.vnodes.length];
      if (vnode !== undefined && !found.includes(vnode.node)) found.push(vnode.node);
    }
    assert(found.length === count, 'the ring holds fewer distinct nodes than replicas');
    return found;
  }
}

/** Where a key sits on the ring: by its hash tag, where it has one. */
export const keyToken = (key: Uint8Array): number => murmur3Bytes(hashedPart(key), KEY_SEED);

export const vnodeToken = (node: NodeId, i: number): number => murmur3(`n${node}#${i}`, TOKEN_SEED);
