import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { MS, Network } from './testing/network.ts';

/** 150 ms × 0.95 / 1.05, and two microseconds less: what the options of `Network` give. */
const LEASE_US = 135_712;

function led(size: number, clockPpm: readonly number[] = []): Network {
  const net = new Network(size, { clockPpm });
  net.elect(1);
  return net;
}

/** The leader sends a round now, and everybody answers it at once. */
function beat(net: Network, id = 1): void {
  net.heartbeat(id);
  net.settle();
}

/** Node `id` waits out its election timeout, while nobody hears the old leader, and is elected by the others as soon as they may. */
function takeOver(net: Network, id: number): void {
  for (let tries = 0; net.group(id).role !== 'leader'; tries++) {
    if (tries > 20) throw new Error('nobody is elected');
    net.timeout(id);
    net.settle();
  }
}

describe('leader leases (dissertation §6.4.1)', () => {
  test('raft bug 28: a lease lasts for the shortest election timeout less the clocks’ error, from when the round was sent', () => {
    const net = led(3);
    net.nowUs += 10 * MS;
    beat(net);
    expect(net.group(1).leaseUntilUs).toBe(net.nowUs + LEASE_US);
    expect(net.leaseRead(1)).toBe(true);
    net.nowUs += LEASE_US - 1;
    expect(net.leaseRead(1)).toBe(true);
    net.nowUs += 1;
    expect(net.leaseRead(1)).toBe(false);
  });

  test('an answer that was long on its way renews from the sending, not from its arrival', () => {
    const net = led(3);
    const sentUs = net.nowUs + 10 * MS;
    net.nowUs = sentUs;
    net.heartbeat(1);
    // Delivered at once; the answers take 100 ms.
    net.deliver();
    net.deliver();
    net.nowUs += 100 * MS;
    net.settle();
    expect(net.group(1).leaseUntilUs).toBe(sentUs + LEASE_US);
  });

  test('AppendEntries renew as well; a quorum is needed, and the leader is one of it', () => {
    const net = led(5);
    net.nowUs += 20 * MS;
    net.cut.add('1>4').add('1>5');
    net.propose(1);
    net.settle();
    expect(net.group(1).leaseUntilUs).toBe(net.nowUs + LEASE_US);
    const before = net.group(1).leaseUntilUs;
    net.nowUs += 20 * MS;
    net.cut.add('1>3');
    beat(net);
    expect(net.group(1).leaseUntilUs).toBe(before);
  });

  test('raft bug 25: there is none before an entry of the own term is committed', () => {
    const net = led(3);
    net.propose(1);
    net.settle();
    net.crash(1);
    net.nowUs += 300 * MS;
    net.timeout(2);
    while (net.group(2).role !== 'leader') {
      for (const id of [2, 3]) net.persist(id);
      net.deliver();
    }
    net.heartbeat(2);
    while (net.packets.length > 0) net.deliver();
    expect(net.group(2).leaseUntilUs).toBe(0);
    net.settle();
    expect(net.leaseRead(2)).toBe(true);
  });

  test('followers have none; a single voter needs nobody’s promise', () => {
    const net = led(3);
    beat(net);
    expect([net.leaseRead(2), net.leaseRead(3)]).toEqual([false, false]);
    const single = led(1);
    single.nowUs += 10_000 * MS;
    expect(single.leaseRead(1)).toBe(true);
  });

  test.each([
    [-50_000, 50_000, 50_000],
    [50_000, -50_000, -50_000],
    [-50_000, 50_000, -50_000],
  ])(
    'raft bug 28: a leader that is cut off has no lease any more when another one is elected, clocks %i %i %i ppm',
    (...clockPpm) => {
      const net = led(3, clockPpm);
      beat(net);
      expect(net.leaseRead(1)).toBe(true);
      net.isolate(1);
      // As early as two followers with the shortest timeouts could: `Invariants` looks for a lease that still lasts.
      while (net.group(2).role !== 'leader') {
        net.nowUs += 500;
        for (const id of [2, 3]) {
          if (net.nowUs < net.trueUs(id, net.group(id).deadlineUs)) continue;
          net.timeout(id);
        }
        net.settle();
        if (net.group(3).role === 'leader') break;
      }
      net.propose(net.leader?.id ?? 0);
      net.settle();
      expect(net.leaseRead(1)).toBe(false);
    },
  );

  test('raft bug 30: a stray answer of a later term does not undo a promise', () => {
    const net = led(3);
    beat(net);
    // n3 stood in term 2 once, and its refusal of an old pre-vote comes to n2 only now.
    net.step(2, 3, { type: 'RequestVoteResponse', term: 2, preVote: true, voteGranted: false });
    expect(net.group(2).currentTerm).toBe(2);
    const request = { type: 'RequestVote', term: 2, preVote: false, transfer: false } as const;
    net.step(2, 3, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect(net.group(2).votedFor).toBe(0);
    expect(net.leaseRead(1)).toBe(true);
    net.nowUs += 150 * MS;
    net.step(2, 3, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect(net.group(2).votedFor).toBe(3);
  });

  test('raft bug 30: a voter that was restarted keeps still for as long as a promise could last', () => {
    const net = led(3);
    beat(net);
    net.isolate(1);
    net.crash(3);
    net.nowUs += 100 * MS;
    net.restart(3);
    const { nowUs } = net;
    takeOver(net, 2);
    expect(net.nowUs).toBeGreaterThanOrEqual(nowUs + 150 * MS);
    const request = { type: 'RequestVote', term: 9, preVote: false, transfer: false } as const;
    const early = led(3);
    early.crash(3);
    early.restart(3);
    early.nowUs += 149 * MS;
    early.step(3, 2, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect([early.group(3).votedFor, early.group(3).currentTerm]).toEqual([1, 1]);
    early.nowUs += 1 * MS;
    early.step(3, 2, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect(early.group(3).votedFor).toBe(2);
  });

  test('a piece of a snapshot binds who gets it, as every word of the leader does, and renews no lease', () => {
    const net = led(3);
    net.nowUs += 200 * MS;
    const { index, term, stampUs } = must(net.host(1).disk.entries[0], 'the leader has its no-op');
    const lastIncluded = { index, term, stampUs, configuration: net.group(1).configuration };
    const piece = { offset: 0, data: new Uint8Array(0), checksum: 0, done: false, root: undefined };
    net.step(3, 1, { type: 'InstallSnapshot', term: 1, lastIncluded, ...piece });
    net.settle();
    expect(net.group(1).leaseUntilUs).toBeLessThan(net.nowUs);
    const request = { type: 'RequestVote', term: 2, preVote: false, transfer: false } as const;
    net.nowUs += 149 * MS;
    net.step(3, 2, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect(net.group(3).currentTerm).toBe(1);
    net.nowUs += 1 * MS;
    net.step(3, 2, { ...request, lastLogIndex: 9, lastLogTerm: 1 });
    expect(net.group(3).votedFor).toBe(2);
  });

  test('a log compacted up to the commit index still says that it was committed in this term', () => {
    const net = led(3);
    beat(net);
    net.compact(1, net.group(1).commitIndex, false);
    expect([net.group(1).base.index, net.group(1).commitIndex]).toEqual([1, 1]);
    expect([net.leaseRead(1), net.group(1).leaseUntilUs]).toEqual([true, net.nowUs + LEASE_US]);
  });

  test('it is over when the leader steps down', () => {
    const net = led(3);
    beat(net);
    net.step(1, 2, { type: 'HeartbeatResponse', term: 5, readContext: 0, sentUs: 0, snapshotFrom: 0 });
    expect([net.leaseRead(1), net.group(1).leaseUntilUs]).toEqual([false, 0]);
  });

  test('raft bug 29: it is over before the order to stand leaves, and does not come back in this term', () => {
    const net = led(3);
    beat(net);
    net.transfer(1, 2);
    expect(net.leaseRead(1)).toBe(false);
    const order = net.packets.filter(({ message }) => message.type === 'TimeoutNow');
    net.packets = [];
    net.run(400 * MS);
    expect([net.group(1).role, net.group(1).transferee, net.leaseRead(1)]).toEqual(['leader', 0, false]);
    // Late, but not lost: the promises to n1 stop nobody, and n1 reads nothing stale.
    net.packets.push(...order);
    net.deliver();
    net.isolate(1);
    net.settle();
    expect(net.group(2).role).toBe('leader');
    net.propose(2);
    net.settle();
    expect(net.leaseRead(1)).toBe(false);
  });

  test('a transfer that is given up before the target was told leaves the lease as it was', () => {
    const net = led(3);
    net.isolate(2);
    net.propose(1);
    net.settle();
    net.transfer(1, 2);
    beat(net);
    expect(net.leaseRead(1)).toBe(false);
    net.run(350 * MS);
    expect([net.group(1).role, net.leaseRead(1)]).toEqual(['leader', true]);
  });
});
