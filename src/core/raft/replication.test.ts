import { describe, expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import type { AppendEntries, AppendEntriesResponse, RaftMessage } from './message.ts';
import { entry, logOf, MS, Network } from './testing/network.ts';

const append = (
  term: number,
  prevLogIndex: number,
  prevLogTerm: number,
  entries: Entry[],
  leaderCommit = 0,
): AppendEntries => ({
  type: 'AppendEntries',
  term,
  prevLogIndex,
  prevLogTerm,
  entries,
  leaderCommit,
  sentUs: 0,
});
const success = (term: number, index: number): AppendEntriesResponse => ({
  type: 'AppendEntriesResponse',
  term,
  success: true,
  index,
  conflictTerm: 0,
  conflictIndex: 0,
  sentUs: 0,
});
function said(net: Network, id: number): RaftMessage[] {
  const own = net.packets.filter((packet) => packet.from === id).map((packet) => packet.message);
  net.packets = net.packets.filter((packet) => packet.from !== id);
  return own;
}
const appendsTo = (net: Network, to: number): AppendEntries[] =>
  net.packets
    .filter((packet) => packet.to === to)
    .map((packet) => packet.message)
    .filter((message) => message.type === 'AppendEntries');
/** A group whose node 1 leads term 1 and whose no-op is committed everywhere. */
function led(size: number, raft = {}): Network {
  const net = new Network(size, { raft });
  net.elect(1);
  return net;
}

describe('a follower (§5.3)', () => {
  test.each([
    { own: [1, 2, 3, 3], prev: [2, 2], add: [3], log: [1, 2, 3, 3] },
    { own: [1, 2], prev: [2, 2], add: [3], log: [1, 2, 3] },
    { own: [1, 2], prev: [0, 0], add: [3, 4], log: [3, 4] },
    { own: [1, 2], prev: [0, 0], add: [1], log: [1, 2] },
    { own: [1, 2, 2], prev: [1, 1], add: [3], log: [1, 3] },
  ])(
    'raft bug 13: appends what is new and truncates only at a conflict: $own + $add after $prev = $log',
    ({ own, prev, add, log }) => {
      const net = new Network(3, { logs: [own], checked: false });
      const [index = 0, term = 0] = prev;
      net.step(
        1,
        2,
        append(
          5,
          index,
          term,
          add.map((t, i) => entry(index + 1 + i, t)),
        ),
      );
      expect(net.terms(1)).toEqual(log);
      net.persist(1);
      expect(net.host(1).disk.entries.map((one) => one.term)).toEqual(log);
    },
  );

  test('raft bug 14, raft bug 35: answers success only when the entries are durable, for the last entry that this message verified', () => {
    const net = new Network(3, { logs: [[1, 1, 1]], checked: false });
    net.step(1, 2, append(2, 1, 1, [entry(2, 1)]));
    expect(said(net, 1)).toEqual([]);
    net.persist(1);
    expect(said(net, 1)).toEqual([success(2, 2)]);
    net.step(1, 2, append(2, 3, 1, [entry(4, 2)]));
    expect(said(net, 1)).toEqual([]);
    net.step(1, 2, append(2, 3, 1, []));
    expect(said(net, 1)).toEqual([]);
    net.persist(1);
    expect(said(net, 1)).toEqual([success(2, 4), success(2, 3)]);
  });

  test('raft bug 17: commits at most what the message verified', () => {
    const net = new Network(3, { logs: [[1, 1, 1]], checked: false });
    net.step(1, 2, append(2, 1, 1, [entry(2, 1)], 3));
    expect(net.group(1).commitIndex).toBe(2);
    net.step(1, 2, append(2, 1, 1, [], 1));
    expect(net.group(1).commitIndex).toBe(2);
    net.step(1, 2, append(2, 2, 1, [entry(3, 2), entry(4, 2)], 3));
    expect(net.group(1).commitIndex).toBe(3);
    // And never less than it has: one that was sent before says less.
    net.step(1, 2, append(2, 4, 2, [], 1));
    net.step(1, 2, { type: 'Heartbeat', term: 2, leaderCommit: 2, readContext: 0, sentUs: 0 });
    expect(net.group(1).commitIndex).toBe(3);
  });

  test('raft bug 15: a message from before the commit index is answered with success there', () => {
    const net = new Network(3, { logs: [[1, 1, 1]], checked: false });
    net.step(1, 2, append(2, 3, 1, [], 3));
    net.persist(1);
    said(net, 1);
    net.step(1, 2, append(2, 0, 0, [entry(1, 1)], 1));
    expect(said(net, 1)).toEqual([success(2, 3)]);
  });

  test('a committed entry is never truncated: the node crashes instead', () => {
    const net = new Network(3, { logs: [[1, 1, 1]], checked: false });
    net.step(1, 2, append(2, 3, 1, [], 3));
    expect(() => net.step(1, 2, append(3, 3, 1, [entry(4, 3)], 9))).not.toThrow();
    expect(() => net.step(1, 2, { type: 'Heartbeat', term: 3, leaderCommit: 9, readContext: 0, sentUs: 0 })).toThrow(
      'still holds',
    );
    const other = new Network(3, { logs: [[1, 1]], checked: false });
    other.step(1, 2, append(2, 1, 1, [], 1));
    expect(() => other.step(1, 2, append(2, 1, 1, [entry(3, 2)]))).toThrow('follow prevLogIndex');
  });

  test.each([
    { own: [1, 1], prev: [5, 4], conflictTerm: 0, conflictIndex: 3 },
    { own: [1, 2, 2, 2], prev: [4, 3], conflictTerm: 2, conflictIndex: 2 },
    { own: [3, 3], prev: [2, 1], conflictTerm: 3, conflictIndex: 1 },
  ])(
    'a refusal tells the conflict: $own at $prev → term $conflictTerm from $conflictIndex',
    ({ own, prev, conflictTerm, conflictIndex }) => {
      const net = new Network(3, { logs: [own], checked: false });
      net.step(1, 2, append(6, prev[0] ?? 0, prev[1] ?? 0, []));
      expect(said(net, 1)).toMatchObject([{ success: false, index: prev[0], conflictTerm, conflictIndex }]);
    },
  );
});

describe('a leader (§5.3, §5.4)', () => {
  test('sends entries before its own write is durable, but counts itself only after it', () => {
    const net = led(3);
    net.propose(1);
    expect(appendsTo(net, 2)).toMatchObject([{ entries: [{ index: 2 }] }]);
    net.host(2).disk.entries.push(net.group(1).entry(2) as Entry);
    net.step(1, 2, success(1, 2));
    expect(net.group(1).commitIndex).toBe(1);
    net.persist(1);
    expect(net.group(1).commitIndex).toBe(2);
  });

  test('its followers may commit without it; it applies when its own record is durable', () => {
    const net = led(3);
    net.propose(1);
    net.deliver();
    net.deliver();
    net.persist(2);
    net.persist(3);
    while (net.packets.length > 0) net.deliver();
    expect(net.group(1).commitIndex).toBe(2);
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1]);
    net.persist(1);
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1, 2]);
  });

  test('raft bug 22: a single voter commits only when its write is durable', () => {
    const net = new Network(1);
    net.elect(1);
    net.propose(1);
    expect(net.group(1).commitIndex).toBe(1);
    net.persist(1);
    expect(net.group(1).commitIndex).toBe(2);
    // Of two writes under way the first completes.
    net.propose(1);
    net.propose(1);
    net.persist(1, 1);
    expect([net.group(1).lastIndex, net.group(1).commitIndex]).toEqual([4, 3]);
  });

  test.each([
    { size: 3, acks: 0, commits: false },
    { size: 3, acks: 1, commits: true },
    { size: 5, acks: 1, commits: false },
    { size: 5, acks: 2, commits: true },
  ])('of $size voters $acks others acknowledge: committed = $commits', ({ size, acks, commits }) => {
    const net = led(size);
    net.propose(1);
    net.persist(1);
    net.packets = [];
    for (let i = 0; i < acks; i++) {
      net.deliver(0);
      net.host(2 + i).disk.entries.push(net.group(1).entry(2) as Entry);
      net.step(1, 2 + i, success(1, 2));
    }
    expect(net.group(1).commitIndex).toBe(commits ? 2 : 1);
  });

  test('raft bug 1: only an entry of its own term is committed by counting (§5.4.2)', () => {
    const net = new Network(3, { logs: [[1, 2], [], []], terms: [2, 2, 2], checked: false });
    net.nowUs = 300 * MS;
    net.timeout(1);
    net.step(1, 2, { type: 'RequestVoteResponse', term: 3, preVote: true, voteGranted: true });
    net.persist(1);
    net.step(1, 2, { type: 'RequestVoteResponse', term: 3, preVote: false, voteGranted: true });
    net.persist(1);
    expect(net.terms(1)).toEqual([1, 2, 3]);
    net.step(1, 2, success(3, 2));
    expect(net.group(1).commitIndex).toBe(0);
    net.step(1, 2, success(3, 3));
    expect(net.group(1).commitIndex).toBe(3);
  });

  test('raft bug 15, raft bug 16: acknowledgments out of order never lower matchIndex, and nextIndex stays above it', () => {
    const net = led(3);
    for (let i = 0; i < 3; i++) net.propose(1);
    net.persist(1);
    net.packets = [];
    net.host(2).disk.entries = logOf([1, 1, 1, 1]);
    net.step(1, 2, success(1, 4));
    net.step(1, 2, success(1, 2));
    net.step(1, 2, { ...success(1, 3), success: false, conflictIndex: 1 });
    expect(net.group(1).progressOf(net.host(2).id)).toMatchObject({ matchIndex: 4, nextIndex: 5, mode: 'replicate' });
  });

  test('batches by entries and by bytes; one entry that is too large travels alone', () => {
    const net = led(2, { entriesPerAppendMax: 3, bytesPerAppendMax: 10 });
    const group = net.group(1);
    for (const bytes of [1, 1, 1, 1, 4, 4, 4, 50, 1]) group.propose(net.nowUs, 0, new Uint8Array(bytes));
    net.collect(net.host(1));
    expect(appendsTo(net, 2).map((message) => message.entries.map((one) => one.command.length))).toEqual([
      [1, 1, 1],
      [1, 4, 4],
      [4],
      [50],
      [1],
    ]);
    net.settle();
    expect(net.group(2).commitIndex).toBe(10);
  });

  test('at most inflightAppendsMax appends are under way to one follower', () => {
    const net = led(2, { inflightAppendsMax: 2, entriesPerAppendMax: 1 });
    for (let i = 0; i < 5; i++) net.propose(1);
    expect(appendsTo(net, 2)).toHaveLength(2);
    net.settle();
    expect(net.group(2).commitIndex).toBe(6);
    expect(net.group(1).progressOf(net.host(2).id)).toMatchObject({ inflightAppends: 0 });
  });

  test.each([1, 2])(
    'raft bug 51: lost appends (window %i) are found out by the next heartbeat',
    (inflightAppendsMax) => {
      const net = led(3, { inflightAppendsMax });
      for (let i = 0; i < 4; i++) {
        net.propose(1);
        net.packets = [];
      }
      net.settle();
      expect(net.group(1).commitIndex).toBe(1);
      net.heartbeat(1);
      net.settle();
      expect(net.hosts.map((host) => host.group.lastIndex)).toEqual([5, 5, 5]);
      expect(net.group(1).commitIndex).toBe(5);
    },
  );

  test("raft bug 17: a heartbeat's commit is never beyond what the leader knows to match", () => {
    const net = led(3);
    net.isolate(3);
    net.propose(1);
    net.settle();
    expect(net.group(1).commitIndex).toBe(2);
    net.heartbeat(1);
    expect(net.packets.map(({ to, message }) => [to, message.type === 'Heartbeat' && message.leaderCommit])).toEqual([
      [2, 2],
      [3, 1],
    ]);
  });

  test('raft bug 55: an empty AppendEntries that comes again is answered, and its answers are the end of it', () => {
    const net = led(3);
    net.propose(1);
    net.settle();
    const empty = append(1, 2, 1, [], 2);
    for (let i = 0; i < 3; i++) net.step(2, 1, empty);
    expect(said(net, 2)).toEqual([success(1, 2), success(1, 2), success(1, 2)]);
    for (let i = 0; i < 3; i++) net.step(1, 2, success(1, 2));
    expect(net.packets).toEqual([]);
    // One that brings a larger commit index says it, whatever came before.
    const follower = new Network(3, { logs: [[1, 1, 1]], checked: false });
    for (const leaderCommit of [1, 1, 2, 3, 2]) follower.step(1, 2, append(2, 3, 1, [], leaderCommit));
    expect(follower.group(1).commitIndex).toBe(3);
  });

  test('followers learn of a commit at once', () => {
    const net = led(3);
    net.propose(1);
    net.settle();
    expect(net.hosts.map((host) => host.group.commitIndex)).toEqual([2, 2, 2]);
  });

  test('stamps follow the wall clock but never go back along the log', () => {
    const net = led(1);
    const group = net.group(1);
    const stamps = [500, 400, 400, 900].map((wallUs) => {
      const at = group.propose(net.nowUs, wallUs, Uint8Array.of());
      return group.entry(at?.index ?? 0)?.stampUs;
    });
    expect(stamps).toEqual([500, 501, 502, 900]);
  });

  test('only a leader accepts proposals', () => {
    const net = led(3);
    expect(net.propose(2)).toBeUndefined();
    expect(net.propose(1)).toEqual({ term: 1, index: 2 });
  });
});

describe('the figures of the paper', () => {
  test('Figure 7: a new leader brings every kind of follower to its own log', () => {
    const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const a = [1, 1, 1, 4, 4, 5, 5, 6, 6];
    const b = [1, 1, 1, 4];
    const c = [...leader, 6];
    const d = [...leader, 7, 7];
    const e = [1, 1, 1, 4, 4, 4, 4];
    const f = [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3];
    for (const entriesPerAppendMax of [1, 64]) {
      const logs = [leader, a, b, c, d, e, f];
      const net = new Network(7, { logs, terms: [7, 7, 7, 7, 7, 7, 7], checked: false, raft: { entriesPerAppendMax } });
      net.elect(1);
      expect(net.group(1).role).toBe('leader');
      for (const { id, group, disk } of net.hosts) {
        expect(net.terms(id)).toEqual([...leader, 8]);
        expect(disk.entries.map((one) => one.term)).toEqual([...leader, 8]);
        expect(group.commitIndex).toBe(11);
      }
    }
  });

  test('fast backtracking takes one refusal per conflicting term, not one per entry', () => {
    const mine = [1, ...Array<number>(50).fill(4)];
    const theirs = [1, ...Array<number>(60).fill(3)];
    const net = new Network(3, { logs: [mine, theirs, mine], terms: [4, 4, 4], checked: false });
    net.elect(1);
    expect(net.terms(2)).toEqual([...mine, 5]);
    const refusals = net.host(1).events.filter((event) => event.type === 'FollowerProgressed' && event.follower === 2);
    expect(refusals.length).toBeLessThanOrEqual(4);
  });

  test('raft bug 1: Figure 8: an entry of term 2 on a majority is not committed, and may be lost, until one of term 4 is', () => {
    /** (a), (b), (c): S1 of term 4 has copied its entry of term 2 to a majority; S5 holds one of term 3. */
    const build = () =>
      new Network(5, { logs: [[1, 2], [1, 2], [1], [1], [1, 3]], terms: [3, 3, 3, 3, 3], checked: false });
    const lead = (net: Network) => {
      net.isolate(5);
      net.nowUs += 300 * MS;
      net.timeout(1);
      while (net.group(1).role !== 'leader') {
        for (const host of net.hosts) net.persist(host.id);
        net.deliver();
      }
    };
    const lost = build();
    lead(lost);
    lost.packets = [];
    lost.persist(1);
    lost.step(3, 1, append(4, 1, 1, [entry(2, 2)]));
    lost.persist(3);
    lost.deliver(lost.packets.findIndex((packet) => packet.message.type === 'AppendEntriesResponse'));
    expect(lost.hosts.filter((host) => host.disk.entries[1]?.term === 2)).toHaveLength(3);
    lost.step(1, 2, success(4, 2));
    expect(lost.group(1).commitIndex).toBe(0);
    // (d): S1 crashes; S5 wins with the votes of S2, S3, S4 and overwrites the entry.
    lost.crash(1);
    lost.heal();
    lost.packets = [];
    lost.run(3000 * MS);
    expect(lost.leader?.id).toBe(5);
    expect(lost.terms(3).slice(0, 2)).toEqual([1, 3]);
    // (e): had S1 copied its entry of term 4 as well, S5 could not win any more.
    const kept = build();
    lead(kept);
    kept.settle();
    expect(kept.group(1).commitIndex).toBe(3);
    kept.crash(1);
    kept.heal();
    kept.run(3000 * MS);
    expect(kept.leader?.id).not.toBe(5);
    expect(kept.terms(5).slice(0, 3)).toEqual([1, 2, 4]);
  });
});

test('a leader reports where it stands with each follower: at its election, as it sends ahead, and as they answer', () => {
  const net = new Network(3, { logs: [[1], [1], [1]], terms: [1, 1, 1] });
  net.elect(1);
  const told = () =>
    net.host(1).events.flatMap((event) => (event.type === 'FollowerProgressed' && event.follower === 2 ? [event] : []));
  expect(told()[0]).toMatchObject({ matchIndex: 0, nextIndex: 2 });
  net.settle();
  expect(told().at(-1)).toMatchObject({ matchIndex: 2, nextIndex: 3 });
  net.propose(1);
  // Nobody has answered yet.
  expect(told().at(-1)).toMatchObject({ matchIndex: 2, nextIndex: 4 });
});
