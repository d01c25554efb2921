import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { createRandomStream } from '../base/random.ts';
import { type EndpointState, isNewer } from './endpoint-state.ts';
import { Membership } from './membership.ts';
import type { MembershipEvent } from './membership-event.ts';
import { GossipCluster, LIMITS, MS } from './testing/gossip-cluster.ts';

const SECOND = 1000 * MS;
const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];

/** n1 alone, with its reports. */
function observer(incarnation = 1) {
  const events: MembershipEvent[] = [];
  const random = createRandomStream(1, 'gossip', 'n1', 0);
  const init = { id: N1, incarnation, nodes: [N1, N2, N3], nowUs: 0 };
  const member = new Membership(LIMITS, init, random, (event) => void events.push(event));
  return { member, events };
}

const state = (node: number, incarnation: number, version: number, rest: Partial<EndpointState> = {}) => ({
  ...{ node: nodeId(node), incarnation, version, left: false, ringEpoch: 0, ageMs: 0 },
  ...rest,
});
const syn = (...states: readonly ReturnType<typeof state>[]) => ({ type: 'GossipSyn' as const, states });

describe('a round', () => {
  test('goes to so many different live peers, each of them in its turn', () => {
    const cluster = new GossipCluster(9, 1);
    cluster.run(60 * SECOND);
    const rounds = cluster.events.flatMap((event) =>
      event.type === 'GossipSent' && event.observer === 1 ? [event] : [],
    );
    expect(rounds.length).toBeGreaterThan(200);
    expect(rounds.every(({ to }) => to.length === 2 && to[0] !== to[1] && !to.includes(N1))).toBe(true);
    expect(rounds.map(({ version }) => version)).toEqual(rounds.map((_, i) => i + 1));
    const counts = cluster.ids.slice(1).map((id) => rounds.filter(({ to }) => to.includes(id)).length);
    // 240 rounds × 2 of 8: 60 ± 5 sd of binomial(240, 1/4).
    for (const count of counts) expect(Math.abs(count - 60)).toBeLessThan(34);
  });

  test('now and then tries a peer of which nothing is heard', () => {
    const cluster = new GossipCluster(3, 2);
    cluster.run(10 * SECOND);
    cluster.kill(3);
    cluster.run(50 * SECOND);
    const after = cluster.events.flatMap((event) =>
      event.type === 'GossipSent' && event.observer === 1 && event.timeUs > 20 * SECOND ? [event] : [],
    );
    expect(after.every(({ to }) => !to.includes(N3))).toBe(true);
    const probes = after.filter(({ probed }) => probed === N3).length;
    // One is gone, one lives: every second round.
    expect(probes).toBeGreaterThan(after.length * 0.3);
    expect(probes).toBeLessThan(after.length * 0.7);
  });

  test('a node that is alone says nothing, ever', () => {
    const random = createRandomStream(1, 'gossip', 'n1', 0);
    const alone = new Membership(LIMITS, { id: N1, incarnation: 1, nodes: [N1], nowUs: 0 }, random, () => {});
    expect(alone.nextTickUs).toBe(Number.POSITIVE_INFINITY);
  });

  test('the answer holds what the sender did not know, and only that', () => {
    const { member } = observer();
    member.receive(0, N2, syn(state(2, 1, 7), state(3, 1, 9)));
    member.tick(SECOND / 2);
    const answer = member.receive(SECOND, N2, syn(state(2, 1, 8), state(3, 1, 4)));
    expect(answer).toEqual({ type: 'GossipAck', states: [state(1, 1, 1), { ...state(3, 1, 9), ageMs: 1000 }] });
    expect(member.receive(SECOND, N2, syn(state(1, 1, 1), state(2, 1, 8), state(3, 1, 9)))).toBeUndefined();
  });

  test('the highest epoch of the ring travels as a hint, and does not fall', () => {
    const cluster = new GossipCluster(5, 3);
    cluster.node(2).sawRingEpoch(4);
    cluster.node(2).sawRingEpoch(3);
    cluster.run(5 * SECOND);
    expect([1, 3, 4, 5].map((id) => cluster.node(id).stateOf(N2)?.ringEpoch)).toEqual([4, 4, 4, 4]);
  });
});

describe('rumours', () => {
  test.each([2, 3, 5, 9, 12, 64])('a new heartbeat reaches all of %i nodes in O(log N) rounds', (count) => {
    for (let seed = 1; seed <= (count > 12 ? 3 : 10); seed++) {
      const cluster = new GossipCluster(count, seed);
      cluster.run(5 * SECOND);
      // A word that only n1 knows, told first with its next heartbeat.
      cluster.node(1).sawRingEpoch(9);
      const know = () =>
        [...cluster.nodes.values()].filter((node) => node === cluster.node(1) || node.stateOf(N1)?.ringEpoch === 9);
      let rounds = 0;
      for (; know().length < count && rounds < 100; rounds++) cluster.run(250 * MS);
      // Push–pull with two peers: those who know it grow about fivefold a round, and the last few ask for it themselves.
      expect(rounds, `seed ${seed}`).toBeLessThanOrEqual(3 + Math.ceil(Math.log2(count)));
    }
  });

  test('the newest state wins in whatever order states are told, once or several times', () => {
    const told = fc.record({
      incarnation: fc.integer({ min: 1, max: 3 }),
      version: fc.integer({ min: 1, max: 5 }),
      left: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 12 }), (all) => {
        const { member } = observer();
        const states = all.map(({ incarnation, version, left }) => state(2, incarnation, version, { left }));
        states.forEach((each, i) => void member.receive(i * MS, N3, syn(each)));
        const held = member.stateOf(N2) as EndpointState;
        expect(states.some((each) => isNewer(each, held))).toBe(false);
        expect(held.left).toBe(states.some(({ left }) => left));
        expect(
          states.some(
            ({ incarnation, version, left }) =>
              incarnation === held.incarnation && version === held.version && left === held.left,
          ),
        ).toBe(true);
      }),
    );
  });

  test('states of a node are in an order, and what is not before or after another says the same, or that it was removed', () => {
    const any = fc.record({ incarnation: fc.nat(2), version: fc.nat(2), left: fc.boolean() });
    const of = (each: { incarnation: number; version: number; left: boolean }) =>
      state(2, each.incarnation, each.version, each);
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(isNewer(of(a), of(b)) && isNewer(of(b), of(a))).toBe(false);
        if (isNewer(of(a), of(b)) && isNewer(of(b), of(c))) expect(isNewer(of(a), of(c))).toBe(true);
        const isTie = !isNewer(of(a), of(b)) && !isNewer(of(b), of(a));
        expect(isTie).toBe((a.left && b.left) || JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe('a node that comes back', () => {
  test('gossip bug 44: a later incarnation wins over any version of an earlier one, and is measured anew', () => {
    const cluster = new GossipCluster(3, 4);
    cluster.run(30 * SECOND);
    cluster.kill(2);
    cluster.run(SECOND);
    cluster.start(N2, 2);
    cluster.run(SECOND);
    expect(cluster.node(1).stateOf(N2)).toMatchObject({ incarnation: 2 });
    expect(cluster.node(1).stateOf(N2)?.version).toBeLessThan(10);
    expect(cluster.suspicionsOf(2)).toEqual([]);
    const heard = cluster.events.flatMap((event) =>
      event.type === 'GossipMerged'
        ? event.heard.filter(({ subject, incarnation }) => subject === 2 && incarnation === 2)
        : [],
    );
    expect(heard[0]?.meanUs).toBe(500 * MS);
  });

  test('gossip bug 44: one that counts from 0 again under its old incarnation goes on behind what others remember', () => {
    const cluster = new GossipCluster(3, 5);
    cluster.run(30 * SECOND);
    const before = cluster.node(1).stateOf(N2)?.version ?? 0;
    expect(before).toBeGreaterThan(100);
    cluster.kill(2);
    cluster.start(N2, 1);
    cluster.run(10 * SECOND);
    expect(cluster.node(1).stateOf(N2)?.version).toBeGreaterThan(before);
    expect(cluster.suspicionsOf(2)).toEqual([]);
  });

  test('gossip bug 44: one that has lost its boot number is not taken for its former self', () => {
    const cluster = new GossipCluster(3, 6);
    cluster.kill(2);
    cluster.start(N2, 7);
    cluster.run(10 * SECOND);
    cluster.kill(2);
    cluster.start(N2, 1);
    cluster.run(10 * SECOND);
    expect(cluster.node(1).stateOf(N2)).toMatchObject({ incarnation: 8 });
    expect(cluster.suspicionsOf(2)).toEqual([]);
  });

  test('gossip bug 53: what is told of an earlier life changes nothing of the new one', () => {
    const { member } = observer();
    member.receive(0, N2, syn(state(2, 2, 1)));
    member.receive(MS, N3, syn(state(2, 1, 99)));
    expect(member.stateOf(N2)).toMatchObject({ incarnation: 2, version: 1, left: false });
  });
});

describe('a node that was removed', () => {
  test('gossip bug 43: the word reaches all, and no old heartbeat brings it back, whoever tells it and however late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 3, max: 9 }), (seed, count) => {
        const cluster = new GossipCluster(count, seed, { heartbeatTtlUs: 5 * SECOND });
        const last = count;
        cluster.run(3 * SECOND);
        // n1 hears nothing from here on, and goes on believing in it.
        cluster.loses = (from, to) => from === 1 || to === 1;
        const zombie = state(last, 1, cluster.node(1).stateOf(nodeId(last))?.version ?? 1);
        cluster.kill(last);
        cluster.node(2).remove(cluster.nowUs, nodeId(last));
        cluster.run(3 * SECOND);
        for (let id = 2; id < last; id++) expect(cluster.node(id).stateOf(nodeId(last))).toMatchObject({ left: true });
        cluster.run(20 * SECOND);
        cluster.loses = () => false;
        cluster.deliver(N1, N2, syn(zombie));
        cluster.run(5 * SECOND);
        for (let id = 2; id < last; id++) expect(cluster.node(id).stateOf(nodeId(last))).toBeUndefined();
        for (let id = 1; id < last; id++) {
          const listed = cluster.node(id).stateOf(nodeId(last));
          expect(listed === undefined || listed.left).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('gossip bug 43: an old heartbeat does not become young by being passed on, so it dies out where nobody removes anything', () => {
    const cluster = new GossipCluster(4, 8, { heartbeatTtlUs: 10 * SECOND });
    cluster.run(5 * SECOND);
    cluster.kill(4);
    // Nodes that know nothing learn of it from the others, again and again.
    for (let incarnation = 2; incarnation < 12; incarnation++) {
      cluster.run(4 * SECOND);
      const id = nodeId(1 + (incarnation % 3));
      cluster.start(id, incarnation);
    }
    cluster.run(SECOND);
    for (const id of [1, 2, 3]) expect(cluster.node(id).stateOf(nodeId(4))).toBeUndefined();
    const lastHeard = cluster.events.findLast(
      (event) => event.type === 'GossipMerged' && event.heard.some(({ subject }) => subject === 4),
    );
    expect(lastHeard?.timeUs).toBeLessThan(16 * SECOND);
  });

  test('gossip bug 43: whoever went on hearing it, cut off from the others, is told when he speaks of it, however much later', () => {
    const cluster = new GossipCluster(4, 10, { heartbeatTtlUs: 5 * SECOND });
    cluster.run(3 * SECOND);
    const isCutOff = (id: number) => id === 1 || id === 4;
    cluster.loses = (from, to) => isCutOff(from) !== isCutOff(to);
    cluster.node(2).remove(cluster.nowUs, nodeId(4));
    cluster.run(30 * SECOND);
    // The others have stopped telling of it.
    expect(cluster.node(3).stateOf(nodeId(4))).toBeUndefined();
    expect(cluster.node(1).stateOf(nodeId(4))).toMatchObject({ left: false });
    cluster.loses = () => false;
    cluster.run(5 * SECOND);
    expect(cluster.node(4).self.left).toBe(true);
    // The word is older than the time to live: known, and told no further.
    expect(cluster.node(1).stateOf(nodeId(4))).toBeUndefined();
    expect(cluster.events.at(-1)?.timeUs).toBeGreaterThan(36 * SECOND);
    expect(cluster.events.findLast((event) => event.type === 'DepartureHeard')).toMatchObject({
      observer: 1,
      subject: 4,
    });
  });

  test('gossip bug 43: a heartbeat older than its time to live is taken from nobody', () => {
    const { member, events } = observer();
    const ttlMs = LIMITS.heartbeatTtlUs / MS;
    member.receive(0, N2, syn({ ...state(3, 1, 5), ageMs: ttlMs + 1 }));
    expect([member.stateOf(N3), events]).toEqual([undefined, []]);
    member.receive(0, N2, syn({ ...state(3, 1, 5), ageMs: ttlMs }));
    expect(member.stateOf(N3)).toMatchObject({ version: 5 });
  });

  test('gossip bug 33: it falls silent when it hears of it, and no later life of it comes back', () => {
    const cluster = new GossipCluster(3, 9);
    cluster.run(5 * SECOND);
    cluster.node(1).remove(cluster.nowUs, N3);
    cluster.run(5 * SECOND);
    expect(cluster.node(3).self.left).toBe(true);
    expect(cluster.node(3).tick(cluster.nowUs)).toEqual([]);
    expect(cluster.node(3).receive(cluster.nowUs, N1, syn())).toBeUndefined();
    expect(cluster.node(2).stateOf(N3)).toMatchObject({ left: true, incarnation: 1 });
    const toldBefore = cluster.events.length;
    cluster.kill(3);
    cluster.start(N3, 2);
    cluster.run(5 * SECOND);
    expect([1, 2].map((id) => cluster.node(id).stateOf(N3)?.left)).toEqual([true, true]);
    expect(cluster.node(3).self.left).toBe(true);
    const since = cluster.events.slice(toldBefore);
    expect(
      since.some((event) => event.type === 'GossipMerged' && event.heard.some(({ subject }) => subject === 3)),
    ).toBe(false);
    expect(since.filter((event) => event.type === 'DepartureHeard' && event.observer !== 3)).toEqual([]);
    expect(since.filter((event) => event.type === 'GossipSent' && event.observer === 3).length).toBeLessThan(4);
  });

  test('one that nobody has heard of can be removed too', () => {
    const { member, events } = observer();
    member.remove(0, N3);
    expect(events).toEqual([{ type: 'DepartureHeard', subject: 3, incarnation: 0 }]);
  });
});
