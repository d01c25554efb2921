import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import {
  appended,
  entries,
  entry,
  modelAfter,
  N1,
  N2,
  N3,
  persisted,
  recovered,
  replica,
  replicaRecovered,
  role,
  S0,
  started,
  vote,
} from '../testing/trace-events.ts';
import { reduce, reduceAll } from './reduce.ts';
import { LOG_WINDOW, leaderLastIndex } from './view-model.ts';

describe('logs', () => {
  test('entries carry the label of their command', () => {
    const model = modelAfter(
      appended(N1, [{ ...entry(1, 1), kind: 'noop', command: new Uint8Array(0) }, entry(2, 1, 'user:42')]),
    );
    expect(replica(model, N1).entries.map(({ label }) => label)).toEqual(['no-op', 'user:42']);
    expect(replica(model, N1).entries[1]?.title).toBe('PUT user:42 v');
  });

  test('a truncation removes what follows, and what replaces it is not durable yet', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, entries(4, 4, 2), 4));
    expect(replica(model, N1).entries.map(({ index, term }) => [index, term])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
    expect(replica(model, N1)).toMatchObject({ lastIndex: 4, persistedIndex: 3 });
    expect(replica(reduce(model, persisted(N1, 4)), N1).persistedIndex).toBe(4);
  });

  test('a truncation without new entries', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, [], 3));
    expect(replica(model, N1)).toMatchObject({ lastIndex: 2, persistedIndex: 2 });
    expect(replica(model, N1).entries).toHaveLength(2);
  });

  test('appending leaves durable entries durable', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, entries(6, 7, 1)));
    expect(replica(model, N1)).toMatchObject({ lastIndex: 7, persistedIndex: 5 });
  });

  test('only a window is kept', () => {
    const model = modelAfter(appended(N1, entries(1, 150, 1)), appended(N1, entries(151, 700, 1)));
    const view = replica(model, N1);
    expect(view.entries).toHaveLength(LOG_WINDOW);
    expect(view.entries[0]?.index).toBe(700 - LOG_WINDOW + 1);
    expect(view.lastIndex).toBe(700);
  });

  test('a replica that came back catches up until its disk holds all of its leader’s log', () => {
    const back = { ...replicaRecovered(N2), term: 1 } as TraceEvent;
    const led = modelAfter(started(N1), recovered(N1), role(N1, 'leader', 1), appended(N1, entries(1, 5, 1)));
    expect(replica(reduceAll(led, [started(N2), back]), N2).catchingUp, 'at its first start').toBe(false);
    const behind = reduceAll(led, [started(N2, 50, 2), back, appended(N2, entries(4, 5, 1)), persisted(N2, 4)]);
    expect(replica(behind, N2).catchingUp).toBe(true);
    expect(leaderLastIndex(behind, S0)).toBe(5);
    expect(replica(reduce(behind, persisted(N2, 5)), N2).catchingUp).toBe(false);
  });

  test('recovery replaces all that was known', () => {
    const model = modelAfter(
      appended(N1, entries(1, 5, 1)),
      persisted(N1, 5),
      role(N1, 'leader', 1),
      replicaRecovered(N1),
    );
    expect(replica(model, N1)).toMatchObject({
      role: 'follower',
      term: 4,
      lastIndex: 3,
      persistedIndex: 3,
      commitIndex: 2,
      appliedIndex: 1,
      keys: 7,
    });
  });

  test('commit, apply and follower progress', () => {
    const model = modelAfter(
      role(N1, 'leader', 1),
      { timeUs: 50, type: 'FollowerProgressed', node: N1, shard: S0, follower: N2, matchIndex: 3, nextIndex: 4 },
      { timeUs: 51, type: 'CommitAdvanced', node: N1, shard: S0, commitIndex: 3, term: 1 },
      {
        timeUs: 52,
        type: 'EntryApplied',
        node: N1,
        shard: S0,
        index: 2,
        term: 1,
        stateHash: 0,
        keys: 5,
        duplicate: false,
      },
    );
    expect(replica(model, N1)).toMatchObject({ commitIndex: 3, appliedIndex: 2, keys: 5 });
    expect(replica(model, N1).progress.get(N2)).toEqual({ matchIndex: 3, nextIndex: 4 });
    expect(replica(reduce(model, role(N1, 'follower', 2)), N1).progress.size).toBe(0);
  });

  test('votes belong to one election', () => {
    const model = modelAfter(
      role(N1, 'candidate', 2),
      vote(N1, 2, N2, true),
      vote(N1, 2, N3, false),
      vote(N1, 2, N2, true),
    );
    expect(replica(model, N1).votes).toEqual([
      { from: N3, granted: false },
      { from: N2, granted: true },
    ]);
    expect(replica(reduce(model, role(N1, 'leader', 2)), N1).votes).toEqual([]);
  });
});

describe('timers', () => {
  const wait = (timeUs: number, waitUs: number): TraceEvent => ({
    timeUs,
    type: 'DeadlineSet',
    node: N1,
    shard: S0,
    waitUs,
  });

  test('the last deadline counts, and a change of role voids it', () => {
    const model = modelAfter(wait(100, 200), wait(150, 210));
    expect(replica(model, N1).timer).toEqual({ setAtUs: 150, waitUs: 210 });
    expect(replica(reduce(model, role(N1, 'precandidate', 1)), N1).timer).toBeUndefined();
  });

  test('the last lease counts; one that was given up, and a change of role, end it', () => {
    const lease = (timeUs: number, waitUs: number) => ({ ...wait(timeUs, waitUs), type: 'LeaseSet' }) as TraceEvent;
    const model = modelAfter(role(N1, 'leader', 1), lease(100, 200), lease(150, 210));
    expect(replica(model, N1).lease).toEqual({ setAtUs: 150, waitUs: 210 });
    expect(replica(reduce(model, lease(200, 0)), N1).lease).toBeUndefined();
    expect(replica(reduce(model, role(N1, 'follower', 2)), N1).lease).toBeUndefined();
  });

  test('an election timeout is told with how long nothing was heard, and of whom', () => {
    const timedOut = (leader: NodeId): TraceEvent => ({
      timeUs: 313_000,
      type: 'RoleChanged',
      node: N1,
      shard: S0,
      role: 'precandidate',
      term: 4,
      leader: nodeId(0),
      votedFor: N2,
      reason: 'election timeout',
      from: leader,
    });
    const follows = (leader: NodeId): TraceEvent =>
      ({ ...role(N1, 'follower', 4), leader, reason: 'heard from the leader', from: leader }) as TraceEvent;
    const causes = [nodeId(0), N2].map(
      (leader) => modelAfter(follows(leader), wait(101_000, 212_000), timedOut(nodeId(0))).feed.at(-1)?.why,
    );
    expect(causes).toEqual([
      'because it heard no leader for 212 ms',
      'because it heard nothing from its leader n2 for 212 ms',
    ]);
  });
});

test('the keys of a shard stay as they were last counted while whoever counted them is gone or behind', () => {
  const applied = (node: NodeId, index: number, keys: number): TraceEvent => {
    return {
      ...{ timeUs: 30, node, shard: S0, index, term: 1, keys, stateHash: 0, duplicate: false },
      type: 'EntryApplied',
    };
  };
  const counted = modelAfter(replicaRecovered(N1), applied(N1, 7, 5), applied(N2, 6, 4));
  expect(counted.keys.get(S0)).toEqual({ index: 7, keys: 5 });
  // It starts anew with less of its log applied, then its disk goes, then its replica.
  const wiped: TraceEvent = { timeUs: 40, type: 'DiskWiped', node: N1, incarnation: 2 };
  const dropped: TraceEvent = { timeUs: 50, type: 'ReplicaDropped', node: N2, shard: S0, replicaId: 2 };
  const gone = reduceAll(counted, [started(N1, 35, 2), replicaRecovered(N1), wiped, dropped, replicaRecovered(N1)]);
  expect(gone.keys.get(S0)?.keys).toBe(5);
  expect(reduceAll(gone, [applied(N3, 8, 6)]).keys.get(S0)).toEqual({ index: 8, keys: 6 });
});
