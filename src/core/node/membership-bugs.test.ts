import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId, type ShardId, shardId } from '../base/ids.ts';
import type { DriverEffect } from '../meta/driver-input.ts';
import { foundMeta } from '../meta/found-meta.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import { groupOf, META_GROUP, type MetaState, replicaOn } from '../meta/meta-state.ts';
import { encodeMetaState } from '../meta/state-codec.ts';
import type { Message } from './message.ts';
import type { MetaMessage } from './meta-message.ts';
import { del, put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const [N1, N2, N3, N4, N5] = [1, 2, 3, 4, 5].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId];
const FOUNDED = foundMeta({ nodes: [N1, N2, N3], vnodes: 16, shards: 1, replicationFactor: 3 });
const SECOND = 1_000_000;

/** The latest state of the meta group that any of its replicas applied. */
function metaState(cluster: TestCluster): MetaState {
  let latest = { index: 0, state: FOUNDED };
  for (const { events } of cluster.nodes.values())
    for (const event of events) if (event.type === 'MetaApplied' && event.index > latest.index) latest = event;
  return latest.state;
}

const moveOf = (cluster: TestCluster, shard: ShardId) => groupOf(metaState(cluster), shard).move;

/** What somebody asks of the meta group, given to its leader. */
function ask(cluster: TestCluster, command: MetaCommand): void {
  cluster.input(cluster.leaderOf(META_GROUP), { type: 'MetaAsked', command });
}

function tell(cluster: TestCluster, to: NodeId, from: NodeId, message: MetaMessage): void {
  cluster.input(to, { type: 'MessagesReceived', from, messages: [message] });
}

/** So many keys of each shard. */
function keysOf(cluster: TestCluster, count: number): ReadonlyMap<ShardId, readonly string[]> {
  const all = Array.from({ length: 200 }, (_, i) => `k${i}`);
  const shards = [...new Set(all.map((key) => cluster.shardOf(key)))];
  return new Map(shards.map((shard) => [shard, all.filter((key) => cluster.shardOf(key) === shard).slice(0, count)]));
}

/** What of one kind a node sent, oldest first. */
const sentBy = <T extends Message['type']>(cluster: TestCluster, node: NodeId, type: T) =>
  cluster.sent
    .filter(({ from }) => from === node)
    .flatMap(({ messages }) => messages.filter((each): each is Extract<Message, { type: T }> => each.type === type));

describe('what others got wrong when members changed', () => {
  test('membership bug 35: that a replica is gone is told when the word of it is on disk, and not before', () => {
    const cluster = new TestCluster();
    cluster.register(S0);
    const replicaId = must(replicaOn(groupOf(FOUNDED, S0), N3), 'n3 has one').replicaId;
    const order: DriverEffect = { type: 'DropReplica', node: N3, shard: S0, replicaId };
    const toldOf = (): boolean =>
      sentBy(cluster, N3, 'GroupsReported').some(({ dropped }) => dropped.includes(replicaId));
    cluster.at(3).holdWrites = true;
    for (let i = 0; i < 3; i++) {
      tell(cluster, N3, N1, { type: 'MetaOrdered', order });
      cluster.run(SECOND);
    }
    expect(toldOf()).toBe(false);
    // Of what was in memory alone nothing is left, and nobody was told otherwise.
    cluster.kill(N3);
    cluster.revive(N3);
    cluster.run(SECOND);
    expect(cluster.rootsOf(3)).toHaveLength(1);
    for (let i = 0; i < 2; i++) {
      tell(cluster, N3, N1, { type: 'MetaOrdered', order });
      cluster.run(SECOND);
    }
    expect(toldOf()).toBe(true);
    expect(cluster.rootsOf(3)).toEqual([]);
  });

  test('membership bug 35: nothing of a replica is deleted before the word that it is gone is on disk', () => {
    const cluster = new TestCluster({ limits: { memTableBytesMax: 1024 } });
    const session = cluster.register(S0);
    for (let sequence = 1; sequence <= 20; sequence++)
      cluster.write(S0, session, sequence, put(`k${sequence}`, 'x'.repeat(100)));
    cluster.run(SECOND);
    const replicaId = must(replicaOn(groupOf(FOUNDED, S0), N3), 'n3 has one').replicaId;
    const slot = cluster.at(3);
    slot.holdWrites = true;
    tell(cluster, N3, N1, { type: 'MetaOrdered', order: { type: 'DropReplica', node: N3, shard: S0, replicaId } });
    cluster.run(SECOND);
    expect(slot.pendingWrites.map(({ queue }) => queue)).toEqual(['log']);
    cluster.completeWrites(3);
    cluster.run(SECOND);
    expect(cluster.rootsOf(3)).toEqual([]);
    cluster.kill(N3);
    cluster.revive(N3);
    expect(cluster.at(3).node).toBeDefined();
  });

  test('membership bug 39: what an aborted move still had under way brings no deleted key back', () => {
    const cluster = new TestCluster({ shards: 4 });
    const sessions = Array.from({ length: 4 }, (_, s) => cluster.register(shardId(s)));
    const [keys, session] = [keysOf(cluster, 1), (shard: ShardId) => must(sessions[shard], 'a session of each shard')];
    for (const [shard, [key]] of keys) cluster.write(shard, session(shard), 1, put(must(key, 'a key of each'), 'old'));
    cluster.add(N4);
    cluster.until('a copy is made on n4', () => cluster.eventsOf(4, 'SnapshotInstalled').length > 0);
    const { shard } = must(cluster.eventsOf(4, 'SnapshotInstalled')[0], 'there is one');
    const key = must(keys.get(shard)?.[0], 'a key of each shard');
    cluster.until('it is to be compared', () => moveOf(cluster, shard)?.stage === 'catchUp');
    ask(cluster, { type: 'AbortMove', shard, token: groupOf(metaState(cluster), shard).token });
    cluster.until('it is dropped', () => cluster.eventsOf(4, 'ReplicaDropped').some((each) => each.shard === shard));
    const { replicaId } = must(
      cluster.eventsOf(4, 'ReplicaDropped').find((each) => each.shard === shard),
      'it was',
    );
    const late = cluster.sent.flatMap(({ from, messages }) =>
      messages.flatMap((message) =>
        message.type === 'Raft' && message.toReplica === replicaId ? [{ from, message }] : [],
      ),
    );
    expect(late.some(({ message }) => message.body.type === 'InstallSnapshot')).toBe(true);
    cluster.write(shard, session(shard), 2, del(key));
    cluster.until('n4 has it after all', () =>
      groupOf(metaState(cluster), shard).report.configuration.voters.includes(N4),
    );
    const rejected = cluster.eventsOf(4, 'LateMessageRejected').length;
    for (const { from, message } of late) cluster.input(N4, { type: 'MessagesReceived', from, messages: [message] });
    expect(cluster.eventsOf(4, 'LateMessageRejected').length - rejected).toBe(late.length);
    cluster.run(SECOND);
    const roots = [...cluster.nodes.keys()].flatMap((node) =>
      cluster.rootsOf(node).filter((each) => each.shard === shard),
    );
    expect(roots).toHaveLength(3);
    expect(new Set(roots.map(({ root }) => `${root.high} ${root.low}`)).size).toBe(1);
    expect(cluster.get(key)).toBeUndefined();
  });

  test('membership bug 44: a node that is restarted is heard under its next incarnation at once, and is suspected no more', () => {
    const cluster = new TestCluster();
    const heard = () =>
      cluster.eventsOf(1, 'GossipMerged').flatMap((event) => event.heard.filter(({ subject }) => subject === N3));
    const suspicions = () => cluster.eventsOf(1, 'NodeSuspected').filter(({ subject }) => subject === N3).length;
    for (let boot = 1; boot <= 3; boot++) {
      cluster.run(3 * SECOND);
      expect(heard().at(-1)?.incarnation).toBe(boot);
      expect(suspicions()).toBe(boot - 1);
      cluster.kill(N3);
      cluster.run(6 * SECOND);
      expect(suspicions()).toBe(boot);
      cluster.revive(N3);
    }
  });

  test('membership bug 45: joins that nodes hear of in another order make one ring, and all know the same', () => {
    const rings = [
      [N4, N5],
      [N5, N4],
    ].map((joining) => {
      const cluster = new TestCluster({ shards: 8 });
      cluster.run(SECOND);
      for (const node of joining) {
        cluster.add(node);
        cluster.run(20_000);
      }
      cluster.run(6 * SECOND);
      const state = metaState(cluster);
      expect(state.nodes.map(({ node, state: is }) => `n${node} ${is}`)).toEqual(
        [1, 2, 3, 4, 5].map((n) => `n${n} normal`),
      );
      for (let node = 1; node <= 5; node++) expect(cluster.eventsOf(node, 'RingEpochSeen').at(-1)?.epoch).toBe(3);
      return state.groups.slice(0, -1).map(({ desired }) => desired);
    });
    expect(rings[0]).toEqual(rings[1]);
  });

  test('membership bug 46: whoever did not hear of the latest ring comes to know it, and none that is older takes its place', () => {
    const cluster = new TestCluster();
    cluster.run(SECOND);
    const apart = must(
      [N1, N2, N3].find((node) => node !== cluster.leader(META_GROUP)),
      'two do not lead',
    );
    cluster.isolated.add(apart);
    ask(cluster, { type: 'SetVnodes', vnodes: 9 });
    cluster.run(2 * SECOND);
    expect(cluster.eventsOf(apart, 'RingEpochSeen')).toEqual([]);
    cluster.isolated.clear();
    cluster.run(2 * SECOND);
    const epochs = () => cluster.eventsOf(apart, 'RingEpochSeen').map(({ epoch }) => epoch);
    expect(epochs()).toEqual([2]);
    tell(cluster, apart, N1, { type: 'MetaTold', index: 1, state: encodeMetaState(FOUNDED) });
    cluster.run(SECOND);
    expect(epochs()).toEqual([2]);
  });

  test('membership bug 47: a replica that is on its way adds nothing to what a write needs', () => {
    const cluster = new TestCluster({ shards: 4 });
    const sessions = Array.from({ length: 4 }, (_, s) => cluster.register(shardId(s)));
    cluster.add(N4);
    // Whatever it is made a member of, it never comes to answer.
    cluster.until('n4 is given a replica', () => cluster.eventsOf(4, 'ReplicaCreated').length > 0);
    cluster.isolated.add(N4);
    cluster.run(SECOND);
    const { shard } = must(cluster.eventsOf(4, 'ReplicaCreated')[0], 'it was');
    expect(moveOf(cluster, shard)?.stage).toMatch(/learner|catchUp/);
    const other = must(
      groupOf(metaState(cluster), shard).report.configuration.voters.find((node) => node !== cluster.leader(shard)),
      'three voters',
    );
    cluster.kill(other);
    const session = must(sessions[shard], 'a session of each shard');
    for (const [i, key] of must(keysOf(cluster, 3).get(shard), 'keys of each shard').entries())
      expect(cluster.write(shard, session, i + 1, put(key, 'v')).type).toBe('Written');
  });
});
