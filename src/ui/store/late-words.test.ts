import { expect, test } from 'vitest';
import { NO_NODE, nodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { createAppStore, feedStore } from './app-store.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

const N1 = nodeId(1);
const S0 = shardId(0);
const MOVE: TraceEvent = {
  timeUs: 10,
  type: 'MoveStageChanged',
  shard: S0,
  to: nodeId(4),
  from: NO_NODE,
  stage: 'learner',
  token: 1,
};
const KILLED: TraceEvent = { timeUs: 20, type: 'NodeKilled', node: N1, pending: 0, lost: 0, torn: false };

// Its own file, and one test: what was fetched stays.
test('the picture waits for the words of what is rare, and comes to the lines that it would have had', async () => {
  const cluster = new FakeCluster();
  const store = createAppStore(cluster);
  let wallMs = 0;
  const feed = feedStore(cluster, store, () => wallMs);
  let asked = 0;
  feed.onReport(() => asked++);
  const frames = () => {
    let more = true;
    for (let i = 0; i < 100; i++) {
      wallMs += 16;
      more = feed.frame(wallMs);
    }
    return more;
  };
  cluster.transportIs({ mode: 'paused', timeUs: 30 });
  cluster.emit(MOVE);
  cluster.emit(KILLED);
  expect(frames(), 'frames are asked for until the words are here').toBe(true);
  expect(store.getState().model).toBe(EMPTY_MODEL);

  const before = asked;
  await expect.poll(() => asked).toBeGreaterThan(before);
  frames();
  const { model } = store.getState();
  expect(model.placement.moves.get(S0)?.stage).toBe('learner');
  expect(model.feed).toEqual(reduceAll(EMPTY_MODEL, [MOVE, KILLED]).feed);
  expect(model.feed.map(({ text }) => text)).toEqual(['is to have s0', 'was killed']);
});
