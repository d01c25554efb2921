import { describe, expect, test } from 'vitest';
import type { AppendEntries, Heartbeat, RaftMessage, RequestVote } from './message.ts';
import { MS, Network, n } from './testing/network.ts';

const vote = (term: number, lastLogTerm = 0, lastLogIndex = 0, preVote = false): RequestVote => ({
  type: 'RequestVote',
  term,
  preVote,
  transfer: false,
  lastLogIndex,
  lastLogTerm,
});
const beat = (term: number, leaderCommit = 0): Heartbeat => ({
  type: 'Heartbeat',
  term,
  leaderCommit,
  readContext: 0,
  sentUs: 0,
});
const append = (term: number): AppendEntries => ({
  type: 'AppendEntries',
  term,
  prevLogIndex: 0,
  prevLogTerm: 0,
  entries: [],
  leaderCommit: 0,
  sentUs: 0,
});
const answer = (term: number, voteGranted: boolean, preVote: boolean): RaftMessage => ({
  type: 'RequestVoteResponse',
  term,
  preVote,
  voteGranted,
});
/** What `id` has said since the last call. */
function said(net: Network, id: number): RaftMessage[] {
  const own = net.packets.filter((packet) => packet.from === id).map((packet) => packet.message);
  net.packets = net.packets.filter((packet) => packet.from !== id);
  return own;
}

describe('terms (§5.1)', () => {
  test('a node starts as a follower and waits a whole election timeout', () => {
    const net = new Network(3, { terms: [4, 4, 4] });
    expect(net.group(1).role).toBe('follower');
    expect(net.group(1).deadlineUs).toBeGreaterThanOrEqual(150 * MS);
    net.group(1).tick(net.group(1).deadlineUs - 1);
    expect(net.group(1).role).toBe('follower');
  });

  test.each(['follower', 'precandidate', 'candidate', 'leader'] as const)(
    'a %s that sees a higher term follows it',
    (role) => {
      const net = new Network(3);
      if (role === 'leader') net.elect(1);
      else if (role !== 'follower') net.timeout(1);
      if (role === 'candidate') {
        net.step(1, 2, answer(1, true, true));
      }
      expect(net.group(1).role).toBe(role);
      net.step(1, 3, append(9));
      expect([net.group(1).role, net.group(1).currentTerm, net.group(1).leader]).toEqual(['follower', 9, 3]);
    },
  );

  test('a lower term is ignored, but a stale leader and a stale candidate are told the term', () => {
    const net = new Network(3, { terms: [5, 5, 5] });
    net.step(1, 2, {
      type: 'AppendEntriesResponse',
      term: 4,
      success: true,
      index: 3,
      conflictTerm: 0,
      conflictIndex: 0,
      sentUs: 0,
    });
    expect(said(net, 1)).toEqual([]);
    net.step(1, 2, beat(4));
    net.step(1, 2, append(4));
    net.step(1, 2, vote(4, 9, 9));
    net.step(1, 2, vote(4, 9, 9, true));
    const answers = said(net, 1);
    expect(answers.map((message) => message.term)).toEqual([5, 5, 5, 5]);
    expect(answers[1]).toMatchObject({ type: 'AppendEntriesResponse', success: false });
    expect(answers[2]).toMatchObject({ type: 'RequestVoteResponse', voteGranted: false });
    expect(answers[3]).toMatchObject({ preVote: true, voteGranted: false });
    expect(net.group(1).votedFor).toBe(0);
  });
});

describe('elections (§5.2)', () => {
  test('a leader is elected by a majority, in one round of pre-votes and one of votes', () => {
    for (const size of [1, 2, 3, 5]) {
      const net = new Network(size);
      net.elect(1);
      expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 1]);
    }
  });

  test('no majority, no leader', () => {
    const net = new Network(5);
    for (const id of [3, 4, 5]) net.isolate(id);
    net.elect(1);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['precandidate', 0]);
  });

  test('raft bug 4: votes: one per term, first come first served, and kept through a step-down within the term', () => {
    const net = new Network(3);
    net.step(1, 2, vote(1));
    net.step(1, 3, vote(1));
    net.persist(1);
    expect(said(net, 1).map((message) => message.type === 'RequestVoteResponse' && message.voteGranted)).toEqual([
      false,
      true,
    ]);
    const other = new Network(3);
    other.timeout(1);
    other.step(1, 2, answer(1, true, true));
    expect(other.group(1).role).toBe('candidate');
    other.step(1, 3, append(1));
    expect([other.group(1).role, other.group(1).votedFor]).toEqual(['follower', 1]);
  });

  test.each([
    { own: [1], lastTerm: 1, lastIndex: 1, granted: true },
    { own: [1], lastTerm: 1, lastIndex: 2, granted: true },
    { own: [1, 1], lastTerm: 1, lastIndex: 1, granted: false },
    { own: [1, 1], lastTerm: 2, lastIndex: 1, granted: true },
    { own: [2], lastTerm: 1, lastIndex: 9, granted: false },
  ])(
    'raft bug 6: up to date (§5.4.1): log $own grants ($lastTerm, $lastIndex) = $granted',
    ({ own, lastTerm, lastIndex, granted }) => {
      for (const preVote of [false, true]) {
        const net = new Network(3, { logs: [own] });
        net.step(1, 2, vote(3, lastTerm, lastIndex, preVote));
        net.persist(1);
        expect(said(net, 1)).toMatchObject([{ type: 'RequestVoteResponse', preVote, voteGranted: granted }]);
      }
    },
  );

  test('election timeouts are random in [min, max] and drawn anew at each role change', () => {
    const net = new Network(3);
    const drawn = new Set<number>();
    for (let round = 0; round < 200; round++) {
      net.timeout(1);
      drawn.add(net.group(1).deadlineUs - net.nowUs);
      net.packets = [];
    }
    expect(drawn.size).toBeGreaterThan(150);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(150 * MS);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(300 * MS);
  });

  test('election timeouts of a group seldom end together', () => {
    let close = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const [first = 0, second = 0] = new Network(5, { seed }).hosts
        .map(({ group }) => group.deadlineUs)
        .sort((a, b) => a - b);
      if (second - first < 10 * MS) close++;
    }
    // Five uniform draws from 150 ms: the two smallest are closer than 10 ms with 1 − (1 − 10/150)^5 = 29 %.
    expect(close).toBeGreaterThan(240);
    expect(close).toBeLessThan(340);
  });

  test('a majority of refusals ends the election', () => {
    const net = new Network(3);
    net.timeout(1);
    net.step(1, 2, answer(0, false, true));
    net.step(1, 3, answer(0, false, true));
    expect(net.group(1).role).toBe('follower');
  });

  test('a new leader appends a no-op of its term (§8)', () => {
    const net = new Network(3, {
      logs: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    });
    net.elect(2);
    expect(net.terms(1)).toEqual([1, 1, 2]);
    expect(net.group(1).entry(3)).toMatchObject({ kind: 'noop', stampUs: 3 });
    expect(net.group(2).commitIndex).toBe(3);
  });
});

describe('durability of votes', () => {
  test('raft bug 2: a vote is durable, term and candidate in one write, before the reply leaves', () => {
    const net = new Network(3);
    net.step(1, 2, vote(7));
    expect(said(net, 1)).toEqual([]);
    expect(net.host(1).writes.map((ready) => ready.hardState)).toEqual([
      { currentTerm: 7, votedFor: 2, commitIndex: 0 },
    ]);
    net.persist(1);
    expect(said(net, 1)).toMatchObject([{ type: 'RequestVoteResponse', term: 7, voteGranted: true }]);
  });

  test('a vote survives a restart', () => {
    const net = new Network(3);
    net.step(1, 2, vote(7));
    net.persist(1);
    net.crash(1);
    net.restart(1);
    said(net, 1);
    net.step(1, 3, vote(7, 9, 9));
    net.persist(1);
    expect(said(net, 1)).toMatchObject([{ voteGranted: false }]);
  });

  test("raft bug 3: a candidate's own vote counts, and its requests leave, only when it is durable", () => {
    const single = new Network(1);
    single.timeout(1);
    expect(single.group(1).role).toBe('candidate');
    single.persist(1, 1);
    expect(single.group(1).role).toBe('leader');
    const net = new Network(3);
    net.timeout(1);
    said(net, 1);
    net.step(1, 2, answer(1, true, true));
    expect(said(net, 1)).toEqual([]);
    net.persist(1);
    expect(said(net, 1)).toMatchObject([{ type: 'RequestVote', preVote: false, term: 1 }, { term: 1 }]);
  });
});

describe('PreVote (dissertation §9.6)', () => {
  test('a pre-vote changes neither term, vote nor timer', () => {
    const net = new Network(3);
    const { deadlineUs } = net.group(1);
    net.nowUs = 100 * MS;
    net.step(1, 2, vote(6, 0, 0, true));
    expect(said(net, 1)).toMatchObject([{ preVote: true, voteGranted: true, term: 6 }]);
    expect([net.group(1).currentTerm, net.group(1).votedFor, net.group(1).deadlineUs]).toEqual([0, 0, deadlineUs]);
    expect(net.host(1).writes).toEqual([]);
  });

  test('raft bug 31: a cut-off node does not raise its term, and disturbs nobody when it comes back', () => {
    const net = new Network(3);
    net.elect(1);
    net.isolate(3);
    net.run(3000 * MS);
    expect([net.group(3).role, net.group(3).currentTerm]).toEqual(['precandidate', 1]);
    net.heal();
    net.run(500 * MS);
    expect([net.group(1).role, net.group(3).role, net.group(3).currentTerm]).toEqual(['leader', 'follower', 1]);
  });

  test('raft bug 7: answers of another election, or of the other kind, are not counted', () => {
    const net = new Network(5);
    net.timeout(1);
    net.step(1, 2, answer(0, true, true));
    net.step(1, 3, answer(2, true, true));
    net.step(1, 4, answer(1, true, false));
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['follower', 1]);
    const stale = new Network(5);
    stale.timeout(1);
    stale.step(1, 2, answer(1, true, true));
    stale.step(1, 3, answer(1, true, true));
    stale.persist(1);
    expect([stale.group(1).role, stale.group(1).currentTerm]).toEqual(['candidate', 1]);
    stale.step(1, 4, answer(1, true, true));
    stale.step(1, 5, answer(1, true, true));
    stale.step(1, 4, answer(2, true, true));
    stale.step(1, 5, answer(2, true, true));
    expect(stale.group(1).role).toBe('candidate');
    stale.step(1, 4, answer(1, true, false));
    stale.step(1, 4, answer(1, true, false));
    expect(stale.group(1).role).toBe('candidate');
    stale.step(1, 5, answer(1, true, false));
    expect(stale.group(1).role).toBe('leader');
  });

  test('a pre-candidate with a longer term but an older log learns that it is refused', () => {
    const net = new Network(3, { logs: [[1], [1, 1], [1, 1]], terms: [4, 1, 1] });
    net.elect(1);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['follower', 4]);
  });
});

describe('CheckQuorum and stickiness (dissertation §6.2)', () => {
  test('whoever heard from a leader within the minimum election timeout ignores candidates, and keeps its term', () => {
    const net = new Network(3);
    net.elect(1);
    net.heartbeat(1);
    net.settle();
    net.nowUs += 150 * MS - 1;
    for (const preVote of [true, false]) net.step(2, 3, vote(9, 9, 9, preVote));
    net.step(1, 3, vote(9, 9, 9));
    expect([net.group(2).currentTerm, net.group(1).role, net.packets]).toEqual([1, 'leader', []]);
    net.nowUs += 1;
    net.step(2, 3, vote(9, 9, 9));
    expect(net.group(2).currentTerm).toBe(9);
  });

  test('a leader that no quorum answers steps down, within its term, after the maximum election timeout', () => {
    const net = new Network(3);
    net.elect(1);
    const electedUs = net.nowUs;
    net.isolate(1);
    net.run(250 * MS);
    expect(net.group(1).role).toBe('leader');
    net.run(50 * MS);
    expect([net.group(1).role, net.group(1).currentTerm, net.group(1).votedFor, net.group(1).leader]).toEqual([
      'follower',
      1,
      1,
      0,
    ]);
    expect(net.nowUs - electedUs).toBe(300 * MS);
    expect(net.host(1).events.at(-1)).toMatchObject({ type: 'RoleChanged', reason: 'heard from no quorum' });
  });

  test('a leader with a quorum does not flap', () => {
    const net = new Network(5);
    net.elect(1);
    net.isolate(4);
    net.isolate(5);
    net.run(10_000 * MS);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 1]);
  });

  test('raft bug 32: a node stuck at a higher term is freed: its answer to the leader brings the group to a later term', () => {
    const net = new Network(3);
    net.elect(1);
    net.isolate(3);
    net.nowUs += 150 * MS;
    net.step(3, 2, vote(7, 9, 9)); // someone who is gone by now took it to term 7
    expect(net.group(3).currentTerm).toBe(7);
    net.packets = [];
    net.propose(1);
    net.settle();
    net.heal();
    net.run(2000 * MS);
    const leader = net.leader;
    expect(leader?.group.currentTerm).toBeGreaterThan(7);
    expect(net.hosts.map((host) => host.group.leader)).toEqual([leader?.id, leader?.id, leader?.id]);
    expect(net.group(3).commitIndex).toBe(net.group(1).commitIndex);
  });

  test('a single voter leads for ever', () => {
    const net = new Network(1);
    net.elect(1);
    net.run(2000 * MS);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 1]);
  });
});

test('a message of a sender that cannot be is refused loudly', () => {
  const net = new Network(3);
  for (const from of [0, 1])
    expect(() => net.group(1).step(0, n(from), append(2))).toThrow('messages come from others');
});
