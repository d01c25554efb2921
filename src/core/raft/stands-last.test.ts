import { expect, test } from 'vitest';
import { MS, Network } from './testing/network.ts';

const ELECTION_MAX_US = 300 * MS;

function led(...last: readonly number[]): Network {
  const net = new Network(3);
  net.elect(1);
  for (const id of last) net.group(id).standsLast = true;
  return net;
}

test('one that stands last lets others have their elections, and votes as any other', () => {
  for (let round = 0; round < 10; round++) {
    const net = led(2);
    net.crash(1);
    net.run(4 * ELECTION_MAX_US);
    expect([net.group(2).role, net.group(3).role, net.group(2).votedFor]).toEqual(['follower', 'leader', 3]);
  }
});

test('where nobody else can, it stands all the same', () => {
  const net = led(2, 3);
  net.crash(1);
  net.run(3 * ELECTION_MAX_US);
  expect(net.leader).toBeUndefined();
  // Two that are as patient as each other split a vote now and then.
  net.run(30 * ELECTION_MAX_US);
  expect(net.leader?.id).toBeGreaterThan(1);
});

test('it does not stand because its leader wishes it; when it stands as others do, it does', () => {
  const net = led(2);
  net.transfer(1, 2);
  net.settle();
  expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 1]);
  net.run(2 * ELECTION_MAX_US);
  net.group(2).standsLast = false;
  net.transfer(1, 2);
  net.settle();
  expect(net.group(2).role).toBe('leader');
});
