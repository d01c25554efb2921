import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { LinkSettings } from '../../core/cluster/action.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { repeatedAt } from './feed-repeats.ts';
import type { IntegrityView } from './integrity-view.ts';
import { EMPTY_OBSERVER, type ObserverView } from './membership-view.ts';
import {
  type CutView,
  EMPTY_MODEL,
  EMPTY_NODE,
  EMPTY_REPLICA,
  EMPTY_STORAGE,
  type EntryView,
  FEED_MAX,
  type FeedItem,
  type MessageView,
  type Milestone,
  type NodeView,
  type OperationView,
  type ReplicaView,
  type RequestView,
  type StorageView,
  type Tally,
  type ViewModel,
} from './view-model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What grows with the log of one replica. */
interface OwnedLog {
  readonly entries: EntryView[];
  readonly persisted: Milestone[];
  readonly committed: Milestone[];
  readonly applied: Milestone[];
}

/** What a teller says; the rest of the item follows from it. `repeat` is text and cause unless given. */
export type Telling = Omit<FeedItem, 'id' | 'timeUs' | 'event' | 'count' | 'sinceUs' | 'repeat'> & {
  readonly repeat?: string;
};

/**
 * A model being changed by one batch of events. Each collection is copied when it is first touched, so that the model the batch began with stays
 * as it was and a batch of thousands costs one copy of what it touches.
 */
export class Draft {
  private readonly next: Mutable<ViewModel>;
  /** What this draft has already copied, by name. */
  private readonly owned = new Set<string>();
  private readonly ownedShards = new Map<ShardId, Map<NodeId, ReplicaView>>();
  /** Replicas whose log this draft has copied: `shard/node`. */
  private readonly ownedLogs = new Set<string>();
  private readonly ownedRequests = new Set<ShardId>();
  /** The highest id in the feed: items that repeat keep theirs and move to the end. */
  private lastTold: number;
  private eventType: TraceEvent['type'] = 'ActionTaken';

  constructor(model: ViewModel) {
    this.next = { ...model };
    this.lastTold = model.feed.reduce((highest, { id }) => Math.max(highest, id), 0);
  }

  finish(): ViewModel {
    return this.next;
  }

  get view(): ViewModel {
    return this.next;
  }

  /** What is changed and told from here on is of this event. */
  set event({ timeUs, type }: TraceEvent) {
    this.next.timeUs = timeUs;
    this.eventType = type;
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

  /** It is not there any more, or is another one from here on. */
  forgetReplica(shard: ShardId, node: NodeId): void {
    const others = new Map(this.next.shards.get(shard));
    others.delete(node);
    this.ownedShards.set(shard, others);
    this.ownedLogs.delete(`${shard}/${node}`);
    this.own('shards', () => new Map(this.next.shards)).set(shard, others);
  }

  forgetReplicas(node: NodeId): void {
    for (const [shard, replicas] of this.next.shards) if (replicas.has(node)) this.forgetReplica(shard, node);
  }

  changeReplica(shard: ShardId, node: NodeId, change: Partial<ReplicaView>): void {
    let replicas = this.ownedShards.get(shard);
    if (replicas === undefined) {
      replicas = new Map(this.next.shards.get(shard));
      this.ownedShards.set(shard, replicas);
      this.own('shards', () => new Map(this.next.shards)).set(shard, replicas);
    }
    const replica = { ...(replicas.get(node) ?? EMPTY_REPLICA), ...change };
    replicas.set(node, replica);
    if (change.appliedIndex !== undefined) this.countKeys(shard, replica);
  }

  /** What was counted stays known while whoever counted it is gone, or applies its log anew. */
  private countKeys(shard: ShardId, { appliedIndex: index, keys }: ReplicaView): void {
    if (index < (this.next.keys.get(shard)?.index ?? 0)) return;
    this.own('keys', () => new Map(this.next.keys)).set(shard, { index, keys });
  }

  /** A replica's log, to be changed in place: a long log is copied once a batch, not once an entry. */
  log(shard: ShardId, node: NodeId): OwnedLog {
    const key = `${shard}/${node}`;
    if (!this.ownedLogs.has(key)) {
      this.ownedLogs.add(key);
      const { entries, persisted, committed, applied } = this.replica(shard, node);
      this.changeReplica(shard, node, {
        entries: [...entries],
        persisted: [...persisted],
        committed: [...committed],
        applied: [...applied],
      });
    }
    return this.replica(shard, node) as ReplicaView & OwnedLog;
  }

  requests(shard: ShardId): RequestView[] {
    const requests = this.own('requests', () => new Map(this.next.requests));
    if (!this.ownedRequests.has(shard)) {
      this.ownedRequests.add(shard);
      requests.set(shard, [...(requests.get(shard) ?? [])]);
    }
    return requests.get(shard) as RequestView[];
  }

  changeStorage(node: NodeId, change: Partial<StorageView>): void {
    const storage = this.own('storage', () => new Map(this.next.storage));
    storage.set(node, { ...(storage.get(node) ?? EMPTY_STORAGE), ...change });
  }

  observer(node: NodeId): ObserverView {
    return this.next.membership.get(node) ?? EMPTY_OBSERVER;
  }

  setObserver(node: NodeId, observer: ObserverView): void {
    this.own('membership', () => new Map(this.next.membership)).set(node, observer);
  }

  setIntegrity(shard: ShardId, integrity: IntegrityView): void {
    this.own('integrity', () => new Map(this.next.integrity)).set(shard, integrity);
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

  /** After a reload: nothing is in flight, the network is whole, and clients begin anew with their numbers and names. Logs and feed remain. */
  beginAgain(): void {
    const { messages, drops, cuts, links, operations, requests, clients } = EMPTY_MODEL;
    Object.assign(this.next, { messages, drops, cuts, links, operations, requests, clients });
    for (const name of ['messages', 'cuts', 'links', 'operations', 'requests', 'clients']) this.owned.delete(name);
    this.ownedRequests.clear();
  }

  forgetMessages(): void {
    this.next.messages = EMPTY_MODEL.messages;
    this.owned.delete('messages');
  }

  set drops(drops: ViewModel['drops']) {
    this.next.drops = drops;
  }

  set breaks(breaks: ViewModel['breaks']) {
    this.next.breaks = breaks;
  }

  set phi(phi: ViewModel['phi']) {
    this.next.phi = phi;
  }

  set placement(placement: ViewModel['placement']) {
    this.next.placement = placement;
  }

  pending(): Map<number, OperationView> {
    return this.own('operations', () => new Map(this.next.operations));
  }

  set recent(recent: ViewModel['recent']) {
    this.next.recent = recent;
  }

  set paths(paths: ViewModel['paths']) {
    this.next.paths = paths;
  }

  count(what: keyof Tally): void {
    this.next.tally = { ...this.next.tally, [what]: this.next.tally[what] + 1 };
  }

  tell(telling: Telling): void {
    const feed = this.own('feed', () => [...this.next.feed]) as FeedItem[];
    const { timeUs } = this.next;
    const item = {
      ...telling,
      repeat: telling.repeat ?? `${telling.text} ${telling.why}`,
      timeUs,
      event: this.eventType,
    };
    const at = repeatedAt(feed, item);
    const before = feed[at];
    if (before === undefined) {
      this.lastTold++;
      feed.push({ ...item, id: this.lastTold, count: 1, sinceUs: timeUs });
      if (feed.length > FEED_MAX) feed.shift();
      return;
    }
    feed.splice(at, 1);
    feed.push({ ...item, id: before.id, count: before.count + 1, sinceUs: before.sinceUs });
  }

  private own<
    K extends
      | 'nodes'
      | 'shards'
      | 'keys'
      | 'messages'
      | 'cuts'
      | 'links'
      | 'clients'
      | 'operations'
      | 'requests'
      | 'storage'
      | 'membership'
      | 'integrity'
      | 'feed',
  >(
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
