import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import type { NodeLimits } from './config.ts';
import type { NodeQueue } from './message.ts';
import { bytes, cas, put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);

/** How often each queue was said to be full, and how many requests were not answered at all. */
function refusals(cluster: TestCluster, ids: readonly number[]): Partial<Record<NodeQueue | 'open', number>> {
  const counts: Partial<Record<NodeQueue | 'open', number>> = {};
  for (const id of ids) {
    const reply = cluster.replies.get(id);
    const name = reply === undefined ? 'open' : reply.type === 'Busy' ? reply.queue : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** One node, whose disk completes no write: what was sent to it and its leader, after so many writes. */
function stuck(limits: Partial<NodeLimits>, writes: number) {
  const cluster = new TestCluster({ nodes: 1, limits });
  const session = cluster.register(S0);
  cluster.at(1).holdWrites = true;
  const sent = Array.from({ length: writes }, (_, i) =>
    cluster.send(nodeId(1), S0, { type: 'Write', session, sequence: i + 1, write: put(`k${i}`, 'v'.repeat(100)) }),
  );
  cluster.run(50_000);
  return { cluster, sent };
}

describe('a leader whose disk stands still takes no more writes than it has room for', () => {
  test.each<[NodeQueue, Partial<NodeLimits>, number]>([
    ['proposals', { pendingProposalsMax: 5 }, 5],
    ['proposal bytes', { pendingProposalBytesMax: 500 }, 5],
    ['log', { logQueueBytesMax: 600 }, 6],
  ])('%s', (queue, limits, taken) => {
    const { cluster, sent } = stuck(limits, 200);
    const found = refusals(cluster, sent);
    expect(Object.keys(found).sort()).toEqual([queue, 'open'].sort());
    expect(found.open).toBeLessThanOrEqual(taken);
    expect(found.open).toBeGreaterThan(2);
    expect(cluster.eventsOf(1, 'RequestProposed').length).toBe(1 + (found.open ?? 0));
    // What was taken is done when the disk goes on, and then there is room again.
    cluster.completeWrites(1);
    cluster.run(100_000);
    expect(refusals(cluster, sent).open).toBeUndefined();
    expect(cluster.call(S0, { type: 'RegisterClient', nonce: 9 })).toMatchObject({ type: 'Registered' });
  });

  test('and with all limits as they are, no more than those allow', () => {
    const { cluster, sent } = stuck({}, 1200);
    expect(refusals(cluster, sent)).toEqual({ proposals: 200, open: 1000 });
  });
});

/** Tables hold k0 … k9, no cache holds a block: whatever looks one of them up waits for its disk. */
function withTables(limits: Partial<NodeLimits>): { cluster: TestCluster; session: number; leader: NodeId } {
  const cluster = new TestCluster({ limits: { blockCacheBytes: 0, ...limits } });
  const session = cluster.register(S0);
  for (let i = 0; i < 10; i++) cluster.write(S0, session, i + 1, put(`k${i}`, 'old'));
  cluster.run(200_000);
  for (const id of cluster.nodes.keys()) cluster.input(id, { type: 'FlushAsked' });
  cluster.run(200_000);
  return { cluster, session, leader: cluster.leaderOf(S0) };
}

test('reads that wait for blocks count: a slow disk does not gather them without end', () => {
  const { cluster, leader } = withTables({ pendingReadsMax: 4 });
  cluster.at(leader).holdReads = true;
  const sent = Array.from({ length: 50 }, (_, i) =>
    cluster.send(leader, S0, { type: 'Get', key: bytes(`k${i % 10}`), ...(i % 2 === 0 ? { read: 'index' } : {}) }),
  );
  cluster.run(60_000);
  expect(refusals(cluster, sent)).toEqual({ reads: 46, open: 4 });
  expect(cluster.at(leader).heldReads.length).toBeLessThanOrEqual(4);
  cluster.completeReads(leader);
  cluster.run(60_000);
  expect(refusals(cluster, sent)).toEqual({ reads: 46 });
  expect(cluster.get('k1')).toBe('old');
});

test('a leader that is far behind with applying takes no writes, and goes on when it has caught up', () => {
  const { cluster, session, leader } = withTables({ applyBacklogMax: 5 });
  cluster.at(leader).holdReads = true;
  const sent = Array.from({ length: 40 }, (_, i) => {
    cluster.run(5000);
    return cluster.send(leader, S0, { type: 'Write', session, sequence: 11 + i, write: cas('k1', 'old', 'new') });
  });
  cluster.run(60_000);
  const found = refusals(cluster, sent);
  expect(found.apply).toBeGreaterThan(20);
  expect(found.open).toBeLessThan(15);
  cluster.completeReads(leader);
  cluster.run(200_000);
  expect(cluster.get('k1')).toBe('new');
});

test('a follower that is far behind with applying takes no entries until it has caught up, and holds no more meanwhile', () => {
  const { cluster, session, leader } = withTables({
    applyBacklogMax: 8,
    entriesPerAppendMax: 4,
    inflightAppendsMax: 2,
  });
  const slow = nodeId((leader % 3) + 1);
  cluster.at(slow).holdReads = true;
  for (let i = 0; i < 100; i++) cluster.write(S0, session, 11 + i, cas('k1', i === 0 ? 'old' : `${i - 1}`, `${i}`));
  cluster.run(500_000);
  const heldOff = cluster.eventsOf(slow, 'AppendHeldOff');
  expect(heldOff.length).toBeGreaterThan(3);
  expect(Math.min(...heldOff.map(({ backlog }) => backlog))).toBeGreaterThanOrEqual(8);
  const applied = cluster.stateOf(slow, S0)?.index ?? 0;
  const held = Math.max(
    ...cluster.eventsOf(slow, 'EntriesAppended').flatMap(({ entries }) => entries.map((e) => e.index)),
  );
  // Those that were on their way when the backlog was found: a window of AppendEntries.
  expect(held - applied).toBeLessThanOrEqual(8 + 2 * 4 + 4);
  // The others are a quorum.
  expect(cluster.get('k1')).toBe('99');
  cluster.completeReads(slow);
  cluster.run(2_000_000);
  expect(cluster.stateOf(slow, S0)).toEqual(cluster.stateOf(leader, S0));
});
