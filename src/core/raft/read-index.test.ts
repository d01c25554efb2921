import { describe, expect, test } from 'vitest';
import { MS, Network } from './testing/network.ts';

function led(size: number): Network {
  const net = new Network(size);
  net.elect(1);
  return net;
}

describe('ReadIndex (dissertation §6.4)', () => {
  test('a read is confirmed by a round of heartbeats that starts at once', () => {
    const net = led(3);
    net.propose(1);
    net.settle();
    expect(net.read(1, 1)).toBe(true);
    expect(net.packets.map(({ message }) => message)).toMatchObject([
      { type: 'Heartbeat', readContext: 1 },
      { readContext: 1 },
    ]);
    expect(net.host(1).reads).toEqual([]);
    net.deliver();
    net.deliver();
    net.deliver();
    expect(net.host(1).reads).toEqual([{ context: 1, index: 2 }]);
  });

  test('one round confirms every read asked for before it, and none asked for after it', () => {
    const net = led(3);
    net.group(1).readIndex(net.nowUs, 1);
    net.group(1).readIndex(net.nowUs, 2);
    net.invariants.readAsked(net.host(1).id, 1);
    net.invariants.readAsked(net.host(1).id, 2);
    net.collect(net.host(1));
    expect(net.packets.map(({ message }) => message)).toMatchObject([{ readContext: 2 }, { readContext: 2 }]);
    const round = net.packets;
    net.packets = [];
    net.read(1, 3);
    net.packets = round;
    net.settle();
    expect(net.host(1).reads.map((read) => read.context)).toEqual([1, 2]);
    net.heartbeat(1);
    net.settle();
    expect(net.host(1).reads.map((read) => read.context)).toEqual([1, 2, 3]);
  });

  test('raft bug 24: a leader cut off from the majority confirms nothing', () => {
    const net = led(3);
    net.isolate(1);
    expect(net.read(1, 1)).toBe(true);
    net.run(1000 * MS);
    expect([net.group(1).role, net.host(1).reads]).toEqual(['precandidate', []]);
    net.heal();
    net.run(1000 * MS);
    expect(net.host(1).reads).toEqual([]);
  });

  test('raft bug 25: a read is held back until the leader has committed an entry of its own term', () => {
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
    expect(net.read(2, 1)).toBe(true);
    const answers = net.packets.filter(({ message }) => message.type === 'Heartbeat');
    expect([answers, net.host(2).reads]).toEqual([[], []]);
    net.settle();
    expect(net.host(2).reads).toEqual([{ context: 1, index: 3 }]);
  });

  test('raft bug 26: reads die with the leadership, and answers to the old rounds confirm nothing in the new one', () => {
    const net = led(3);
    net.isolate(1);
    net.read(1, 1);
    net.step(1, 2, { type: 'HeartbeatResponse', term: 5, readContext: 0, sentUs: 0, snapshotFrom: 0 });
    net.packets = [];
    net.heal();
    net.elect(1);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 6]);
    expect(net.host(1).reads).toEqual([]);
    net.read(1, 2);
    net.packets = [];
    net.step(1, 2, { type: 'HeartbeatResponse', term: 1, readContext: 2, sentUs: 0, snapshotFrom: 0 });
    net.step(1, 2, { type: 'HeartbeatResponse', term: 6, readContext: 1, sentUs: 0, snapshotFrom: 0 });
    expect(net.host(1).reads).toEqual([]);
    net.step(1, 2, { type: 'HeartbeatResponse', term: 6, readContext: 2, sentUs: 0, snapshotFrom: 0 });
    expect(net.host(1).reads.map((read) => read.context)).toEqual([2]);
  });

  test('raft bug 26: an answer to a round of before a restart confirms nothing, although the contexts begin anew', () => {
    const net = led(3);
    net.read(1, 1);
    net.deliver();
    const answers = net.packets.filter(({ message }) => message.type === 'HeartbeatResponse');
    expect(answers).toMatchObject([{ to: 1, message: { term: 1, readContext: 1 } }]);
    net.packets = [];
    net.crash(1);
    net.restart(1);
    net.elect(1);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 2]);
    net.isolate(3);
    net.read(1, 1);
    net.packets = answers;
    net.deliver();
    expect(net.host(1).reads).toEqual([]);
    net.heartbeat(1);
    net.settle();
    expect(net.host(1).reads).toEqual([{ context: 1, index: 2 }]);
  });

  test('a single voter confirms at once; a follower never', () => {
    const single = led(1);
    single.read(1, 1);
    expect(single.host(1).reads).toEqual([{ context: 1, index: 1 }]);
    expect(led(3).read(2, 1)).toBe(false);
  });

  test('contexts strictly increase', () => {
    const net = led(3);
    net.read(1, 5);
    expect(() => net.read(1, 5)).toThrow('strictly increase');
  });
});
