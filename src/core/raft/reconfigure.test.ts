import { describe, expect, test } from 'vitest';
import { decodeConfiguration } from './configuration.ts';
import type { Entry } from './entry.ts';
import { MS, Network, n } from './testing/network.ts';

const began = (voters: readonly number[]) => ({ raft: { voters: voters.map(n) } });

/** The configurations in a log, as `old→new+learners`. */
const configurations = (net: Network, id: number): string[] => {
  const group = net.group(id);
  const entries = Array.from({ length: group.lastIndex }, (_, at) => group.entry(at + 1) as Entry);
  return entries
    .filter(({ kind }) => kind === 'configuration')
    .map(({ command }) => text(decodeConfiguration(command)));
};

const text = ({ voters, votersOutgoing, learners }: ReturnType<typeof decodeConfiguration>): string => {
  const old = votersOutgoing.length > 0 ? `${votersOutgoing.join('')}→` : '';
  return `${old}${voters.join('')}${learners.length > 0 ? `+${learners.join('')}` : ''}`;
};

describe('a change of voters goes through a joint configuration (dissertation §4.3)', () => {
  test('one of three is replaced without passing through four voters, and the leader leaves the joint one by itself', () => {
    const net = new Network(4, began([1, 2, 3]));
    net.elect(1);
    expect(net.reconfigure(1, [1, 2, 4])).toMatchObject({ ok: true });
    net.settle();
    net.heartbeat(1);
    net.settle();
    expect(configurations(net, 1)).toEqual(['123→124', '124']);
    expect(configurations(net, 4)).toEqual(['123→124', '124']);
    expect(net.group(4).commitIndex).toBe(net.group(1).commitIndex);
  });

  test('while joint nothing is committed without a majority of either: of the old', () => {
    const net = new Network(5, began([1, 2, 3]));
    net.elect(1);
    net.isolate(2);
    net.isolate(3);
    net.reconfigure(1, [1, 4, 5]);
    net.settle();
    expect(net.group(1).configuration.votersOutgoing).toEqual([1, 2, 3]);
    expect(net.group(1).commitIndex).toBe(1);
    net.heal();
    net.heartbeat(1);
    net.settle();
    expect(text(net.group(1).configuration)).toBe('145');
  });

  test('and of the new', () => {
    const net = new Network(5, began([1, 2, 3]));
    net.elect(1);
    net.isolate(4);
    net.isolate(5);
    net.reconfigure(1, [1, 4, 5]);
    net.settle();
    expect(net.group(2).configuration.votersOutgoing).toEqual([1, 2, 3]);
    expect(net.group(1).commitIndex).toBe(1);
  });

  test('raft bug 9: while joint, committed or not, both majorities elect: neither the old voters nor the new ones alone', () => {
    for (const away of [
      [2, 3],
      [4, 5],
    ]) {
      const net = new Network(5, began([1, 2, 3]));
      net.elect(1);
      const proposed = net.reconfigure(1, [1, 4, 5]);
      // The joint entry gets to every disk, and the leader never hears that it did.
      const { index } = proposed as { readonly index: number };
      while (net.packets.length > 0) {
        net.packets = net.packets.filter(
          ({ message }) => message.type !== 'AppendEntriesResponse' || !message.success || message.index < index,
        );
        net.deliver();
        for (let id = 1; id <= 5; id++) net.persist(id);
      }
      expect(net.group(1).commitIndex).toBeLessThan(index);
      for (const id of away) net.isolate(id);
      const term = net.group(1).currentTerm;
      const candidate = away.includes(2) ? 4 : 2;
      net.elect(candidate);
      expect([net.group(candidate).role, net.group(candidate).currentTerm]).toEqual(['precandidate', term]);
      net.heal();
      net.elect(candidate);
      // n2 leads out of the joint configuration, which it is not in any more then.
      const won = expect.objectContaining({ type: 'RoleChanged', role: 'leader' });
      expect(net.host(candidate).events).toContainEqual(won);
      expect(text(net.group(candidate).configuration)).toBe('145');
    }
  });

  test('raft bug 12: a joint configuration that a new leader does not have is truncated, and the one before it is in force again', () => {
    const net = new Network(4, began([1, 2, 3]));
    net.elect(1);
    net.isolate(1);
    net.reconfigure(1, [1, 2, 4]);
    net.settle();
    expect(net.group(1).configuration.votersOutgoing).toEqual([1, 2, 3]);
    net.elect(2);
    net.heal();
    net.run(500 * MS);
    expect(net.leader?.id).toBe(2);
    expect(text(net.group(1).configuration)).toBe('123');
    expect(net.host(1).events.filter(({ type }) => type === 'ConfigurationChanged')).toMatchObject([
      { index: 2, configuration: { votersOutgoing: [1, 2, 3] } },
      { index: 0, configuration: { votersOutgoing: [] } },
    ]);
  });

  test('a restart finds the configuration in the log', () => {
    const net = new Network(4, began([1, 2, 3]));
    net.elect(1);
    net.reconfigure(1, [1, 2, 4]);
    net.settle();
    net.crash(2);
    net.restart(2);
    expect(text(net.group(2).configuration)).toBe('124');
  });
});

describe('who leaves', () => {
  test('a leader outside C_new leads until C_new is committed, does not count itself, and then steps down (§4.2.2)', () => {
    const net = new Network(4, began([1, 2, 3]));
    net.elect(1);
    net.reconfigure(1, [2, 3, 4]);
    net.settle();
    expect(configurations(net, 2)).toEqual(['123→234', '234']);
    expect(net.group(1).role).toBe('follower');
    expect(net.host(1).events.at(-1)).toMatchObject({ type: 'RoleChanged', reason: 'left the configuration' });
    net.run(1000 * MS);
    expect([2, 3, 4]).toContain(net.leader?.id);
  });

  test('one that has left never stands for election and disturbs nobody (§4.2.3)', () => {
    const net = new Network(3);
    net.elect(1);
    net.reconfigure(1, [1, 2]);
    net.settle();
    const term = net.group(1).currentTerm;
    for (let round = 0; round < 5; round++) net.timeout(3);
    net.settle();
    expect([net.group(3).role, net.group(3).currentTerm]).toEqual(['follower', term]);
    expect(net.group(1).role).toBe('leader');
  });

  test('one that was cut off while it was removed cannot depose the leader, for it gets no pre-vote', () => {
    const net = new Network(3);
    net.elect(1);
    net.isolate(3);
    net.reconfigure(1, [1, 2]);
    net.settle();
    net.run(2000 * MS);
    net.heal();
    net.run(2000 * MS);
    expect([net.group(1).role, net.group(1).currentTerm]).toEqual(['leader', 1]);
  });

  test('one that comes back with an empty disk before it was let go begins anew: what it once held counts no more', () => {
    const net = new Network(3, { checked: false });
    net.elect(1);
    net.propose(1);
    net.settle();
    net.isolate(3);
    net.reconfigure(1, [1, 2]);
    net.settle();
    expect(net.group(1).progressOf(n(3))?.matchIndex).toBeGreaterThan(0);
    net.crash(3);
    Object.assign(net.host(3).disk, { entries: [], hardState: { currentTerm: 0, votedFor: 0, commitIndex: 0 } });
    net.host(3).appliedBefore = 0;
    net.restart(3);
    net.heal();
    net.reconfigure(1, [1, 2], [3]);
    expect(net.group(1).progressOf(n(3))?.matchIndex).toBe(0);
    net.settle();
    net.heartbeat(1);
    net.settle();
    expect(net.group(3).lastIndex).toBe(net.group(1).lastIndex);
    expect(net.group(1).progressOf(n(3))?.matchIndex).toBe(net.group(1).lastIndex);
  });

  test('a late answer of one that has left is nobody’s', () => {
    const net = new Network(3);
    net.elect(1);
    net.reconfigure(1, [1, 2]);
    net.settle();
    const { currentTerm: term } = net.group(1);
    const response = {
      type: 'AppendEntriesResponse',
      term,
      success: true,
      index: 1,
      conflictTerm: 0,
      conflictIndex: 0,
    };
    net.step(1, 3, { ...response, sentUs: 0 } as never);
    expect(net.group(1).progressOf(n(3))).toBeUndefined();
  });
});

test('one outside C_new stands as long as C_new may not be committed: only it may have what the group needs (§4.2.2)', () => {
  const net = new Network(3);
  net.elect(3);
  net.reconfigure(3, [1, 2]);
  for (let round = 0; round < 50 && net.group(3).configuration.votersOutgoing.length > 0; round++) {
    net.deliver();
    for (let id = 1; id <= 3; id++) net.persist(id);
  }
  // n3 alone has C_new, and forgets that it led.
  net.packets = [];
  net.crash(3);
  net.restart(3);
  expect([1, 2, 3].map((id) => text(net.group(id).configuration))).toEqual(['123→12', '123→12', '12']);
  net.run(3000 * MS);
  expect([1, 2]).toContain(net.leader?.id);
  expect(text(net.group(1).configuration)).toBe('12');
});

describe('learners (§4.2.1)', () => {
  test('get the log and count for nothing: they neither commit nor elect nor stand', () => {
    const net = new Network(3, began([1]));
    net.elect(1);
    expect(net.reconfigure(1, [1], [2, 3])).toMatchObject({ ok: true });
    net.settle();
    expect(configurations(net, 1)).toEqual(['1+23']);
    net.isolate(2);
    net.isolate(3);
    net.propose(1);
    net.settle();
    expect(net.group(1).commitIndex).toBe(net.group(1).lastIndex);
    net.heal();
    net.heartbeat(1);
    net.settle();
    expect(net.terms(2)).toEqual(net.terms(1));
    net.elect(2);
    expect(net.group(2).role).toBe('follower');
    // Alone, a leader needs no CheckQuorum.
    expect(net.group(1).role).toBe('leader');
  });

  test('a voter may become one, and votes until the joint configuration is left', () => {
    const net = new Network(3);
    net.elect(1);
    net.reconfigure(1, [1, 2], [3]);
    expect(text(net.group(1).configuration)).toBe('123→12+3');
    net.settle();
    expect(text(net.group(3).configuration)).toBe('12+3');
    net.isolate(2);
    net.propose(1);
    net.settle();
    expect(net.group(1).commitIndex).toBeLessThan(net.group(1).lastIndex);
  });

  test('raft bug 10: whoever is asked votes, although it is a learner as far as it knows', () => {
    const net = new Network(3, began([1, 2]));
    net.elect(1);
    net.reconfigure(1, [1, 2], [3]);
    net.settle();
    // n3 becomes a voter, and has not heard of it when it is needed: n1 is gone, and the change is on n2's disk.
    net.reconfigure(1, [1, 2, 3]);
    net.packets = net.packets.filter(({ to }) => to === 2);
    net.deliver();
    for (const id of [1, 2]) net.persist(id);
    expect([2, 3].map((id) => text(net.group(id).configuration))).toEqual(['12→123', '12+3']);
    net.isolate(1);
    net.packets = [];
    const request = { type: 'RequestVote', term: 2, preVote: false, transfer: false } as const;
    net.nowUs += 300 * MS;
    net.step(3, 2, { ...request, lastLogIndex: net.group(2).lastIndex, lastLogTerm: 1 });
    net.persist(3);
    expect(net.packets).toMatchObject([{ from: 3, to: 2, message: { term: 2, voteGranted: true } }]);
  });

  test('leadership is not handed to one', () => {
    const net = new Network(3);
    net.elect(1);
    net.reconfigure(1, [1, 2], [3]);
    net.settle();
    net.transfer(1, 3);
    expect(net.group(1).transferee).toBe(0);
  });
});

describe('what is refused', () => {
  test('a second change while one is under way, and any by others than the leader', () => {
    const net = new Network(4, began([1, 2, 3]));
    net.elect(1);
    expect(net.reconfigure(2, [1, 2])).toEqual({ ok: false, code: 'NotLeader' });
    expect(net.reconfigure(1, [1, 2, 4])).toMatchObject({ ok: true });
    expect(net.reconfigure(1, [1, 2])).toEqual({ ok: false, code: 'ConfigurationPending' });
    net.settle();
    expect(net.reconfigure(1, [1, 2])).toMatchObject({ ok: true });
  });

  test('raft bug 8: a change before an entry of the leader’s own term is committed: an older one may be under way that it does not know of', () => {
    const net = new Network(3);
    net.timeout(1);
    net.deliver();
    net.deliver();
    while (net.packets.some(({ to }) => to === 1)) net.deliver(net.packets.findIndex(({ to }) => to === 1));
    net.persist(1);
    for (let round = 0; round < 20 && net.group(1).role !== 'leader'; round++) {
      net.deliver();
      for (let id = 1; id <= 3; id++) net.persist(id);
    }
    expect([net.group(1).role, net.group(1).commitIndex]).toEqual(['leader', 0]);
    expect(net.reconfigure(1, [1, 2])).toEqual({ ok: false, code: 'ConfigurationPending' });
  });

  test('no voters, one named twice, and what is so already', () => {
    const net = new Network(3);
    net.elect(1);
    const why = (voters: number[], learners: number[] = []) => {
      const refused = net.reconfigure(1, voters, learners);
      return refused.ok || refused.code !== 'InvalidConfiguration' ? refused : refused.why;
    };
    expect(why([])).toBe('a group needs at least one voter');
    expect(why([1, 2], [2])).toBe('n2 is named twice');
    expect(why([3, 2, 1])).toBe('the group has this configuration already');
  });
});

test('a lease counts the promises of both configurations', () => {
  const net = new Network(5, began([1, 2, 3]));
  net.elect(1);
  net.heartbeat(1);
  net.settle();
  expect(net.leaseRead(1)).toBe(true);
  net.isolate(4);
  net.isolate(5);
  net.reconfigure(1, [1, 4, 5]);
  expect(net.leaseRead(1)).toBe(false);
  net.heal();
  net.heartbeat(1);
  net.settle();
  net.heartbeat(1);
  net.settle();
  expect(net.leaseRead(1)).toBe(true);
});
