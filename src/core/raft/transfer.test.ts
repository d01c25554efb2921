import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { MS, Network } from './testing/network.ts';

function led(size: number): Network {
  const net = new Network(size);
  net.elect(1);
  return net;
}

const toTarget = (net: Network, type: string) => net.packets.filter(({ message }) => message.type === type);
const told = (net: Network, id: number) =>
  net.host(id).events.flatMap((event) => (event.type.startsWith('Transfer') ? [event] : []));

describe('leadership transfer (dissertation §3.10)', () => {
  test('the target leads the next term, without a pre-vote, though everybody hears its leader', () => {
    const net = led(3);
    net.heartbeat(1);
    net.settle();
    net.transfer(1, 2);
    expect(net.packets.map(({ to, message }) => [to, message.type])).toEqual([
      [2, 'TimeoutNow'],
      [2, 'AppendEntries'],
    ]);
    net.settle();
    expect([net.group(2).role, net.group(2).currentTerm, net.group(1).role]).toEqual(['leader', 2, 'follower']);
    const roles = net.host(2).events.flatMap((event) => (event.type === 'RoleChanged' ? [event] : []));
    expect(roles.slice(-2)).toMatchObject([
      { role: 'candidate', reason: 'leadership transfer', from: 1 },
      { role: 'leader', term: 2 },
    ]);
    const left = net.host(1).events.find((event) => event.type === 'RoleChanged' && event.term === 2);
    expect(left).toMatchObject({ role: 'follower', reason: 'leadership transfer', from: 2 });
    expect(told(net, 1)).toEqual([{ type: 'TransferStarted', term: 1, to: 2 }]);
  });

  test('a target that lags gets the log first and is told to stand only when it is on its disk', () => {
    const net = led(3);
    net.isolate(2);
    for (let i = 0; i < 5; i++) net.propose(1);
    net.settle();
    net.heal();
    net.transfer(1, 2);
    while (net.group(2).lastIndex < net.group(1).lastIndex) {
      expect(toTarget(net, 'TimeoutNow')).toEqual([]);
      net.deliver();
      for (const id of [1, 3]) net.persist(id);
    }
    // It has received everything and has nothing of it on its disk.
    for (let i = 0; i < 10; i++) net.deliver();
    expect(toTarget(net, 'TimeoutNow')).toEqual([]);
    expect(net.group(2).role).toBe('follower');
    net.settle();
    expect(net.group(2).role).toBe('leader');
    expect(net.terms(2)).toEqual([1, 1, 1, 1, 1, 1, 2]);
  });

  test('a target that is owed a snapshot gets that first, then the rest of the log, and stands when all of it is on its disk', () => {
    const net = led(3);
    net.isolate(2);
    for (let i = 0; i < 5; i++) net.propose(1);
    net.settle();
    net.compact(1, 5, false);
    net.heal();
    net.heartbeat(1);
    net.settle();
    expect(net.group(1).progressOf(nodeId(2))?.mode).toBe('snapshot');
    net.transfer(1, 2);
    net.settle();
    expect([net.host(2).installs, net.group(2).role, toTarget(net, 'TimeoutNow')]).toEqual([0, 'follower', []]);
    net.heartbeat(1);
    net.settle();
    expect([net.host(2).installs, net.group(2).role, net.group(2).currentTerm]).toEqual([1, 'leader', 2]);
    expect(told(net, 1)).toEqual([{ type: 'TransferStarted', term: 1, to: 2 }]);
  });

  test('raft bug 37: no proposal is taken meanwhile; what was proposed before is committed', () => {
    const net = led(3);
    net.propose(1);
    net.transfer(1, 2);
    expect(net.group(1).transferee).toBe(2);
    const { lastIndex } = net.group(1);
    expect(net.propose(1)).toBeUndefined();
    expect(net.group(1).lastIndex).toBe(lastIndex);
    net.settle();
    expect(net.group(2).commitIndex).toBe(3);
    expect(net.propose(2)).toEqual({ term: 2, index: 4 });
  });

  test('raft bug 37: a target that is down is given up after one election timeout, and the leader goes on', () => {
    const net = led(3);
    net.crash(2);
    net.transfer(1, 2);
    net.run(250 * MS);
    expect(net.propose(1)).toBeUndefined();
    net.run(50 * MS);
    expect(told(net, 1).at(-1)).toEqual({ type: 'TransferAborted', term: 1, to: 2, asked: true });
    expect([net.group(1).role, net.group(1).transferee]).toEqual(['leader', 0]);
    expect(net.propose(1)).toEqual({ term: 1, index: 2 });
  });

  test('one to somebody else takes the place of the one under way; the same one again changes nothing', () => {
    const net = led(3);
    net.isolate(2);
    net.propose(1);
    net.settle();
    net.transfer(1, 2);
    net.transfer(1, 2);
    net.transfer(1, 3);
    expect(told(net, 1)).toEqual([
      { type: 'TransferStarted', term: 1, to: 2 },
      { type: 'TransferAborted', term: 1, to: 2, asked: false },
      { type: 'TransferStarted', term: 1, to: 3 },
    ]);
    net.settle();
    expect(net.group(3).role).toBe('leader');
  });

  test('who was not told is not said to have been, whoever was told before', () => {
    const net = led(3);
    net.crash(2);
    net.transfer(1, 2);
    net.run(350 * MS);
    net.crash(3);
    net.propose(1);
    net.transfer(1, 3);
    net.transfer(1, 2);
    expect(told(net, 1).flatMap((event) => ('asked' in event ? [[event.to, event.asked]] : []))).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  test('nothing happens where there is no leader to do it, or nobody to do it for', () => {
    const net = led(3);
    net.transfer(2, 3);
    net.transfer(1, 1);
    net.transfer(1, 4);
    net.settle();
    expect([net.group(1).role, net.group(1).currentTerm, told(net, 1), told(net, 2)]).toEqual(['leader', 1, [], []]);
  });

  test('an order that comes late, or twice, makes nobody stand in a term that is over', () => {
    const net = led(3);
    net.transfer(1, 2);
    const order = toTarget(net, 'TimeoutNow');
    net.settle();
    expect(net.group(2).role).toBe('leader');
    net.packets.push(...order, ...order);
    net.settle();
    expect([net.group(2).role, net.group(2).currentTerm]).toEqual(['leader', 2]);
  });
});
