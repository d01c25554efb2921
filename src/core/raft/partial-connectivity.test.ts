import { describe, expect, test } from 'vitest';
import { MS, Network } from './testing/network.ts';

/** Cuts every link of five nodes, both ways, but those between the pairs that are given. */
function onlyLinks(net: Network, pairs: readonly (readonly [number, number])[]): void {
  net.heal();
  const works = new Set(pairs.flatMap(([a, b]) => [`${a}>${b}`, `${b}>${a}`]));
  for (const { id: from } of net.hosts)
    for (const { id: to } of net.hosts) if (!works.has(`${from}>${to}`)) net.cut.add(`${from}>${to}`);
}

/** How often somebody became the leader. */
const elections = (net: Network): number =>
  net.hosts.flatMap(({ events }) => events.filter((event) => event.type === 'RoleChanged' && event.role === 'leader'))
    .length;

/** What is proposed to the leader is committed by `id`. */
function expectCommits(net: Network, id: number): void {
  const proposed = net.propose(id);
  net.settle();
  expect(proposed?.index).toBe(net.group(id).commitIndex);
}

// Cloudflare's outage of November 2020; decentralizedthoughts, "Raft does not guarantee liveness in the face of network faults" (2020-12-12).
describe('raft bug 31: while a majority is connected to one node, there is a leader, and it stays', () => {
  test.each([1, 2, 3, 4, 5])(
    'seed %i: the only node that reaches a majority is elected, and leads for good',
    (seed) => {
      const net = new Network(5, { seed });
      net.elect(1);
      // Everybody hears n3, and nobody else: n1 has lost its majority.
      onlyLinks(net, [
        [3, 1],
        [3, 2],
        [3, 4],
        [3, 5],
      ]);
      net.run(3000 * MS);
      expect(net.leader?.id).toBe(3);
      const { currentTerm } = net.group(3);
      const before = elections(net);
      net.run(20_000 * MS);
      expect([net.leader?.id, net.group(3).currentTerm, elections(net)]).toEqual([3, currentTerm, before]);
      expectCommits(net, 3);
    },
  );

  test.each([1, 2, 3, 4, 5])('seed %i: two sides that share one node: the leader of one side stays', (seed) => {
    const net = new Network(5, { seed });
    net.elect(1);
    // n4 and n5 hear n3, which hears the leader: they ask for pre-votes all the time.
    onlyLinks(net, [
      [1, 2],
      [1, 3],
      [2, 3],
      [3, 4],
      [3, 5],
      [4, 5],
    ]);
    net.run(20_000 * MS);
    expect([net.leader?.id, net.group(1).currentTerm, elections(net)]).toEqual([1, 1, 1]);
    expectCommits(net, 1);
  });

  test('a leader whose messages arrive, and whom no answer reaches, gives up, and another one is elected', () => {
    const net = new Network(5);
    net.elect(1);
    for (const { id } of net.hosts) net.cut.add(`${id}>1`);
    net.run(3000 * MS);
    expect(net.leader?.id).toBeGreaterThan(1);
    const { currentTerm } = net.group(net.leader?.id ?? 0);
    net.run(20_000 * MS);
    expect(net.group(net.leader?.id ?? 0).currentTerm).toBe(currentTerm);
  });
});
