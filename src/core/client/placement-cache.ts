import { type LogIndex, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import type { HeldBy, Placement } from '../node/message.ts';
import type { HashRing } from '../ring/hash-ring.ts';

/**
 * Who holds each shard, as far as a client knows: as the cluster was founded, until somebody says otherwise. Each word names the entry of the meta
 * group's log that it rests on, and no older one replaces it. Only a hint, as who leads is: who has a replica serves, whatever the client believes.
 */
export class PlacementCache {
  private readonly ring: HashRing;
  private readonly learned = new Map<ShardId, HeldBy>();
  private nodes: ReadonlySet<NodeId>;
  private epoch = 1;
  /** Up to here all shards are known. */
  private wholeIndex: LogIndex = 0;

  constructor(ring: HashRing) {
    this.ring = ring;
    this.nodes = new Set(ring.vnodes.map(({ node }) => node));
  }

  /** Of the ring that the whole of it goes by. */
  get ringEpoch(): number {
    return this.epoch;
  }

  get metaIndex(): LogIndex {
    return this.wholeIndex;
  }

  replicas(shard: ShardId): readonly NodeId[] {
    return this.learned.get(shard)?.holders.replicas ?? this.ring.replicas(shard);
  }

  /** Whom else to ask, when nobody of those answers. */
  others(shard: ShardId): readonly NodeId[] {
    const known = this.replicas(shard);
    return [...this.nodes].filter((node) => !known.includes(node));
  }

  /** All that are known of, ascending. */
  get everybody(): readonly NodeId[] {
    return [...this.nodes].sort((a, b) => a - b);
  }

  /** A node said so of one shard. */
  learn(shard: ShardId, heldBy: HeldBy): void {
    const { metaIndex, holders } = heldBy;
    this.nodes = new Set([...this.nodes, ...holders.replicas]);
    const known = this.learned.get(shard)?.metaIndex ?? 0;
    if (holders.replicas.length > 0 && metaIndex >= known) this.learned.set(shard, heldBy);
  }

  /** Of all shards. @returns those that are held by others than was believed */
  learnAll({ metaIndex, ringEpoch, nodes, shards }: Placement): readonly ShardId[] {
    if (metaIndex < this.wholeIndex) return [];
    this.wholeIndex = metaIndex;
    this.epoch = Math.max(this.epoch, ringEpoch);
    this.nodes = new Set(nodes);
    const changed: ShardId[] = [];
    for (const [at, holders] of shards.entries()) {
      const shard = shardId(at);
      if (!sameNodes(this.replicas(shard), holders.replicas)) changed.push(shard);
      this.learn(shard, { metaIndex, holders });
    }
    return changed;
  }
}

const sameNodes = (some: readonly NodeId[], others: readonly NodeId[]): boolean =>
  some.length === others.length && some.every((node) => others.includes(node));
