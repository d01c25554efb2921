import { expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import { createRandomStream, type RandomStream } from '../base/random.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

/** Sends the write, with kills in between, until it is acknowledged. */
function writeUntilAcknowledged(
  cluster: TestCluster,
  random: RandomStream,
  key: string,
  write: { session: number; sequence: number; value: string },
) {
  const shard = cluster.shardOf(key);
  const { session, sequence, value } = write;
  for (;;) {
    const leader = cluster.leaderOf(shard);
    const id = cluster.send(leader, shard, { type: 'Write', session, sequence, write: put(key, value) });
    if (random.chance(0.3)) {
      cluster.run(random.between(500, 4500));
      const victim = nodeId(random.between(1, 3));
      cluster.kill(victim, { records: random.between(0, 3), tornBytes: random.between(0, 60) });
    }
    for (let i = 0; i < 40 && !cluster.replies.has(id); i++) cluster.run(10_000);
    for (const [node, { node: process }] of cluster.nodes) if (process === undefined) cluster.revive(node);
    if (cluster.replies.get(id)?.type === 'Written') return;
  }
}

test('with random limits and kills, acknowledged writes are read back and replicas agree', () => {
  let installed = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = createRandomStream(seed, 'kills', 'test', 1);
    const limits = {
      memTableBytesMax: random.between(200, 3000),
      sliceBytesMax: 300,
      blockBytes: 100,
      blockCacheBytes: 300,
      entriesPerAppendMax: random.between(1, 8),
      logKeptEntries: random.between(0, 8),
    };
    const cluster = new TestCluster({ seed, shards: 2, limits });
    const sessions = [0, 1].map((shard) => cluster.register(shardId(shard)));
    const acknowledged = new Map<string, string>();
    for (let sequence = 1; sequence <= 40; sequence++) {
      const key = `k${random.between(0, 7)}`;
      const value = `${sequence}`;
      writeUntilAcknowledged(cluster, random, key, { session: sessions[cluster.shardOf(key)]!, sequence, value });
      acknowledged.set(key, value);
    }
    for (const [key, value] of acknowledged) expect(cluster.get(key), `seed ${seed}, ${key}`).toBe(value);
    cluster.run(500_000);
    for (const shard of [0, 1]) {
      const states = [1, 2, 3].map((id) => cluster.stateOf(id, shardId(shard)));
      expect(states[0]).toBeDefined();
      expect(states[1]).toEqual(states[0]);
      expect(states[2]).toEqual(states[0]);
    }
    for (const id of [1, 2, 3]) installed += cluster.eventsOf(id, 'SnapshotInstalled').length;
  }
  expect(installed).toBeGreaterThan(0);
});
