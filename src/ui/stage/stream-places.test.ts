import { describe, expect, test } from 'vitest';
import { type ActorId, NO_NODE, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { FOUNDED, type MoveView } from '../store/placement-view.ts';
import { EMPTY_MODEL, EMPTY_NODE, EMPTY_REPLICA, type ViewModel } from '../store/view-model.ts';
import { layoutStage } from './geometry.ts';
import { LABEL_HEIGHT, placeLabels, streamsOf, streamText } from './stream-places.ts';

const CLIENT = 100 as ActorId;
const layoutOf = (count: number, size = 640) =>
  layoutStage(
    size,
    size,
    Array.from({ length: count }, (_, i) => nodeId(i + 1)),
    [CLIENT],
  );
const move = (shard: number, to: number, from: number, change: Partial<MoveView> = {}): MoveView => ({
  shard: shardId(shard),
  to: nodeId(to),
  from: nodeId(from),
  stage: 'catchUp',
  sinceUs: shard,
  stageSinceUs: shard,
  source: NO_NODE,
  bytes: 0,
  isEqual: undefined,
  ...change,
});
const modelOf = (
  moves: readonly MoveView[],
  leaders: readonly (readonly [shard: number, leader: number])[] = [],
): ViewModel => ({
  ...EMPTY_MODEL,
  nodes: new Map(leaders.map(([, leader]) => [nodeId(leader), { ...EMPTY_NODE, state: 'up' }])),
  shards: new Map(
    leaders.map(([shard, leader]) => [
      shardId(shard),
      new Map([[nodeId(leader), { ...EMPTY_REPLICA, role: 'leader', term: 1 }]]),
    ]),
  ),
  placement: { ...FOUNDED, moves: new Map(moves.map((each) => [each.shard as ShardId, each])) },
});

describe('streams', () => {
  test('come from whoever sends, else from the leader, else from whoever gives its copy up', () => {
    const sourceOf = (model: ViewModel) => streamsOf(model, layoutOf(4), 0)[0]?.source;
    expect(sourceOf(modelOf([move(0, 4, 2, { source: nodeId(3) })], [[0, 1]]))).toBe(3);
    expect(sourceOf(modelOf([move(0, 4, 2)], [[0, 1]]))).toBe(1);
    expect(sourceOf(modelOf([move(0, 4, 2)]))).toBe(2);
    // Once the newcomer leads itself, it sends itself nothing.
    expect(sourceOf(modelOf([move(0, 4, 2)], [[0, 4]]))).toBe(2);
  });

  test('of one way are one, which names the shard in view first', () => {
    const [stream, ...others] = streamsOf(modelOf([move(1, 4, 2), move(5, 4, 2)]), layoutOf(4), 5);
    expect(others).toEqual([]);
    expect(stream && streamText(stream, ({ shard }) => `x${shard}`)).toBe('s5 x5 +1');
  });

  test('carry a snapshot until it is compared; where nobody comes there is none', () => {
    const copies = (change: Partial<MoveView>) =>
      streamsOf(modelOf([move(0, 4, 2, change)]), layoutOf(4), 0)[0]?.copies;
    expect(copies({})).toBe(true);
    expect(copies({ isEqual: true })).toBe(false);
    expect(copies({ stage: 'joint' })).toBe(false);
    expect(streamsOf(modelOf([move(0, 0, 2)]), layoutOf(4), 0)).toEqual([]);
  });
});

test.each([3, 4, 6, 9, 12])('of %i nodes: labels lie on no node, on no client and not on each other', (count) => {
  for (const size of [360, 640]) {
    const layout = layoutOf(count, size);
    const moves = Array.from({ length: count - 1 }, (_, i) => move(i, count, i + 1));
    const wanted = streamsOf(modelOf(moves), layout, 0).map((stream) => ({
      stream,
      text: streamText(stream, () => 'roots equal'),
    }));
    const placed = placeLabels(layout, wanted);
    for (const [i, { x, y, width }] of placed.entries()) {
      const hits = (other: { x: number; y: number }, halfWidth: number, halfHeight: number) =>
        Math.abs(x - other.x) < width / 2 + halfWidth && Math.abs(y - other.y) < LABEL_HEIGHT / 2 + halfHeight;
      expect([...layout.nodes.values()].some((node) => hits(node, layout.nodeRadius, layout.nodeRadius))).toBe(false);
      expect([...layout.clients.values()].some((client) => hits(client, 38, 15))).toBe(false);
      expect(placed.slice(i + 1).some((other) => hits(other, other.width / 2, LABEL_HEIGHT / 2))).toBe(false);
    }
    if (size === 640) expect(placed.length).toBeGreaterThan(0);
  }
});
