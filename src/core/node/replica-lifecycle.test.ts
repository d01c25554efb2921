import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import type { DriverEffect } from '../meta/driver-input.ts';
import { foundMeta } from '../meta/found-meta.ts';
import { groupOf, replicaOn } from '../meta/meta-state.ts';
import { encodeMetaState } from '../meta/state-codec.ts';
import { put, TestCluster } from './testing/test-cluster.ts';
import type { NodeEvent } from './trace-event.ts';

const S0 = shardId(0);
const S1 = shardId(1);
const N2 = nodeId(2);
const N3 = nodeId(3);
const NEW = 50;

const create = (replicaId: number, incarnation = 1): DriverEffect => ({
  ...{ type: 'CreateReplica', node: N3, shard: S0, replicaId, incarnation },
});
const drop = (replicaId: number): DriverEffect => ({ type: 'DropReplica', node: N3, shard: S0, replicaId });

/** Two shards on three nodes; n3 is told what to do with its replica of s0 by whoever leads the meta group. */
function prepare() {
  const cluster = new TestCluster({
    shards: 2,
    limits: { memTableBytesMax: 2048, logSlackBytes: 0, logKeptEntries: 0 },
  });
  const founded = foundMeta({ nodes: [1, 2, 3].map(nodeId), vnodes: 16, shards: 2, replicationFactor: 3 });
  const first = replicaOn(groupOf(founded, S0), N3)?.replicaId ?? 0;
  const sessions = [cluster.register(S0), cluster.register(S1)];
  const tell = (order: DriverEffect): void => {
    cluster.input(N3, { type: 'MessagesReceived', from: N2, messages: [{ type: 'MetaOrdered', order }] });
    cluster.run(20_000);
  };
  const ofShard = (type: NodeEvent['type']) =>
    cluster.at(3).events.filter((event) => event.type === type && 'shard' in event && event.shard === S0);
  return { cluster, first, sessions, tell, ofShard };
}

type Prepared = ReturnType<typeof prepare>;

const hosts = ({ cluster }: Prepared): boolean => cluster.rootsOf(3).some(({ shard }) => shard === S0);

function restart({ cluster }: Prepared): void {
  cluster.kill(N3);
  cluster.revive(N3);
  cluster.run(100_000);
}

/** So much that the log is trimmed, and nothing of what it said before is left. */
function writeMuch({ cluster, sessions }: Prepared): void {
  const trimmed = cluster.eventsOf(3, 'LogTrimmed').length;
  for (let sequence = 1; cluster.eventsOf(3, 'LogTrimmed').length < trimmed + 2; sequence++) {
    if (sequence > 400) throw new Error('the log is never trimmed');
    cluster.write(S1, sessions[1] as number, sequence, put(`key${sequence % 7}`, 'x'.repeat(100)));
  }
}

describe('a replica that comes and goes', () => {
  test('is dropped by its number, and by no other', () => {
    const given = prepare();
    given.tell(drop(given.first + 100));
    expect(hosts(given)).toBe(true);
    given.tell(drop(given.first));
    expect(hosts(given)).toBe(false);
    expect(given.ofShard('ReplicaDropped')).toMatchObject([{ replicaId: given.first }]);
  });

  test('goes without an order when its node hears of a state that counts it no longer, and only then', () => {
    const given = prepare();
    const { cluster, first } = given;
    const hear = (index: number, confVer: number, nextReplicaId = 100): void => {
      const founded = foundMeta({ nodes: [1, 2, 3].map(nodeId), vnodes: 16, shards: 2, replicationFactor: 3 });
      const groups = founded.groups.map((group) => {
        if (group.shard !== S0) return group;
        const configuration = { voters: [nodeId(1), N2], votersOutgoing: [], learners: [] };
        const replicas = group.replicas.filter(({ node }) => node !== N3);
        return { ...group, replicas, report: { ...group.report, confVer, configuration } };
      });
      const state = encodeMetaState({ ...founded, groups, nextReplicaId });
      cluster.input(N3, { type: 'MessagesReceived', from: N2, messages: [{ type: 'MetaTold', index, state }] });
      cluster.run(100_000);
    };
    // A state that is older than the replica says nothing of it.
    hear(10_000, 5, first);
    expect(hosts(given)).toBe(true);
    // Nor one that rests on an earlier configuration than the replica knows of, in which it votes.
    const leader = cluster.leaderOf(S0);
    const others = [1, 2, 3].map(nodeId).filter((node) => node !== N3);
    for (const voters of [others, [...others, N3]]) {
      cluster.input(leader, { type: 'ReconfigureAsked', shard: S0, target: { voters, learners: [] } });
      cluster.run(500_000);
    }
    hear(10_001, 1);
    expect(hosts(given)).toBe(true);
    hear(10_002, 10_000);
    expect(hosts(given)).toBe(leader === N3);
  });

  test('membership bug 33: a removed replica is never made again, not by a late order, nor behind a restart or a trimmed log', () => {
    const given = prepare();
    given.tell(drop(given.first));
    const late = (): void => {
      given.tell(create(given.first));
      expect(hosts(given)).toBe(false);
    };
    late();
    restart(given);
    late();
    writeMuch(given);
    restart(given);
    late();
    expect(given.ofShard('ReplicaCreated')).toEqual([]);
    given.tell(create(NEW));
    expect(hosts(given)).toBe(true);
  });

  test('membership bug 33: an order for another disk makes nothing', () => {
    const given = prepare();
    given.tell(drop(given.first));
    given.tell(create(NEW, 2));
    expect(hosts(given)).toBe(false);
  });

  test('membership bug 53: a message is of one replica: what was meant for the old one the new one does not take', () => {
    const given = prepare();
    const { cluster } = given;
    given.tell(drop(given.first));
    given.tell(create(NEW));
    cluster.run(500_000);
    // The group knows nothing of the new one, and goes on to speak to the old one.
    expect(given.ofShard('LateMessageRejected').length).toBeGreaterThan(0);
    const created = cluster.at(3).events.findIndex(({ type }) => type === 'ReplicaCreated');
    const after = cluster
      .at(3)
      .events.slice(created)
      .filter((event) => 'shard' in event && event.shard === S0);
    expect(after.filter(({ type }) => type === 'EntriesAppended' || type === 'VoteGranted')).toEqual([]);
  });

  test('a new one stands for nothing before a snapshot has told it of the group', () => {
    const given = prepare();
    given.tell(drop(given.first));
    given.tell(create(NEW));
    given.cluster.isolated.add(N3);
    given.cluster.run(3_000_000);
    const roles = given.ofShard('RoleChanged').slice(-1);
    expect(roles).toMatchObject([{ role: 'follower', term: 0 }]);
  });

  test('a power cut at any moment leaves the old one whole or gone, and the new one empty or not there', () => {
    for (let completed = 0; completed < 8; completed++) {
      const given = prepare();
      const { cluster, first } = given;
      const slot = cluster.at(3);
      slot.holdWrites = true;
      given.tell(drop(first));
      given.tell(create(NEW));
      for (let i = 0; i < completed; i++) {
        const [next] = slot.pendingWrites;
        if (next === undefined) break;
        cluster.complete(N3, next);
      }
      cluster.kill(N3);
      cluster.revive(N3);
      cluster.run(400_000);
      given.tell(drop(first));
      given.tell(create(NEW));
      given.tell(create(first));
      cluster.run(200_000);
      expect(hosts(given), `after ${completed} writes`).toBe(true);
      const [root] = cluster.rootsOf(3).filter(({ shard }) => shard === S0);
      expect(root?.appliedIndex, `after ${completed} writes`).toBe(0);
    }
  });
});
