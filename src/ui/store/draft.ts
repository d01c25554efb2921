import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { LinkSettings } from '../../core/cluster/action.ts';
import {
  type CutView,
  EMPTY_NODE,
  EMPTY_REPLICA,
  FEED_MAX,
  type FeedItem,
  type MessageView,
  type NodeView,
  type OperationView,
  type ReplicaView,
  type ViewModel,
} from './view-model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A model being changed by one batch of events. Each collection is copied when it is first touched, so that the model the batch began with stays
 * as it was and a batch of thousands costs one copy of what it touches.
 */
export class Draft {
  private readonly next: Mutable<ViewModel>;
  /** What this draft has already copied, by name. */
  private readonly owned = new Set<string>();
  private readonly ownedShards = new Map<ShardId, Map<NodeId, ReplicaView>>();

  constructor(model: ViewModel) {
    this.next = { ...model };
  }

  finish(): ViewModel {
    return this.next;
  }

  get view(): ViewModel {
    return this.next;
  }

  set timeUs(timeUs: number) {
    this.next.timeUs = timeUs;
  }

  changeNode(node: NodeId, change: Partial<NodeView>): void {
    const nodes = this.own('nodes', () => new Map(this.next.nodes));
    nodes.set(node, { ...(nodes.get(node) ?? EMPTY_NODE), ...change });
    // Ascending ids whatever the order of the reports, so that lanes and discs never swap.
    if (nodes.size > 1 && [...nodes.keys()].some((id, i, all) => i > 0 && id < (all[i - 1] ?? id))) {
      this.next.nodes = new Map([...nodes].sort((a, b) => a[0] - b[0]));
    }
  }

  replica(shard: ShardId, node: NodeId): ReplicaView {
    return this.next.shards.get(shard)?.get(node) ?? EMPTY_REPLICA;
  }

  changeReplica(shard: ShardId, node: NodeId, change: Partial<ReplicaView>): void {
    let replicas = this.ownedShards.get(shard);
    if (replicas === undefined) {
      replicas = new Map(this.next.shards.get(shard));
      this.ownedShards.set(shard, replicas);
      this.own('shards', () => new Map(this.next.shards)).set(shard, replicas);
    }
    replicas.set(node, { ...(replicas.get(node) ?? EMPTY_REPLICA), ...change });
  }

  messages(): Map<number, MessageView> {
    return this.own('messages', () => new Map(this.next.messages));
  }

  cuts(): Map<string, CutView> {
    return this.own('cuts', () => new Map(this.next.cuts));
  }

  links(): Map<string, LinkSettings> {
    return this.own('links', () => new Map(this.next.links));
  }

  clients(): Map<number, string> {
    return this.own('clients', () => new Map(this.next.clients)) as Map<number, string>;
  }

  set drops(drops: ViewModel['drops']) {
    this.next.drops = drops;
  }

  pending(): Map<number, OperationView> {
    return this.own('operations', () => new Map(this.next.operations));
  }

  set paths(paths: ViewModel['paths']) {
    this.next.paths = paths;
  }

  tell(item: Omit<FeedItem, 'id' | 'timeUs'>): void {
    const feed = this.own('feed', () => [...this.next.feed]) as FeedItem[];
    feed.push({ ...item, id: (feed[feed.length - 1]?.id ?? 0) + 1, timeUs: this.next.timeUs });
    if (feed.length > FEED_MAX) feed.shift();
  }

  private own<K extends 'nodes' | 'shards' | 'messages' | 'cuts' | 'links' | 'clients' | 'operations' | 'feed'>(
    name: K,
    copy: () => unknown,
  ): K extends 'feed' ? FeedItem[] : ViewModel[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : never {
    if (!this.owned.has(name)) {
      this.owned.add(name);
      this.next[name] = copy() as Mutable<ViewModel>[K];
    }
    return this.next[name] as never;
  }
}
