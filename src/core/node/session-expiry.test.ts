import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import { cas, put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const SECOND = 1_000_000;
const IDLE = { sessionIdleUsMax: SECOND };

/** Which sessions each replica let go, and at which entry: the same on all of them. */
function expired(cluster: TestCluster): { index: number; sessions: readonly number[] }[] {
  cluster.run(300_000);
  const [first, ...others] = [1, 2, 3].map((id) =>
    cluster.eventsOf(id, 'SessionsExpired').map(({ index, sessions }) => ({ index, sessions })),
  );
  for (const other of others) expect(other).toEqual(first);
  const states = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
  expect(states[1]).toEqual(states[0]);
  expect(states[2]).toEqual(states[0]);
  return first ?? [];
}

const sessionsOf = (cluster: TestCluster): readonly number[] => expired(cluster).flatMap(({ sessions }) => sessions);

describe('a session expires', () => {
  test('when no write came through it for long enough, in log time, with the next entry', () => {
    const cluster = new TestCluster({ limits: IDLE });
    const idle = cluster.register(S0);
    cluster.write(S0, idle, 1, put('a', '1'));
    cluster.run(2 * SECOND);
    // Time alone lets nothing go: no replica could say at which entry.
    expect(sessionsOf(cluster)).toEqual([]);
    const next = cluster.register(S0);
    expect(expired(cluster)).toEqual([{ index: next, sessions: [idle] }]);
  });

  test('not while it is used: each write begins its time anew, and a duplicate does not', () => {
    const cluster = new TestCluster({ limits: IDLE });
    const used = cluster.register(S0);
    for (let sequence = 1; sequence <= 5; sequence++) {
      cluster.run(0.7 * SECOND);
      expect(cluster.write(S0, used, sequence, put('a', `${sequence}`))).toMatchObject({ duplicate: false });
    }
    expect(sessionsOf(cluster)).toEqual([]);
    cluster.run(0.5 * SECOND);
    expect(cluster.write(S0, used, 5, put('a', '5'))).toMatchObject({ duplicate: true });
    cluster.run(0.3 * SECOND);
    expect(cluster.write(S0, used, 6, put('a', '6'))).toEqual({ type: 'SessionExpired' });
  });

  test('by the stamps of the log, whatever the clocks of the replicas show', () => {
    const cluster = new TestCluster({ limits: IDLE, wallOffsetsUs: [0, 400_000, -400_000] });
    const sessions: number[] = [];
    for (let i = 0; i < 12; i++) {
      sessions.push(cluster.register(S0));
      cluster.run(0.25 * SECOND);
      if (i === 5) cluster.kill(cluster.leaderOf(S0));
      if (i === 8) for (const id of [1, 2, 3]) if (cluster.at(id).node === undefined) cluster.revive(nodeId(id));
    }
    cluster.run(SECOND);
    cluster.register(S0);
    cluster.run(0.3 * SECOND);
    const states = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
    const gone = cluster.eventsOf(cluster.leaderOf(S0), 'SessionsExpired').flatMap((event) => event.sessions);
    expect(gone.length).toBeGreaterThan(5);
  });

  test('when there are too many: the one used least recently, not the oldest', () => {
    const cluster = new TestCluster({ limits: { sessionsMax: 3 } });
    const [a, b, c] = [cluster.register(S0), cluster.register(S0), cluster.register(S0)];
    cluster.write(S0, a, 1, put('a', '1'));
    const d = cluster.register(S0);
    cluster.register(S0);
    expect(expired(cluster)).toMatchObject([{ index: d, sessions: [b] }, { sessions: [c] }]);
    expect(cluster.write(S0, a, 2, put('a', '2'))).toMatchObject({ type: 'Written' });
  });
});

describe('a retry in an expired session', () => {
  test('is refused and never applied, though what it asks for would be possible', () => {
    const cluster = new TestCluster({ limits: { sessionsMax: 1 } });
    const old = cluster.register(S0);
    expect(cluster.write(S0, old, 1, cas('a', undefined, '1'))).toMatchObject({ answer: { type: 'Ok' } });
    const other = cluster.register(S0);
    cluster.write(S0, other, 1, cas('a', '1', '2'));
    cluster.write(S0, other, 2, { type: 'Delete', key: new Uint8Array([97]) });
    // The first attempt was applied; nobody remembers it. Applied once more, `a` would be there again.
    expect(cluster.write(S0, old, 1, cas('a', undefined, '1'))).toEqual({ type: 'SessionExpired' });
    expect(cluster.get('a')).toBeUndefined();
  });

  test('also where all replicas have been restarted, from log and from tables', () => {
    for (const memTableBytesMax of [1 << 20, 1]) {
      const cluster = new TestCluster({ limits: { ...IDLE, memTableBytesMax } });
      const old = cluster.register(S0);
      cluster.write(S0, old, 1, put('a', '1'));
      cluster.run(2 * SECOND);
      cluster.register(S0);
      cluster.run(300_000);
      for (const id of cluster.nodes.keys()) cluster.kill(id);
      for (const id of cluster.nodes.keys()) cluster.revive(id);
      expect(cluster.write(S0, old, 2, put('a', '2'))).toEqual({ type: 'SessionExpired' });
      expect(cluster.get('a')).toBe('1');
    }
  });

  test('no id is used twice: the next session has another one', () => {
    const cluster = new TestCluster({ limits: { sessionsMax: 1 } });
    const ids = Array.from({ length: 6 }, () => cluster.register(S0));
    expect(new Set(ids).size).toBe(6);
    for (const id of ids.slice(0, -1)) expect(cluster.write(S0, id, 1, put('a', '1')).type).toBe('SessionExpired');
  });
});

describe('who comes back lets the same sessions go at the same entries', () => {
  test.each([
    ['from its log', { memTableBytesMax: 1 << 20 }],
    ['from its tables', { memTableBytesMax: 1 }],
    ['from a snapshot', { memTableBytesMax: 500, logKeptEntries: 0 }],
  ])('%s', (how, limits) => {
    const cluster = new TestCluster({ limits: { ...limits, sessionsMax: 5 } });
    const sessions = Array.from({ length: 5 }, () => cluster.register(S0));
    // In another order than that of their ids.
    for (const at of [2, 0, 4]) cluster.write(S0, sessions[at] as number, 1, put(`k${at}`, '1'));
    cluster.run(200_000);
    const down = nodeId((cluster.leaderOf(S0) % 3) + 1);
    cluster.kill(down);
    if (how === 'from a snapshot') {
      const [busy] = [sessions[3] as number];
      for (let sequence = 1; sequence < 60; sequence++) cluster.write(S0, busy, sequence, put('x', '.'.repeat(40)));
      cluster.run(300_000);
    }
    cluster.revive(down);
    cluster.run(600_000);
    expect(cluster.eventsOf(down, 'SnapshotInstalled').length).toBe(how === 'from a snapshot' ? 1 : 0);
    for (let i = 0; i < 5; i++) cluster.register(S0);
    const order = how === 'from a snapshot' ? [1, 2, 0, 4, 3] : [1, 3, 2, 0, 4];
    expect(sessionsOf(cluster)).toEqual(order.map((at) => sessions[at]));
  });
});
