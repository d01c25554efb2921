import { type FeedItem, REPEAT_REACH, REPEAT_WITHIN_US } from './view-model.ts';

/**
 * Where in the feed, oldest first, the item stands that this one repeats; −1: nowhere near its end. A node that is cut off stands for election in
 * all its shards in turn, however many they are: only time ends how far back elections look.
 */
export function repeatedAt(feed: readonly FeedItem[], item: Omit<FeedItem, 'id' | 'count' | 'sinceUs'>): number {
  const reach = item.topic === 'election' ? feed.length : REPEAT_REACH;
  for (let at = feed.length - 1; at >= Math.max(0, feed.length - 1 - reach); at--) {
    const before = feed[at] as FeedItem;
    if (item.timeUs - before.timeUs > REPEAT_WITHIN_US) return -1;
    if (isSame(before, item)) return at;
  }
  return -1;
}

/** Items that repeat each other once nothing of what a filter left out stands between them, as one. Newest first, both. */
export function mergeRepeats(items: readonly FeedItem[]): readonly FeedItem[] {
  const merged: FeedItem[] = [];
  for (const item of items) {
    const at = newerAt(merged, item);
    const newer = merged[at];
    if (newer === undefined) merged.push(item);
    // The older one's name stays the same, however often it happens again.
    else merged[at] = { ...newer, id: item.id, count: newer.count + item.count, sinceUs: item.sinceUs };
  }
  return merged;
}

/** Where the item stands that repeats this older one; −1: nowhere near the end. */
function newerAt(merged: readonly FeedItem[], item: FeedItem): number {
  for (let at = merged.length - 1; at >= Math.max(0, merged.length - 1 - REPEAT_REACH); at--) {
    const newer = merged[at] as FeedItem;
    if (isSame(newer, item)) return newer.sinceUs - item.timeUs <= REPEAT_WITHIN_US ? at : -1;
  }
  return -1;
}

type Said = Pick<FeedItem, 'actor' | 'shard' | 'repeat'>;

const isSame = (a: Said, b: Said): boolean => a.actor === b.actor && a.shard === b.shard && a.repeat === b.repeat;
