import { type ActorId, isClient, type NodeId, type ShardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { mergeRepeats } from './feed-repeats.ts';
import type { FeedItem, FeedTopic } from './view-model.ts';

/** What the event feed shows. */
export interface FeedFilter {
  /** Empty: every topic. */
  readonly topics: readonly FeedTopic[];
  /** Only what concerns the focused shard, and what concerns the whole cluster. */
  readonly shardOnly: boolean;
  /** Only events of these types, and what they are about; undefined: of any. */
  readonly about?: { readonly text: string; readonly events: readonly TraceEvent['type'][] } | undefined;
}

export const NO_FILTER: FeedFilter = { topics: [], shardOnly: false };

export const isFiltered = ({ topics, shardOnly, about }: FeedFilter): boolean =>
  shardOnly || topics.length > 0 || about !== undefined;

/** Switches one topic on or off; the order of the topics says nothing. */
export function toggleTopic(filter: FeedFilter, topic: FeedTopic): FeedFilter {
  const { topics } = filter;
  return { ...filter, topics: topics.includes(topic) ? topics.filter((other) => other !== topic) : [...topics, topic] };
}

/** Newest first, at most `max`; what repeats is one, and `matching` counts it so. */
export function filterFeed(
  feed: readonly FeedItem[],
  { topics, shardOnly, about }: FeedFilter,
  shard: ShardId,
  max: number,
): { readonly items: readonly FeedItem[]; readonly matching: number } {
  const matches = feed.filter(
    (item) =>
      (topics.length === 0 || topics.includes(item.topic)) &&
      (about === undefined || about.events.includes(item.event)) &&
      (!shardOnly || item.shard === undefined || item.shard === shard),
  );
  const items = mergeRepeats(matches.reverse());
  return { items: items.slice(0, max), matching: items.length };
}

/** What looking at an item leads to; undefined: it concerns no shard and no node. */
export function focusOf({
  actor,
  shard,
}: {
  readonly actor: ActorId;
  readonly shard: ShardId | undefined;
}): { readonly focusedShard?: ShardId; readonly selectedNode?: NodeId } | undefined {
  const node = actor === 0 || isClient(actor) ? undefined : (actor as NodeId);
  if (node === undefined && shard === undefined) return undefined;
  return {
    ...(shard === undefined ? {} : { focusedShard: shard }),
    ...(node === undefined ? {} : { selectedNode: node }),
  };
}
