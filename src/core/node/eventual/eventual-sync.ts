import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { ShardSync } from './shard-sync.ts';
import type { SyncMessage } from './sync-message.ts';
import type { SyncWorld } from './sync-world.ts';

/** Numbers of walks and rounds that a boot may give out. */
const NUMBERS_PER_BOOT = 2 ** 32;

/** Anti-entropy of the eventual keyspace on one node: its homes are compared and come to hold the same, tombstones are purged, copies are made. */
export class EventualSync {
  private readonly world: SyncWorld;
  private readonly shards = new Map<ShardId, ShardSync>();
  private lastNumber = 0;

  constructor(world: SyncWorld) {
    this.world = world;
  }

  /** Of a shard that this node has a replica of: from now on it is compared by the clock; one that has been away asks at once what it missed. */
  opened(shard: ShardId, wasAway: boolean): void {
    const sync = this.of(shard);
    if (!wasAway) return;
    const { homes } = this.world.placement(shard);
    const peer = homes.find((home) => home !== this.world.id);
    if (peer !== undefined) sync.want(peer, 'return');
  }

  receive(from: NodeId, message: SyncMessage): void {
    this.of(message.shard).receive(from, message);
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    let dueUs: Micros = Number.POSITIVE_INFINITY;
    for (const sync of this.shards.values()) dueUs = Math.min(dueUs, sync.dueUs);
    return dueUs;
  }

  tick(): void {
    for (const sync of this.shards.values()) sync.tick();
  }

  /** The interval is another one. */
  rescheduled(): void {
    for (const sync of this.shards.values()) sync.rescheduled();
  }

  /** REPAIR: of the first home of the shard. */
  order(shard: ShardId): void {
    this.of(shard).order();
  }

  /** That node was silent, and is heard of again: the first other home of each shard tells it what it missed. */
  returned(node: NodeId): void {
    for (const [shard, sync] of this.shards) {
      const first = this.world.placement(shard).homes.find((home) => home !== node);
      if (first === this.world.id) sync.want(node, 'return');
    }
  }

  begunAnew(shard: ShardId): void {
    this.of(shard).begunAnew();
  }

  private of(shard: ShardId): ShardSync {
    const known = this.shards.get(shard);
    if (known !== undefined) return known;
    const sync = new ShardSync(this.world, shard, () => this.world.bootEpoch * NUMBERS_PER_BOOT + ++this.lastNumber);
    this.shards.set(shard, sync);
    return sync;
  }
}
