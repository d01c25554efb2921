import { describe, expect, test } from 'vitest';
import type { Configuration } from './configuration.ts';
import { MS, Network, n } from './testing/network.ts';

const text = ({ voters, votersOutgoing, learners }: Configuration): string => {
  const old = votersOutgoing.length > 0 ? `${votersOutgoing.join('')}→` : '';
  return `${old}${voters.join('')}${learners.length > 0 ? `+${learners.join('')}` : ''}`;
};
const inForce = (net: Network, id: number): string => text(net.group(id).configuration);

/** n1 leads n1 and n2, and n3 learns: since entry 3. */
function withLearner(): Network {
  const net = new Network(3);
  net.elect(1);
  net.reconfigure(1, [1, 2], [3]);
  net.run(200 * MS);
  expect([1, 2, 3].map((id) => inForce(net, id))).toEqual(['12+3', '12+3', '12+3']);
  return net;
}

/** n1 appends a change that nobody else gets; n2, which leads then, appends and commits others. */
function changeThatIsLost(net: Network, voters: readonly number[], learners: readonly number[] = []): void {
  net.isolate(1);
  expect(net.reconfigure(1, voters, learners)).toMatchObject({ ok: true });
  net.run(1000 * MS);
  net.elect(2);
  for (let i = 0; i < 4; i++) net.propose(2);
  net.run(200 * MS);
}

describe('the configuration at the base of a log', () => {
  test('is the one in force at that entry, and a restart begins with it', () => {
    const net = withLearner();
    for (let i = 0; i < 3; i++) net.propose(1);
    net.run(200 * MS);
    for (const id of [1, 2, 3]) {
      net.compact(id, net.group(id).appliedIndex, true);
      expect(net.group(id).base.configuration).toEqual(net.group(id).configuration);
      net.crash(id);
    }
    for (const id of [1, 2, 3]) net.restart(id);
    expect([1, 2, 3].map((id) => inForce(net, id))).toEqual(['12+3', '12+3', '12+3']);
    net.elect(3);
    expect(net.group(3).role).toBe('follower');
  });

  test('is not that of later entries, which stay in the log', () => {
    const net = withLearner();
    net.compact(1, 2, true);
    expect(text(net.group(1).base.configuration as Configuration)).toBe('123→12+3');
    expect(inForce(net, 1)).toBe('12+3');
    net.crash(1);
    net.restart(1);
    expect(inForce(net, 1)).toBe('12+3');
  });
});

describe('a change that is lost gives way to the configuration before it', () => {
  test('raft bug 12: by truncation, to that of the base', () => {
    const net = new Network(5, { raft: { voters: [1, 2, 3, 4].map(n) } });
    net.elect(1);
    net.reconfigure(1, [1, 2, 3], [4]);
    net.run(200 * MS);
    for (const id of [1, 2, 3, 4]) net.compact(id, net.group(id).appliedIndex, true);
    const { index } = net.group(1).base;
    changeThatIsLost(net, [1, 2, 4]);
    expect(inForce(net, 1)).toBe('123→124');
    net.heal();
    net.run(500 * MS);
    expect(net.leader?.id).not.toBe(1);
    expect(inForce(net, 1)).toBe('123+4');
    expect(
      net
        .host(1)
        .events.filter(({ type }) => type === 'ConfigurationChanged')
        .at(-1),
    ).toMatchObject({
      index,
      rolledBack: true,
    });
  });

  // One that goes by the voters of a log that it no longer has elects itself with them
  test('raft bug 11: by a snapshot, to that of the snapshot; and so after a restart', () => {
    const net = new Network(4, { raft: { voters: [1, 2, 3].map(n) } });
    net.elect(1);
    net.propose(1);
    net.settle();
    changeThatIsLost(net, [1, 4]);
    expect(inForce(net, 1)).toBe('123→14');
    for (const id of [2, 3]) net.compact(id, net.group(id).appliedIndex, true);
    net.heal();
    net.run(500 * MS);
    expect(net.host(1).installs).toBe(1);
    expect(inForce(net, 1)).toBe('123');
    net.crash(1);
    net.restart(1);
    expect(inForce(net, 1)).toBe('123');
  });

  test('one that a replica never heard of comes to it with the snapshot', () => {
    const net = new Network(3);
    net.elect(1);
    net.isolate(3);
    net.reconfigure(1, [1, 2], [3]);
    net.run(200 * MS);
    net.propose(1);
    net.run(200 * MS);
    for (const id of [1, 2]) net.compact(id, net.group(id).appliedIndex, true);
    net.heal();
    net.run(500 * MS);
    expect([net.host(3).installs, inForce(net, 3)]).toEqual([1, '12+3']);
    net.crash(3);
    net.restart(3);
    expect(inForce(net, 3)).toBe('12+3');
  });
});
