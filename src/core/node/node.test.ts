import { describe, expect, test } from 'vitest';
import { FIRST_CLIENT, type NodeId, nodeId, type ShardId, shardId } from '../base/ids.ts';
import { CLASSROOM_LIMITS } from './config.ts';
import type { Message } from './message.ts';
import { bytes, cas, del, put, TestCluster, text } from './testing/test-cluster.ts';

const S0 = shardId(0);
const OK_NEW = { type: 'Ok', existed: false };
const OK_OLD = { type: 'Ok', existed: true };

function others(cluster: TestCluster, id: NodeId): NodeId[] {
  return [...cluster.nodes.keys()].filter((other) => other !== id);
}

/** State of a replica after its last applied entry. */
function lastApplied(cluster: TestCluster, id: NodeId, shard: ShardId) {
  const applied = cluster
    .eventsOf(id, 'EntryApplied')
    .filter((event) => event.shard === shard)
    .at(-1);
  return applied === undefined ? undefined : { index: applied.index, hash: applied.stateHash, keys: applied.keys };
}

describe('operations', () => {
  test('put, get, delete, cas and scan answer as one store would', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    expect(cluster.write(S0, session, 1, put('a', '1'))).toMatchObject({
      type: 'Written',
      answer: OK_NEW,
      voters: 3,
      duplicate: false,
    });
    expect(cluster.write(S0, session, 2, put('a', '2'))).toMatchObject({ answer: OK_OLD });
    expect(cluster.get('a')).toBe('2');
    expect(cluster.write(S0, session, 3, cas('a', '1', '3'))).toMatchObject({
      answer: { type: 'Mismatch', actual: bytes('2') },
    });
    expect(cluster.write(S0, session, 4, cas('a', '2', '4'))).toMatchObject({ answer: OK_OLD });
    expect(cluster.write(S0, session, 5, cas('b', undefined, ''))).toMatchObject({ answer: OK_NEW });
    expect(cluster.get('b')).toBe('');
    expect(cluster.write(S0, session, 6, put('c', '5'))).toMatchObject({ answer: OK_NEW });
    expect(cluster.write(S0, session, 7, del('a'))).toMatchObject({ answer: OK_OLD });
    expect(cluster.write(S0, session, 8, del('a'))).toMatchObject({ answer: OK_NEW });
    expect(cluster.get('a')).toBeUndefined();
    const range = cluster.call(S0, { type: 'Scan', from: bytes(''), to: undefined, limit: 1 });
    expect(range).toMatchObject({ type: 'Range', more: true, pairs: [{ key: bytes('b'), value: bytes('') }] });
    const all = cluster.call(S0, { type: 'Scan', from: bytes('b'), to: bytes('d'), limit: 9 });
    expect(all.type === 'Range' && all.pairs.map(({ key }) => text(key))).toEqual(['b', 'c']);
    cluster.run(200_000);
    const states = [1, 2, 3].map((id) => lastApplied(cluster, nodeId(id), S0));
    expect(states[0]?.keys).toBe(2);
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });

  test('a write is acknowledged by a quorum that holds it', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const reply = cluster.write(S0, session, 1, put('a', '1'));
    expect(reply.type === 'Written' && reply.acks).toBeGreaterThanOrEqual(2);
  });

  test('refusals: expired session, follower, wrong shard, key of another shard, too much queued', () => {
    const cluster = new TestCluster({ nodes: 4, shards: 4, limits: { pendingReadsMax: 2 } });
    const key = Array.from({ length: 50 }, (_, i) => `k${i}`).find((k) => cluster.shardOf(k) === S0) as string;
    expect(cluster.write(S0, 99, 1, put(key, '1'))).toEqual({ type: 'SessionExpired' });
    const leader = cluster.leaderOf(S0);
    const replicas = cluster.ring.replicas(S0);
    const ask = (to: NodeId, shard: ShardId) =>
      cluster.send(to, shard, { type: 'Get', key: bytes(key), read: 'index' });
    const follower = replicas.find((id) => id !== leader) as NodeId;
    const stranger = others(cluster, leader).find((id) => !replicas.includes(id)) as NodeId;
    const asked = [ask(follower, S0), ask(stranger, S0), ask(cluster.leaderOf(shardId(1)), shardId(1))];
    const many = [1, 2, 3].map(() => ask(leader, S0));
    cluster.run(100_000);
    expect(asked.map((id) => cluster.replies.get(id)?.type)).toEqual(['NotLeader', 'WrongShard', 'WrongShard']);
    expect(cluster.replies.get(asked[0] as number)).toMatchObject({ leader });
    expect(many.map((id) => cluster.replies.get(id)?.type)).toEqual(expect.arrayContaining(['Busy', 'Value']));
  });
});

describe('exactly once', () => {
  test('raft bug 38: a retried write gives the first answer again and is not applied', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const first = cluster.write(S0, session, 1, put('a', '1'));
    const again = cluster.write(S0, session, 1, put('a', '1'));
    expect(again).toMatchObject({ type: 'Written', answer: OK_NEW, duplicate: true });
    expect(again.type === 'Written' && first.type === 'Written' && again.index === first.index).toBe(true);
    expect(cluster.write(S0, session, 2, put('a', '2'))).toMatchObject({ answer: OK_OLD });
    // The client has gone on: a straggler changes nothing and is no success.
    expect(cluster.write(S0, session, 1, put('a', '1'))).toEqual({ type: 'LeadershipLost' });
    expect(cluster.write(S0, session, 5, put('b', '5'))).toMatchObject({ answer: OK_NEW });
    expect(cluster.get('a')).toBe('2');
  });

  test('raft bug 38: also after a restart of all nodes, from log and from tables', () => {
    for (const memTableBytesMax of [1 << 20, 1]) {
      const cluster = new TestCluster({ limits: { memTableBytesMax } });
      const session = cluster.register(S0);
      cluster.write(S0, session, 1, cas('a', undefined, '1'));
      cluster.run(300_000);
      for (const id of cluster.nodes.keys()) cluster.kill(id);
      for (const id of cluster.nodes.keys()) cluster.revive(id);
      expect(cluster.write(S0, session, 1, cas('a', undefined, '1'))).toMatchObject({
        answer: OK_NEW,
        duplicate: true,
      });
      expect(cluster.write(S0, session, 2, del('a'))).toMatchObject({ answer: OK_OLD });
      expect(lastApplied(cluster, cluster.leaderOf(S0), S0)?.keys).toBe(0);
    }
  });
});

describe('nothing is promised before it is durable', () => {
  const promises = (messages: readonly Message[]): string[] =>
    messages.flatMap((message) => {
      if (message.type !== 'Raft') return [];
      const { body } = message;
      const isVote = body.type === 'RequestVoteResponse' && !body.preVote && body.voteGranted;
      return isVote || (body.type === 'AppendEntriesResponse' && body.success && body.index > 0) ? [body.type] : [];
    });

  test('raft bug 2: a vote leaves only when its record is durable', () => {
    const cluster = new TestCluster();
    for (const id of cluster.nodes.keys()) cluster.at(id).holdWrites = true;
    cluster.run(3_000_000);
    expect(cluster.sent.flatMap(({ messages }) => promises(messages))).toEqual([]);
    for (const id of cluster.nodes.keys()) cluster.completeWrites(id);
    cluster.leaderOf(S0);
    expect(cluster.sent.flatMap(({ messages }) => promises(messages))).toContain('RequestVoteResponse');
  });

  test('raft bug 35: an AppendEntries success leaves only when the entries are durable, and entries are applied only then', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const leader = cluster.leaderOf(S0);
    cluster.run(200_000);
    const slow = others(cluster, leader)[0] as NodeId;
    cluster.at(slow).holdWrites = true;
    const before = cluster.sent.length;
    const applied = lastApplied(cluster, slow, S0)?.index as number;
    const reply = cluster.write(S0, session, 1, put('a', '1'));
    expect(reply).toMatchObject({ type: 'Written', acks: 2 });
    cluster.run(200_000);
    const fromSlow = cluster.sent.slice(before).filter(({ from }) => from === slow);
    expect(fromSlow.flatMap(({ messages }) => promises(messages))).toEqual([]);
    expect(lastApplied(cluster, slow, S0)?.index).toBe(applied);
    cluster.completeWrites(slow);
    cluster.run(200_000);
    expect(lastApplied(cluster, slow, S0)?.index).toBe(reply.type === 'Written' ? reply.index : 0);
  });

  test('raft bug 22: the leader alone on a dead disk acknowledges nothing', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const leader = cluster.leaderOf(S0);
    for (const id of cluster.nodes.keys()) cluster.at(id).holdWrites = true;
    const id = cluster.send(leader, S0, { type: 'Write', session, sequence: 1, write: put('a', '1') });
    cluster.run(100_000);
    expect(cluster.replies.has(id)).toBe(false);
  });

  test('records that queue up during a sync become one group, in one sync at a time', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const leader = cluster.leaderOf(S0);
    cluster.run(100_000);
    cluster.at(leader).holdWrites = true;
    const ids = [1, 2, 3, 4].map((i) =>
      cluster.send(leader, S0, { type: 'Write', session, sequence: i, write: put(`k${i}`, 'v') }),
    );
    cluster.run(10_000);
    expect(cluster.at(leader).pendingWrites.length).toBe(1);
    cluster.completeWrites(leader);
    cluster.run(100_000);
    expect(ids.map((id) => cluster.replies.get(id)?.type)).toEqual(['Written', 'Written', 'Written', 'Written']);
    expect(cluster.eventsOf(leader, 'LogSyncStarted').at(-1)?.records).toBeGreaterThan(1);
  });
});

describe('reads', () => {
  test('raft bug 24: a leader that is cut off answers no read that asks a quorum', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, put('a', 'old'));
    const old = cluster.leaderOf(S0);
    cluster.isolated.add(old);
    const read = cluster.send(old, S0, { type: 'Get', key: bytes('a'), read: 'index' });
    cluster.until('another leader', () => cluster.leader(S0) !== old);
    cluster.write(S0, session, 2, put('a', 'new'));
    cluster.run(500_000);
    expect(cluster.replies.get(read)).toMatchObject({ type: 'NotLeader' });
    expect(cluster.get('a')).toBe('new');
  });

  test('writes pending at the loss of leadership are reported as unknown', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const old = cluster.leaderOf(S0);
    cluster.isolated.add(old);
    const write = cluster.send(old, S0, { type: 'Write', session, sequence: 1, write: put('a', '1') });
    cluster.run(1_000_000);
    expect(cluster.replies.get(write)).toEqual({ type: 'LeadershipLost' });
  });
});

describe('restart', () => {
  test('every acknowledged write survives a restart of all nodes, whatever becomes of the syncs in flight', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const cluster = new TestCluster({ seed, shards: 2, limits: { memTableBytesMax: 600 } });
      const sessions = [0, 1].map((shard) => cluster.register(shardId(shard)));
      const sequences = [0, 0];
      const expected = new Map<string, string>();
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 6; i++) {
          const key = `k${(round * 5 + i) % 9}`;
          const shard = cluster.shardOf(key);
          const sequence = ++(sequences as number[])[shard]!;
          const reply = cluster.write(shard, sessions[shard]!, sequence, put(key, `${seed}.${round}.${i}`));
          expect(reply.type).toBe('Written');
          expected.set(key, `${seed}.${round}.${i}`);
        }
        for (const id of cluster.nodes.keys())
          cluster.kill(id, { records: round % 3, tornBytes: (seed * 7 + round * 5) % 40 });
        for (const id of cluster.nodes.keys()) cluster.revive(id);
      }
      for (const [key, value] of expected) expect(cluster.get(key)).toBe(value);
      cluster.run(400_000);
      const keys = [0, 1].map((s) => lastApplied(cluster, cluster.leaderOf(shardId(s)), shardId(s))?.keys ?? 0);
      expect(keys[0]! + keys[1]!).toBe(expected.size);
      for (const shard of [S0, shardId(1)]) {
        const states = [1, 2, 3].map((id) => lastApplied(cluster, nodeId(id), shard));
        expect(states[1]).toEqual(states[0]);
        expect(states[2]).toEqual(states[0]);
      }
    }
  });

  test('bug 9, raft bug 21: what a flush covers is not applied again, and data, count and hash are the same', () => {
    const cluster = new TestCluster({ limits: { memTableBytesMax: 2000 } });
    const session = cluster.register(S0);
    for (let i = 1; i <= 40; i++) cluster.write(S0, session, i, put(`k${i}`, 'v'.repeat(50)));
    cluster.run(300_000);
    const before = lastApplied(cluster, nodeId(1), S0);
    expect(cluster.eventsOf(1, 'SSTablePublished').length).toBeGreaterThan(0);
    for (const id of cluster.nodes.keys()) {
      cluster.kill(id);
      cluster.at(id).events = [];
    }
    for (const id of cluster.nodes.keys()) cluster.revive(id);
    expect(cluster.at(1).report?.tables).toBeGreaterThan(0);
    const recovered = cluster.eventsOf(1, 'ReplicaRecovered')[0];
    expect(recovered?.appliedIndex).toBeGreaterThan(10);
    cluster.leaderOf(S0);
    cluster.run(300_000);
    const applied = cluster.eventsOf(1, 'EntryApplied');
    expect(applied[0]?.index).toBe((recovered?.appliedIndex ?? 0) + 1);
    const same = applied.find((event) => event.index === before?.index);
    expect(same?.stateHash).toBe(before?.hash);
    expect(same?.keys).toBe(40);
    expect(cluster.get('k1')).toBe('v'.repeat(50));
    expect(cluster.get('k40')).toBe('v'.repeat(50));
  });
});

test('apply waits for a block while other shards go on', () => {
  const cluster = new TestCluster({ shards: 2, limits: { memTableBytesMax: 1, blockCacheBytes: 1 } });
  const [k0, k1] = [0, 1].map(
    (shard) => Array.from({ length: 50 }, (_, i) => `k${i}`).find((key) => cluster.shardOf(key) === shard) as string,
  ) as [string, string];
  const s1 = shardId(1);
  const session0 = cluster.register(S0);
  const session1 = cluster.register(s1);
  cluster.write(S0, session0, 1, put(k0, 'a'));
  cluster.write(s1, session1, 1, put(k1, 'a'));
  cluster.run(300_000);
  const leader = cluster.leaderOf(S0);
  cluster.at(leader).holdReads = true;
  const first = cluster.send(leader, S0, { type: 'Write', session: session0, sequence: 2, write: put(k0, 'b') });
  const second = cluster.send(leader, S0, { type: 'RegisterClient', nonce: 1 });
  const other = cluster.send(cluster.leaderOf(s1), s1, { type: 'RegisterClient', nonce: 1 });
  cluster.run(100_000);
  expect(cluster.at(leader).heldReads.length).toBeGreaterThan(0);
  expect(cluster.eventsOf(leader, 'BlockRead').length).toBeGreaterThan(0);
  expect(cluster.replies.has(first)).toBe(false);
  expect(cluster.replies.has(second)).toBe(false);
  expect(cluster.replies.get(other)?.type).toBe('Registered');
  // The write is committed: a read that comes now waits until it is applied.
  const read = cluster.send(leader, S0, { type: 'Get', key: bytes(k0) });
  cluster.run(100_000);
  cluster.completeReads(leader);
  cluster.run(100_000);
  expect(cluster.replies.get(first)).toMatchObject({ type: 'Written', answer: OK_OLD });
  expect(cluster.replies.get(second)?.type).toBe('Registered');
  expect(cluster.replies.get(read)).toMatchObject({ type: 'Value', value: bytes('b') });
});

test('heartbeats of all shards to one peer share an envelope, and timers are few', () => {
  const cluster = new TestCluster({ shards: 8 });
  for (let s = 0; s < 8; s++) cluster.leaderOf(shardId(s));
  cluster.run(500_000);
  const before = cluster.sent.length;
  cluster.run(1_000_000);
  const heartbeats = cluster.sent.slice(before).filter(({ messages }) => {
    return messages.some((message) => message.type === 'Raft' && message.body.type === 'Heartbeat');
  });
  // 20 beats a second, at most 3 nodes that lead, 2 peers each.
  expect(heartbeats.length).toBeLessThanOrEqual(20 * 6 + 6);
});

test('messages from clients or strangers that pretend to be peers are ignored', () => {
  const cluster = new TestCluster();
  cluster.leaderOf(S0);
  const body = { type: 'Heartbeat', term: 99, leaderCommit: 0, readContext: 0, sentUs: 0 } as const;
  cluster.input(nodeId(1), {
    type: 'MessagesReceived',
    from: FIRST_CLIENT,
    messages: [{ type: 'Raft', shard: S0, fromReplica: 2, toReplica: 1, body }],
  });
  cluster.run(100_000);
  expect(cluster.eventsOf(1, 'RoleChanged').every(({ term }) => term < 99)).toBe(true);
});

test('a replica tells how long it waits, and that its leader made it wait anew', () => {
  const cluster = new TestCluster();
  const leader = cluster.leaderOf(S0);
  const follower = others(cluster, leader)[0] as NodeId;
  const { electionTimeoutUsMin, electionTimeoutUsMax } = CLASSROOM_LIMITS;
  const waits = (id: NodeId) => cluster.eventsOf(id, 'DeadlineSet').filter(({ shard }) => shard === S0);
  const before = waits(follower).length;
  cluster.run(500_000);
  const [first, ...later] = waits(follower).slice(before);
  expect(first?.waitUs).toBeGreaterThanOrEqual(electionTimeoutUsMin);
  expect(first?.waitUs).toBeLessThanOrEqual(electionTimeoutUsMax);
  // One election timeout for the whole term, restarted by every heartbeat.
  expect(later.length).toBeGreaterThan(5);
  expect(new Set(later.map(({ waitUs }) => waitUs))).toEqual(new Set([first?.waitUs]));
  // CheckQuorum's window is the longest election timeout.
  expect(waits(leader).every(({ waitUs }) => waitUs > 0 && waitUs <= electionTimeoutUsMax)).toBe(true);
});

test('an entry is traced to the request that proposed it', () => {
  const cluster = new TestCluster();
  const session = cluster.register(S0);
  const reply = cluster.write(S0, session, 1, put('a', '1'));
  const leader = cluster.leaderOf(S0);
  expect(reply.type).toBe('Written');
  expect(cluster.eventsOf(leader, 'RequestProposed').at(-1)).toMatchObject({
    client: FIRST_CLIENT,
    shard: S0,
    joined: false,
    index: reply.type === 'Written' ? reply.index : -1,
  });
});
