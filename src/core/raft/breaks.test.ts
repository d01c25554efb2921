import { describe, expect, test } from 'vitest';
import type { LiveBreak } from '../base/breaks.ts';
import { MS, Network, type NetworkOptions } from './testing/network.ts';

/** The invariants hold only where nothing is broken. */
const network = (size: number, names: readonly LiveBreak[], options: NetworkOptions = {}): Network =>
  new Network(size, { ...options, checked: names.length === 0, raft: { ...options.raft, breaks: new Set(names) } });

const cutBoth = (net: Network, a: number, b: number): void => void net.cut.add(`${a}>${b}`).add(`${b}>${a}`);

describe('commit-by-count', () => {
  /** Figure 8c: n1 holds an entry of term 2, leads term 4, and has copied that entry, not yet one of its own term, to n2. */
  function committed(names: readonly LiveBreak[]): number {
    const net = network(3, names, { logs: [[1, 2], [1], [1, 3]], terms: [3, 3, 3], raft: { entriesPerAppendMax: 1 } });
    net.host(3).alive = false;
    net.nowUs += 300 * MS;
    net.timeout(1);
    for (let i = 0; i < 100 && net.group(2).lastIndex < 2; i++) {
      net.persist(1);
      net.persist(2);
      net.deliver();
    }
    net.persist(2);
    while (net.packets.some(({ to, message }) => to === 1 && message.type === 'AppendEntriesResponse')) net.deliver();
    expect(net.group(1)).toMatchObject({ role: 'leader', currentTerm: 4 });
    return net.group(1).commitIndex;
  }

  test('an entry of an earlier term on a quorum counts as committed, which n3 could still overwrite', () => {
    expect(committed([])).toBe(0);
    expect(committed(['commit-by-count'])).toBe(2);
  });
});

describe('no-prevote', () => {
  function comesBack(names: readonly LiveBreak[]): Network {
    const net = network(3, names);
    net.elect(1);
    net.isolate(3);
    for (let i = 0; i < 5; i++) {
      net.run(50 * MS);
      net.timeout(3);
      net.settle();
    }
    net.heal();
    net.run(100 * MS);
    return net;
  }

  test('a node that was cut off deposes a leader that works, where a pre-vote would have told it that it cannot win', () => {
    const polite = comesBack([]);
    expect([polite.leader?.id, polite.group(1).currentTerm]).toEqual([1, 1]);
    expect(comesBack(['no-prevote']).group(1).currentTerm).toBeGreaterThan(1);
  });
});

describe('no-checkquorum', () => {
  /**
   * Partial connectivity (decentralizedthoughts, 12 December 2020; Cloudflare, November 2020): n2, n3 and n4 hear each other and are a quorum; the
   * leader n1 is heard by n2 alone, and n5 by nobody.
   */
  function partlyConnected(names: readonly LiveBreak[]): Network {
    const net = network(5, names);
    net.elect(1);
    for (const other of [1, 2, 3, 4]) cutBoth(net, 5, other);
    cutBoth(net, 1, 3);
    cutBoth(net, 1, 4);
    net.propose(1);
    net.run(10_000 * MS);
    return net;
  }

  test('a leader that only one follower hears keeps it from helping another for good: nothing is committed any more', () => {
    const stuck = partlyConnected(['no-checkquorum']);
    expect(stuck.group(1).role).toBe('leader');
    expect([2, 3, 4].some((id) => stuck.group(id).role === 'leader')).toBe(false);
    expect(stuck.group(1).commitIndex).toBeLessThan(stuck.group(1).lastIndex);
    const freed = partlyConnected([]);
    const leader = [2, 3, 4].find((id) => freed.group(id).role === 'leader');
    expect(leader, 'one of the quorum leads').toBeDefined();
    expect(freed.group(leader as number).commitIndex).toBe(freed.group(leader as number).lastIndex);
  });

  test('nor without PreVote', () => {
    const stuck = partlyConnected(['no-checkquorum', 'no-prevote']);
    const commits = stuck.hosts.map(({ group }) => group.commitIndex);
    stuck.run(10_000 * MS);
    expect(stuck.hosts.map(({ group }) => group.commitIndex)).toEqual(commits);
  });
});

describe('fixed-timeouts', () => {
  /** Rounds of elections until somebody leads; both followers of a dead leader hear of nothing but each other. */
  function rounds(names: readonly LiveBreak[]): number {
    const net = network(3, names);
    net.elect(1);
    net.heartbeat(1);
    net.settle();
    net.crash(1);
    for (let round = 1; round <= 20; round++) {
      const firstUs = Math.min(net.group(2).deadlineUs, net.group(3).deadlineUs);
      for (const id of [2, 3]) if (net.group(id).deadlineUs === firstUs) net.timeout(id);
      net.settle();
      if (net.group(2).role === 'leader' || net.group(3).role === 'leader') return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  test('candidates stand together and split the vote again and again', () => {
    expect(rounds(['fixed-timeouts'])).toBe(Number.POSITIVE_INFINITY);
    expect(rounds([])).toBeLessThan(5);
  });
});

test('lease-without-drift-bound: the lease lasts a whole election timeout of the leader’s own clock', () => {
  const leaseMs = (names: readonly LiveBreak[]): number => {
    const net = network(3, names);
    net.elect(1);
    net.heartbeat(1);
    net.settle();
    return (net.group(1).leaseUntilUs - net.nowUs) / MS;
  };
  expect(leaseMs([])).toBeLessThan(136);
  expect(leaseMs(['lease-without-drift-bound'])).toBeCloseTo(150, 1);
});

test('no-readindex: a leader that nobody hears any more serves reads all the same', () => {
  const served = (names: readonly LiveBreak[]): number => {
    const net = network(3, names);
    net.elect(1);
    net.isolate(1);
    net.read(1, 1);
    net.settle();
    return net.host(1).reads.length;
  };
  expect(served([])).toBe(0);
  expect(served(['no-readindex'])).toBe(1);
});
