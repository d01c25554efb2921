import { describe, expect, test } from 'vitest';
import { type NodeId, type ShardId, shardId } from '../base/ids.ts';
import { decodeCommand } from './command.ts';
import { CLASSROOM_LIMITS } from './config.ts';
import type { ReplyBody, RequestBody } from './message.ts';
import { bytes, cas, del, put, TestCluster, text } from './testing/test-cluster.ts';

const S0 = shardId(0);
const MS = 1000;
const TTL_US = 100 * MS;
const { heartbeatIntervalUs } = CLASSROOM_LIMITS;
/** A heartbeat and a round of replication: as long as a time entry may be late. */
const ROUND_US = heartbeatIntervalUs + 20 * MS;
const OK_NEW = { type: 'Ok', existed: false };

const lasting = (key: string, value: string, ttlUs = TTL_US) => put(key, value, ttlUs);

function states(cluster: TestCluster, shard: ShardId = S0) {
  return [...cluster.nodes.keys()].map((id) => {
    const last = cluster.eventsOf(id, 'EntryApplied').findLast((event) => event.shard === shard);
    return { index: last?.index, hash: last?.stateHash, keys: last?.keys };
  });
}

/** Indices of the time entries in a node's log, in order. */
function timeEntries(cluster: TestCluster, id: NodeId): number[] {
  return cluster
    .eventsOf(id, 'EntriesAppended')
    .flatMap(({ entries }) => entries)
    .filter(({ kind, command }) => kind === 'command' && decodeCommand(command).type === 'Time')
    .map(({ index }) => index);
}

const expiries = (cluster: TestCluster, id: number) =>
  cluster.eventsOf(id, 'KeysExpired').map(({ index, count }) => ({ index, count }));

function scanned(cluster: TestCluster, body: Partial<Extract<RequestBody, { type: 'Scan' }>> = {}): string[] {
  const reply = cluster.call(S0, { type: 'Scan', from: bytes(''), to: undefined, limit: 99, ...body });
  return reply.type === 'Range' ? reply.pairs.map(({ key }) => text(key)) : [reply.type];
}

describe('a value with a time to live', () => {
  test('is there before its deadline, with what is left of its time, and gone after it, although nobody writes', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, lasting('a', '1'));
    cluster.write(S0, session, 2, put('b', '2'));
    const before = cluster.call(S0, { type: 'Get', key: bytes('a') });
    expect(before).toMatchObject({ type: 'Value', value: bytes('1') });
    const left = (before as Extract<ReplyBody, { type: 'Value' }>).expiresInUs as number;
    expect(left).toBeGreaterThan(TTL_US - 20 * MS);
    expect(left).toBeLessThan(TTL_US);
    expect(cluster.call(S0, { type: 'Get', key: bytes('b') })).not.toHaveProperty('expiresInUs');
    expect(states(cluster)[cluster.leaderOf(S0) - 1]?.keys).toBe(2);
    cluster.run(TTL_US + ROUND_US);
    expect(states(cluster).map(({ keys }) => keys)).toEqual([1, 1, 1]);
    expect(cluster.get('a')).toBeUndefined();
    expect(scanned(cluster)).toEqual(['b']);
  });

  test('that has expired is absent for every write, also for one that comes before any time entry', () => {
    for (const [write, answer] of [
      [del('a'), OK_NEW],
      [put('a', '2'), OK_NEW],
      [cas('a', undefined, '2'), OK_NEW],
      [cas('a', '1', '2'), { type: 'Mismatch', actual: undefined }],
    ] as const) {
      const cluster = new TestCluster();
      const session = cluster.register(S0);
      cluster.write(S0, session, 1, lasting('a', '1', 10 * MS));
      // Later than the deadline; no heartbeat need have come since.
      cluster.run(10 * MS);
      expect(cluster.write(S0, session, 2, write)).toMatchObject({ answer });
      cluster.run(ROUND_US);
      const keys = write.type !== 'Delete' && answer === OK_NEW ? 1 : 0;
      expect(states(cluster).map((state) => state.keys)).toEqual([keys, keys, keys]);
    }
  });

  test('a read that comes after the deadline waits for the time entry, however short ago it was', () => {
    for (let late = 0; late < 60; late += 4) {
      const cluster = new TestCluster();
      const session = cluster.register(S0);
      const reply = cluster.write(S0, session, 1, lasting('a', '1', 60 * MS));
      expect(reply.type).toBe('Written');
      // The stamp is not later than the answer.
      const deadlineUs = cluster.nowUs + 60 * MS;
      cluster.run(deadlineUs - cluster.nowUs + late * MS);
      expect(cluster.get('a')).toBeUndefined();
    }
  });

  test('that is replaced or deleted does not expire, and its deadline does not hit the one that follows', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, lasting('kept', '1'));
    cluster.write(S0, session, 2, put('kept', '2'));
    cluster.write(S0, session, 3, lasting('later', '1'));
    cluster.write(S0, session, 4, lasting('later', '2', 10 * TTL_US));
    cluster.write(S0, session, 5, lasting('gone', '1'));
    cluster.write(S0, session, 6, del('gone'));
    cluster.write(S0, session, 7, cas('swapped', undefined, '1', TTL_US));
    cluster.write(S0, session, 8, cas('swapped', '1', '2'));
    cluster.run(TTL_US + ROUND_US);
    expect(scanned(cluster)).toEqual(['kept', 'later', 'swapped']);
    // Nothing was due: nobody wrote a time entry.
    expect(timeEntries(cluster, cluster.leaderOf(S0))).toEqual([]);
    cluster.run(10 * TTL_US);
    expect(scanned(cluster)).toEqual(['kept', 'swapped']);
    expect(states(cluster).map(({ keys }) => keys)).toEqual([2, 2, 2]);
  });
});

describe('time entries', () => {
  test('one lets many values expire, and there are none while nothing is due', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const leader = cluster.leaderOf(S0);
    for (let i = 1; i <= 20; i++) cluster.write(S0, session, i, lasting(`k${i}`, 'v', 400 * MS - i));
    cluster.run(200 * MS);
    expect(timeEntries(cluster, leader)).toEqual([]);
    cluster.run(2_000 * MS);
    const entries = timeEntries(cluster, leader);
    expect(expiries(cluster, leader).reduce((sum, { count }) => sum + count, 0)).toBe(20);
    // They come due within some 200 ms: one entry a heartbeat at most.
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.length).toBeLessThanOrEqual(6);
    for (const id of cluster.nodes.keys()) expect(expiries(cluster, id)).toEqual(expiries(cluster, leader));
  });

  test('a thousand reads that wait for one do not make it two', () => {
    const cluster = new TestCluster({ limits: { pendingProposalsMax: 2000 } });
    const session = cluster.register(S0);
    const leader = cluster.leaderOf(S0);
    cluster.write(S0, session, 1, lasting('a', '1', 60 * MS));
    cluster.run(61 * MS);
    const asked = Array.from({ length: 1000 }, () => cluster.send(leader, S0, { type: 'Get', key: bytes('a') }));
    cluster.run(ROUND_US);
    for (const id of asked) expect(cluster.replies.get(id)).toMatchObject({ type: 'Value', value: undefined });
    expect(timeEntries(cluster, leader)).toHaveLength(1);
  });

  test('a new leader whose clock is behind lets the value live until its own clock reaches the deadline', () => {
    const cluster = new TestCluster({ wallOffsetsUs: [0, 0, 0] });
    const session = cluster.register(S0);
    const old = cluster.leaderOf(S0);
    cluster.write(S0, session, 1, lasting('a', '1', 300 * MS));
    for (const id of cluster.nodes.keys()) if (id !== old) cluster.wallOffsetsUs.set(id, -1_000 * MS);
    cluster.kill(old);
    cluster.until('another leader', () => (cluster.leader(S0) ?? old) !== old);
    cluster.run(500 * MS);
    expect(cluster.get('a')).toBe('1');
    cluster.run(1_000 * MS);
    expect(cluster.get('a')).toBeUndefined();
    cluster.revive(old);
    cluster.run(1_000 * MS);
    expect(new Set(states(cluster).map((state) => JSON.stringify(state))).size).toBe(1);
  });

  test('replicas with clocks far apart let the same values expire at the same entries', () => {
    const cluster = new TestCluster({ wallOffsetsUs: [-700 * MS, 0, 900 * MS] });
    const session = cluster.register(S0);
    for (let i = 1; i <= 30; i++) {
      cluster.write(S0, session, i, lasting(`k${i % 7}`, `${i}`, (i % 5) * 40 * MS + 20 * MS));
      cluster.run(13 * MS);
    }
    cluster.run(500 * MS);
    const [first, ...rest] = states(cluster);
    for (const other of rest) expect(other).toEqual(first);
    expect(first?.keys).toBe(0);
    for (const id of cluster.nodes.keys()) expect(expiries(cluster, id)).toEqual(expiries(cluster, 1));
  });
});

describe('after a restart', () => {
  test.each([
    ['from the log', 1 << 20],
    ['from tables', 1],
    ['from both', 900],
  ])('%s: deadlines, counter and hash are what they were', (_, memTableBytesMax) => {
    const cluster = new TestCluster({ limits: { memTableBytesMax } });
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, lasting('soon', '1', 100 * MS));
    cluster.write(S0, session, 2, lasting('late', '2', 3_000 * MS));
    cluster.write(S0, session, 3, put('ever', '3'));
    cluster.run(300 * MS);
    const before = states(cluster)[0];
    expect(before?.keys).toBe(2);
    for (const id of cluster.nodes.keys()) cluster.kill(id);
    for (const id of cluster.nodes.keys()) {
      cluster.at(id).events = [];
      cluster.revive(id);
    }
    cluster.leaderOf(S0);
    cluster.run(300 * MS);
    expect(scanned(cluster)).toEqual(['ever', 'late']);
    for (const id of cluster.nodes.keys()) {
      const again = cluster.eventsOf(id, 'EntryApplied').find(({ index }) => index === before?.index);
      if (again !== undefined)
        expect({ hash: again.stateHash, keys: again.keys }).toMatchObject({ hash: before?.hash });
    }
    // Nobody writes: the deadline is known from what was recovered.
    cluster.run(3_000 * MS);
    expect(states(cluster).map(({ keys }) => keys)).toEqual([1, 1, 1]);
    expect(cluster.get('late')).toBeUndefined();
    expect(cluster.get('ever')).toBe('3');
  });
});

describe('a scan against the order of keys', () => {
  test('gives the last keys below `to`, last first, and says whether there are others', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    for (const [i, key] of ['a', 'b', 'c', 'd', 'e'].entries()) cluster.write(S0, session, i + 1, put(key, key));
    expect(scanned(cluster, { reverse: true })).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(scanned(cluster, { from: bytes('b'), to: bytes('e'), reverse: true })).toEqual(['d', 'c', 'b']);
    const scan = (limit: number) =>
      cluster.call(S0, { type: 'Scan', from: bytes('b'), to: undefined, limit, reverse: true });
    expect(scan(2)).toMatchObject({ more: true, pairs: [{ key: bytes('e'), value: bytes('e') }, { key: bytes('d') }] });
    expect(scan(4)).toMatchObject({ more: false });
  });

  test('is cut where its bytes are too many, and never before the first pair', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const large = 'v'.repeat(700_000);
    for (const [i, key] of ['a', 'b', 'c'].entries()) cluster.write(S0, session, i + 1, put(key, large));
    const reply = cluster.call(S0, { type: 'Scan', from: bytes(''), to: undefined, limit: 9, reverse: true });
    expect(reply).toMatchObject({ type: 'Range', more: true });
    expect(reply.type === 'Range' && reply.pairs.map(({ key }) => text(key))).toEqual(['c']);
  });
});

test('a time to live out of range is refused by the node as well', () => {
  const cluster = new TestCluster();
  const session = cluster.register(S0);
  for (const ttlUs of [1, 999, 86_400_000_001]) {
    expect(cluster.write(S0, session, 1, put('a', '1', ttlUs))).toMatchObject({ type: 'WrongShard' });
  }
  expect(cluster.write(S0, session, 1, put('a', '1', 1000))).toMatchObject({ type: 'Written' });
});
