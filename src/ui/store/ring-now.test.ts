import { expect, test } from 'vitest';
import { runLine } from '../../console/run-line.ts';
import { createSession } from '../../console/session.ts';
import { FakeCluster } from '../../console/testing/fake-cluster.ts';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Action } from '../../core/cluster/action.ts';
import { placementOf, placeOfKey } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { WorldByHand } from '../../sim/testing/world-by-hand.ts';
import { reduceAll } from './reduce.ts';
import { ringOf } from './ring-now.ts';
import { EMPTY_MODEL } from './view-model.ts';

const SECOND = 1_000_000;
const KEYS = ['user:1', 'user:3', 'a', 'cart{u1}'];

/** A world in which all that is, and RING asked about it. */
function begun() {
  const hand = new WorldByHand(7);
  const cluster = new FakeCluster();
  cluster.config = CLASSROOM;
  cluster.snapshot = async () => hand.world.snapshot();
  const told = async (key: string) => {
    const [result] = await runLine(cluster, createSession(), `RING ${key} terms=dynamo`);
    return result as {
      readonly text: string;
      readonly value: { walk: readonly { vnode: string }[]; replicas: string[] };
    };
  };
  const lives = (action: Action, seconds: number) => {
    expect(hand.act(action)?.type).toBe('Applied');
    hand.run(hand.world.nowUs + seconds * SECOND);
  };
  hand.run(2 * SECOND);
  return { hand, told, lives };
}

test('RING, "Find a key" and the meta group place every key alike, whatever becomes of the ring', async () => {
  const { hand, told, lives } = begun();
  const changes: readonly (readonly [Action, vnodes: number])[] = [
    [{ type: 'Add' }, 150],
    [{ type: 'Remove', node: nodeId(1) }, 150],
    [{ type: 'Configure', name: 'vnodes', value: 8 }, 8],
  ];
  for (const [i, [action, vnodes]] of changes.entries()) {
    // At first nothing has moved yet, then all of it has.
    for (const seconds of [0.4, 5]) {
      if (seconds < 1) lives(action, seconds);
      else hand.run(hand.world.nowUs + seconds * SECOND);
      const snapshot = hand.world.snapshot();
      expect(snapshot).toMatchObject({ ringEpoch: i + 2, vnodes });
      const of = hand.seen.filter(({ type }) => type === 'NodeStateChanged' || type === 'RingChanged');
      const found = ringOf(CLASSROOM, reduceAll(EMPTY_MODEL, of).placement.ring);
      for (let shard = 0; shard < CLASSROOM.shards; shard++)
        expect(found.replicas(shardId(shard)).map(nodeName)).toEqual(snapshot.shards[shard]?.desired);
      for (const key of KEYS) {
        const place = placeOfKey(found, encodeUtf8(key));
        const { text, value } = await told(key);
        expect(value.replicas).toEqual(place.replicas.map(nodeName));
        expect(value.walk).toMatchObject(place.walk.map(({ vnode }) => ({ token: vnode.token })));
        expect(text).toContain(`nodes' ${vnodes} tokens`);
      }
    }
  }
  const founding = placementOf(CLASSROOM);
  const key = encodeUtf8('user:1');
  expect((await told('user:1')).value.replicas).not.toEqual(placeOfKey(founding, key).replicas.map(nodeName));
});

test('while replicas are on their way RING says who votes still', async () => {
  const { hand, told, lives } = begun();
  lives({ type: 'Add' }, 0.4);
  const { shards } = hand.world.snapshot();
  const moving = shards.find(({ desired, voters }) => desired.some((node) => !voters.includes(node)));
  expect(moving).toBeDefined();
  const key = Array.from({ length: 99 }, (_, i) => `k${i}`).find((each) => {
    return `s${placementOf(CLASSROOM).shardOfKey(encodeUtf8(each))}` === moving?.id;
  });
  expect((await told(key as string)).text).toContain('voters n1 n2 n3');
});
