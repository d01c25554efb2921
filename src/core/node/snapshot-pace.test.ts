import { expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { nodeId, shardId } from '../base/ids.ts';
import type { InstallSnapshot } from '../raft/message.ts';
import type { NodeLimits } from './config.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

const PIECE = 300;
const RATE = 5000;
const LIMITS = { memTableBytesMax: 2000, logKeptEntries: 0, bytesPerAppendMax: PIECE };

/** A follower of two shards comes back, and needs snapshots of both. */
function oneBehind(limits: Partial<NodeLimits>, shards: number) {
  const cluster = new TestCluster({ shards, limits: { ...LIMITS, ...limits } });
  const down = nodeId((cluster.leaderOf(shardId(0)) % 3) + 1);
  cluster.run(200_000);
  cluster.kill(down);
  const sessions = Array.from({ length: shards }, (_, s) => cluster.register(shardId(s)));
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  const sequences = sessions.map(() => 0);
  const write = (key: string): void => {
    const shard = cluster.shardOf(key);
    const sequence = (sequences[shard] ?? 0) + 1;
    sequences[shard] = sequence;
    const reply = cluster.write(shard, must(sessions[shard], 'a session'), sequence, put(key, `value of ${key}`));
    expect(reply.type).toBe('Written');
  };
  for (const key of keys.slice(0, 120)) write(key);
  cluster.run(200_000);
  const from = cluster.sent.length;
  cluster.revive(down);
  const pieces = () =>
    cluster.sent
      .slice(from)
      .flatMap(({ messages, timeUs, from }) =>
        messages.flatMap((message) =>
          message.type === 'Raft' && message.body.type === 'InstallSnapshot'
            ? [{ timeUs, from, shard: message.shard, ...(message.body as InstallSnapshot) }]
            : [],
        ),
      );
  const installed = (): number => cluster.eventsOf(down, 'SnapshotInstalled').length;
  return { cluster, down, pieces, installed, write, keys: keys.slice(120) };
}

test('a node sends its snapshots, all together, no faster than it may; writes go on meanwhile', () => {
  const { cluster, pieces, installed, write, keys } = oneBehind({ snapshotBytesPerSecond: RATE }, 2);
  let slowestUs = 0;
  for (const key of keys.slice(0, 40)) {
    const beganUs = cluster.nowUs;
    write(key);
    slowestUs = Math.max(slowestUs, cluster.nowUs - beganUs);
  }
  expect(installed()).toBe(0);
  expect(slowestUs).toBeLessThan(50_000);
  cluster.until('the snapshots are installed', () => installed() >= 2, 20_000_000);
  for (const node of [1, 2, 3]) {
    const sent = pieces().filter(({ from }) => from === node);
    for (const [i, { timeUs }] of sent.entries()) {
      const bytes = sent
        .filter((other) => other.timeUs >= timeUs)
        .slice(0, 8)
        .map(({ data, timeUs }) => [data.length, timeUs] as const);
      const last = must(bytes.at(-1), 'itself')[1];
      const before = bytes.slice(0, -1).reduce((sum, [length]) => sum + length, 0);
      // What left before the last one of them has had its time.
      expect(before, `piece ${i}`).toBeLessThanOrEqual(((last - timeUs) * RATE) / 1_000_000 + 1);
    }
  }
  const held = [1, 2, 3].flatMap((id) => cluster.eventsOf(id, 'SnapshotPaced'));
  expect(held.length).toBeGreaterThan(5);
  expect(held.every(({ waitUs }) => waitUs > 0)).toBe(true);
});

test('to a follower that was silent for longer than an election timeout a snapshot goes on where it stood', () => {
  const { cluster, down, pieces, installed } = oneBehind({ snapshotBytesPerSecond: RATE }, 1);
  cluster.until('some pieces have arrived', () => pieces().some(({ offset }) => offset > 2 * PIECE));
  const leader = cluster.leaderOf(shardId(0));
  cluster.isolated.add(down);
  cluster.run(1_500_000);
  expect(installed()).toBe(0);
  cluster.isolated.delete(down);
  cluster.until('the snapshot is installed', () => installed() === 1, 20_000_000);
  expect(cluster.leaderOf(shardId(0))).toBe(leader);
  expect(cluster.eventsOf(leader, 'SnapshotStarted')).toHaveLength(1);
  expect(pieces().filter(({ offset }) => offset === 0).length).toBeLessThan(4);
});

test('one that was restarted gets it from the beginning, of the same leader', () => {
  const { cluster, down, pieces, installed } = oneBehind({ snapshotBytesPerSecond: RATE }, 1);
  cluster.until('some pieces have arrived', () => pieces().some(({ offset }) => offset > 2 * PIECE));
  cluster.kill(down);
  cluster.run(600_000);
  cluster.revive(down);
  cluster.until('the snapshot is installed', () => installed() === 1, 20_000_000);
  const leader = cluster.leaderOf(shardId(0));
  expect(cluster.eventsOf(leader, 'SnapshotStarted').length).toBe(2);
});
