import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import type { NodeLimits } from './config.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspace.ts';
import { blocksOf, engineOf, flipBit, replicaIn } from './testing/damage.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const KEYS = 30;
/** Small tables of small blocks, and nothing in a cache: whatever is needed is read. */
const LIMITS: Partial<NodeLimits> = { memTableBytesMax: 2000, blockBytes: 256, blockCacheBytes: 0, logKeptEntries: 0 };

interface Given {
  readonly cluster: TestCluster;
  readonly session: number;
  readonly leader: NodeId;
  readonly follower: NodeId;
}

/** k0 … k29 are in tables, on three nodes; sequences 1 … 60 were used. */
function prepare(limits: Partial<NodeLimits> = LIMITS, seed = 1): Given {
  const cluster = new TestCluster({ seed, limits });
  const session = cluster.register(S0);
  for (let sequence = 1; sequence <= 2 * KEYS; sequence++)
    cluster.write(S0, session, sequence, put(`k${sequence % KEYS}`, `value ${sequence} ${'x'.repeat(60)}`));
  for (const id of [1, 2, 3]) cluster.input(nodeId(id), { type: 'FlushAsked' });
  cluster.run(100_000);
  const leader = cluster.leaderOf(S0);
  return { cluster, session, leader, follower: nodeId((leader % 3) + 1) };
}

const latest = (key: number): string => `value ${key === 0 ? 2 * KEYS : KEYS + key} ${'x'.repeat(60)}`;

/** All blocks of users' values of the replica there. */
const valueBlocks = (cluster: TestCluster, id: number) =>
  blocksOf(cluster.at(id), S0).filter(({ keyspace }) => keyspace === STRONG_KEYSPACE);

function expectRepaired(cluster: TestCluster): void {
  cluster.register(S0);
  cluster.run(300_000);
  const [first, ...others] = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
  for (const other of others) expect(other).toEqual(first);
  const [root, ...otherRoots] = [1, 2, 3].map((id) => cluster.rootsOf(id));
  expect(root).toMatchObject([{ shard: S0, appliedIndex: first?.index, staleLeaves: [] }]);
  for (const other of otherRoots) expect(other).toEqual(root);
}

const named = (cluster: TestCluster, id: number) => cluster.eventsOf(id, 'BlockCorrupt');
const repaired = (cluster: TestCluster, id: number): number => cluster.eventsOf(id, 'ReplicaRebuilt').length;

describe('a block that cannot be read', () => {
  test('of a leader is named, no read gets another value, somebody else leads, and the replica is rebuilt', () => {
    const { cluster, leader } = prepare();
    const blocks = valueBlocks(cluster, leader);
    expect(blocks.length).toBeGreaterThan(4);
    for (const block of blocks) flipBit(cluster.at(leader), block);
    for (let key = 0; key < KEYS; key++) expect(cluster.get(`k${key}`)).toBe(latest(key));
    expect(cluster.leaderOf(S0)).not.toBe(leader);
    const [first] = named(cluster, leader);
    expect(blocks).toContainEqual(expect.objectContaining({ fileNumber: first?.fileNumber, block: first?.block }));
    expect(first).toMatchObject({ shard: S0, isServed: true, foundBy: 'read' });
    cluster.until('it is rebuilt', () => repaired(cluster, leader) === 1);
    cluster.run(100_000);
    // The rows of before go as well: for that they need not be read.
    cluster.input(leader, { type: 'CompactionAsked', level: undefined });
    cluster.run(200_000);
    expect(new Set(valueBlocks(cluster, leader).map(({ storageId }) => storageId))).toEqual(new Set([2]));
    expect(engineOf(cluster.at(leader)).isReplicaDropped(S0, 1)).toBe(true);
    expectRepaired(cluster);
  });

  test('of a follower is found when it applies, and what it voted and appended meanwhile counts', () => {
    const { cluster, session, leader, follower } = prepare();
    for (const block of valueBlocks(cluster, follower)) flipBit(cluster.at(follower), block);
    const third = [1, 2, 3].find((id) => id !== leader && id !== follower) as number;
    cluster.kill(nodeId(third));
    // To commit takes the damaged one, while it is rebuilt and before.
    for (let sequence = 61; sequence <= 90; sequence++) {
      const answer = cluster.write(S0, session, sequence, put(`k${sequence % KEYS}`, `new ${sequence}`));
      expect(answer).toMatchObject({ type: 'Written', acks: 2 });
    }
    expect(named(cluster, follower)).toMatchObject([{ isServed: true }]);
    cluster.until('it is rebuilt', () => repaired(cluster, follower) === 1);
    // Its log was kept: it leads with all that was committed.
    cluster.kill(leader);
    cluster.revive(nodeId(third));
    cluster.run(1_500_000);
    for (let sequence = 61; sequence <= 90; sequence++)
      expect(cluster.get(`k${sequence % KEYS}`)).toBe(`new ${sequence}`);
    cluster.revive(leader);
    cluster.run(1_000_000);
    expectRepaired(cluster);
  });

  test('is met by a compaction, which begins again when the replica is rebuilt', () => {
    const { cluster, follower } = prepare({ ...LIMITS, l0CompactionTrigger: 100 });
    for (const block of valueBlocks(cluster, follower)) flipBit(cluster.at(follower), block);
    cluster.input(follower, { type: 'CompactionAsked', level: undefined });
    cluster.until('it is rebuilt', () => repaired(cluster, follower) === 1);
    expect(named(cluster, follower)).toMatchObject([{ foundBy: 'compaction' }]);
    expect(cluster.eventsOf(follower, 'CompactionAbandoned')).toHaveLength(1);
    cluster.run(100_000);
    const finished = cluster.eventsOf(follower, 'CompactionFinished').length;
    cluster.input(follower, { type: 'CompactionAsked', level: undefined });
    cluster.run(200_000);
    expect(cluster.eventsOf(follower, 'CompactionFinished').length).toBeGreaterThan(finished);
    expectRepaired(cluster);
  });

  test('is met in recovery: the node starts, and that replica serves nobody before it is rebuilt', () => {
    const { cluster, follower } = prepare();
    const system = blocksOf(cluster.at(follower), S0).filter(({ keyspace }) => keyspace === SYSTEM_KEYSPACE);
    for (const block of system) flipBit(cluster.at(follower), block);
    cluster.kill(follower);
    cluster.revive(follower);
    expect(named(cluster, follower)).toMatchObject([{ isServed: true, foundBy: 'recovery' }]);
    expect(cluster.eventsOf(follower, 'ReplicaDamaged')).toMatchObject([{ shard: S0, reason: 'corrupt block' }]);
    cluster.until('it is rebuilt', () => repaired(cluster, follower) === 1);
    expectRepaired(cluster);
  });

  test('is found again after a restart in the middle of the repair', () => {
    const { cluster, follower } = prepare();
    const system = blocksOf(cluster.at(follower), S0).filter(({ keyspace }) => keyspace === SYSTEM_KEYSPACE);
    for (const block of system) flipBit(cluster.at(follower), block);
    for (let i = 0; i < 4; i++) {
      cluster.kill(follower);
      cluster.revive(follower);
      cluster.run(3000 * (i + 1));
    }
    cluster.until('it is rebuilt', () => !replicaIn(cluster.at(follower), S0).isQuarantined);
    expect(named(cluster, follower).length).toBeGreaterThan(1);
    expectRepaired(cluster);
  });

  test('that nobody can repair leaves its replica refusing, whatever is asked, and the node up', () => {
    const { cluster, leader, follower } = prepare();
    for (const block of valueBlocks(cluster, leader).slice(-1)) flipBit(cluster.at(leader), block);
    for (const id of [1, 2, 3]) if (id !== leader) cluster.isolated.add(nodeId(id));
    cluster.input(leader, { type: 'ScrubAsked' });
    cluster.until('it is found', () => cluster.eventsOf(leader, 'ReplicaDamaged').length === 1);
    // Its lease goes on, and most keys lie in blocks that can be read.
    const asked = Array.from({ length: KEYS }, (_, key) =>
      cluster.send(leader, S0, { type: 'Get', key: new TextEncoder().encode(`k${key}`) }),
    );
    cluster.run(20_000);
    expect(cluster.leader(S0)).toBe(leader);
    expect(new Set(asked.map((id) => cluster.replies.get(id)?.type))).toEqual(new Set(['Quarantined']));
    const own = { type: 'ReplicaGet', key: new TextEncoder().encode('k1'), appliedIndex: 0, waitUs: 0 } as const;
    const forItself = cluster.send(leader, S0, own);
    const later = cluster.send(leader, S0, { ...own, appliedIndex: 10_000, waitUs: 1_000_000 });
    const other = cluster.send(follower, S0, own);
    cluster.run(20_000);
    expect(cluster.replies.get(other)).toMatchObject({ type: 'ReplicaValue' });
    expect(cluster.replies.get(later), 'at once: it is not going to apply more').toMatchObject({ type: 'Quarantined' });
    expect(cluster.replies.get(forItself), 'nor is it one of a quorum').toMatchObject({
      type: 'Quarantined',
      reason: 'corrupt block',
      isAlone: false,
    });
    cluster.isolated.clear();
    cluster.until('it is rebuilt', () => repaired(cluster, leader) === 1);
    expect(cluster.eventsOf(follower, 'BlockCorrupt')).toEqual([]);
    expectRepaired(cluster);
  });
});

describe('a scrub', () => {
  const scrubbed = (cluster: TestCluster, id: number) => cluster.eventsOf(id, 'ScrubCompleted');

  test('that is asked for finds what nobody reads, though the cache holds it', () => {
    const { cluster, follower } = prepare({ ...LIMITS, blockCacheBytes: 1 << 20, scrubIntervalUs: 0 });
    cluster.input(follower, { type: 'ScrubAsked' });
    cluster.run(100_000);
    const [clean] = scrubbed(cluster, follower);
    expect(clean).toMatchObject({ bad: 0, asked: true });
    const all = engineOf(cluster.at(follower)).version.tables.flatMap(({ meta }) => meta.index);
    expect(clean?.blocks).toBe(all.length);
    const [place] = valueBlocks(cluster, follower).slice(-1);
    if (place === undefined) throw new Error('it has tables');
    flipBit(cluster.at(follower), place);
    cluster.run(3_000_000);
    expect(named(cluster, follower)).toEqual([]);
    cluster.input(follower, { type: 'ScrubAsked' });
    cluster.until('it is rebuilt', () => repaired(cluster, follower) === 1);
    expect(scrubbed(cluster, follower).at(-1)).toMatchObject({ bad: 1, asked: true });
    const { fileNumber, extent, block } = place;
    expect(named(cluster, follower)).toMatchObject([{ fileNumber, extent, block, foundBy: 'scrub', isServed: true }]);
    cluster.run(100_000);
    cluster.input(follower, { type: 'ScrubAsked' });
    cluster.run(100_000);
    expect(scrubbed(cluster, follower).at(-1)).toMatchObject({ bad: 0 });
    expectRepaired(cluster);
  });

  test('goes on in the background, a few blocks at a time; with an interval of 0 it does not', () => {
    for (const scrubIntervalUs of [500_000, 0]) {
      const { cluster, follower } = prepare({ ...LIMITS, memTableBytesMax: 8000, scrubIntervalUs });
      for (const place of valueBlocks(cluster, follower).slice(-1)) flipBit(cluster.at(follower), place);
      cluster.run(4_000_000);
      expect(repaired(cluster, follower)).toBe(scrubIntervalUs > 0 ? 1 : 0);
      expect(scrubbed(cluster, follower).some(({ bad }) => bad > 0)).toBe(scrubIntervalUs > 0);
      if (scrubIntervalUs > 0) expectRepaired(cluster);
    }
  });
});
