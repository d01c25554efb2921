import { expect, test } from 'vitest';
import { type ActorId, nodeId, shardId } from '../../core/base/ids.ts';
import { filterFeed, focusOf, isFiltered, NO_FILTER, toggleTopic } from './feed-filter.ts';
import type { FeedItem } from './view-model.ts';

const item = (id: number, topic: FeedItem['topic'], shard?: number): FeedItem => ({
  id,
  topic,
  timeUs: id,
  sinceUs: id,
  actor: nodeId(1),
  shard: shard === undefined ? undefined : shardId(shard),
  text: '',
  why: '',
  tone: 'plain',
  event: topic === 'election' ? 'RoleChanged' : 'CommitAdvanced',
  count: 1,
  repeat: `${topic} ${id}`,
});
const FEED = [
  item(1, 'fault'),
  item(2, 'election', 0),
  item(3, 'election', 1),
  item(4, 'write', 0),
  item(5, 'read', 1),
];
const ids = (filter: Parameters<typeof filterFeed>[1], max = 10) =>
  filterFeed(FEED, filter, shardId(0), max).items.map(({ id }) => id);

test('all are shown newest first; topics and the shard narrow them', () => {
  expect(ids(NO_FILTER)).toEqual([5, 4, 3, 2, 1]);
  expect(ids({ topics: ['election'], shardOnly: false })).toEqual([3, 2]);
  expect(ids({ topics: ['election', 'write'], shardOnly: false })).toEqual([4, 3, 2]);
  expect(ids({ topics: ['election'], shardOnly: true })).toEqual([2]);
});

test('events of some types narrow them as well', () => {
  const about = { text: 'Terms only rise', events: ['RoleChanged'] } as const;
  expect(ids({ ...NO_FILTER, about })).toEqual([3, 2]);
  expect(ids({ topics: ['write'], shardOnly: false, about })).toEqual([]);
  expect(ids({ topics: [], shardOnly: true, about })).toEqual([2]);
  expect(isFiltered({ ...NO_FILTER, about })).toBe(true);
});

test('what concerns the whole cluster concerns every shard', () => {
  expect(ids({ topics: [], shardOnly: true })).toEqual([4, 2, 1]);
});

test('only so many are shown, and how many there are is known', () => {
  expect(ids(NO_FILTER, 2)).toEqual([5, 4]);
  expect(filterFeed(FEED, NO_FILTER, shardId(0), 2).matching).toBe(5);
});

test('what repeats itself is one item once nothing of other shards stands between, however it was filtered', () => {
  const others = (from: number) => Array.from({ length: 8 }, (_, i) => item(from + i, 'write', 1));
  const lost = (id: number) => ({ ...item(id, 'fault', 0), repeat: 'lost' });
  const feed = [lost(1), ...others(2), { ...lost(10), count: 2 }, ...others(11), lost(19), item(20, 'write', 0)];
  const only = filterFeed(feed, { topics: [], shardOnly: true }, shardId(0), 10);
  expect(only.items).toMatchObject([
    { id: 20, count: 1 },
    { id: 1, timeUs: 19, sinceUs: 1, count: 4 },
  ]);
  expect(only.matching).toBe(2);
  expect(filterFeed(feed, NO_FILTER, shardId(0), 100).matching).toBe(feed.length);
});

test('a topic is switched on and off', () => {
  const on = toggleTopic(NO_FILTER, 'fault');
  expect([on.topics, isFiltered(on)]).toEqual([['fault'], true]);
  expect(isFiltered(toggleTopic(on, 'fault'))).toBe(false);
});

test('an item leads to its shard and its node; a client is no node', () => {
  expect(focusOf(item(1, 'write', 2))).toEqual({ focusedShard: 2, selectedNode: 1 });
  expect(focusOf(item(1, 'fault'))).toEqual({ selectedNode: 1 });
  expect(focusOf({ actor: 100 as ActorId, shard: shardId(3) })).toEqual({ focusedShard: 3 });
  expect(focusOf({ actor: 0 as ActorId, shard: undefined })).toBeUndefined();
});
