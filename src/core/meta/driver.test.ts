import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_NODE, nodeId } from '../base/ids.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { placementMoves } from '../ring/placement-moves.ts';
import { DRIVER_LIMITS } from './driver-input.ts';
import { findNode, nextNodeId, ringNodes } from './meta-state.ts';
import { disturb } from './testing/disturb.ts';
import { SimulatedCluster } from './testing/simulated-cluster.ts';

const ROUNDS_MAX = 400;

/** Whoever is up does its part, and nothing is lost. */
function quietRound(cluster: SimulatedCluster): void {
  for (const group of cluster.groups) {
    for (const voter of group.configuration.voters) if (!group.hasLeader) group.elect(voter);
    group.write(() => true);
    group.leaveJoint();
  }
  cluster.drive();
  for (const command of cluster.commands.splice(0)) cluster.propose(command);
  for (const effect of cluster.mail.splice(0)) cluster.deliver(effect);
}

describe('a cluster at rest', () => {
  test('is left alone', () => {
    const cluster = new SimulatedCluster(4, 16);
    cluster.settle(ROUNDS_MAX);
    const { commands, effects } = cluster.calmRound();
    expect([...commands, ...effects]).toEqual([]);
  });

  test('has its leaders spread', () => {
    const cluster = new SimulatedCluster(4, 16);
    cluster.settle(ROUNDS_MAX);
    const leads = ringNodes(cluster.state).map((node) => cluster.groups.filter(({ leader }) => leader === node).length);
    expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(1);
  });
});

describe('a join', () => {
  test('moves what the ring says, one replica of a shard at most, two to a node at a time', () => {
    const cluster = new SimulatedCluster(4, 32);
    cluster.settle(ROUNDS_MAX);
    const before = cluster.state;
    cluster.join();
    const ids = [1, 2, 3, 4, 5].map(nodeId);
    const [old, now] = [new HashRing(ids.slice(0, 4), 20, 32, 3), new HashRing(ids, 20, 32, 3)];
    const moves = placementMoves(old, now);
    let starts = 0;
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) {
      const { commands, effects } = cluster.calmRound();
      starts += commands.filter(({ type }) => type === 'StartMove').length;
      for (const node of ids) {
        const arriving = cluster.state.groups.filter(({ move }) => move?.to === node).length;
        expect(arriving).toBeLessThanOrEqual(DRIVER_LIMITS.movesPerReceiver);
      }
      if (commands.length === 0 && effects.length === 0) break;
    }
    cluster.checkSettled();
    // The meta group's own replicas move by the same means: the fifth node makes it one of five.
    const metaMoves = 5 - (before.groups.at(-1)?.desired.length ?? 0);
    expect(starts).toBe(moves.length + metaMoves);
    expect(cluster.groups.at(-1)?.configuration.voters).toEqual([1, 2, 3, 4, 5]);
  });

  test('that is cancelled takes nothing away', () => {
    const cluster = new SimulatedCluster(4, 16);
    cluster.settle(ROUNDS_MAX);
    cluster.join();
    for (let round = 0; round < 5; round++) cluster.calmRound();
    cluster.propose({ type: 'RemoveNode', node: nodeId(5) });
    cluster.settle(ROUNDS_MAX);
    cluster.checkSettled();
    expect(cluster.state.nodes.at(-1)).toEqual({ node: 5, state: 'left', incarnation: 1 });
  });
});

describe('a leave', () => {
  test('is over when the node has deleted all that it had', () => {
    const cluster = new SimulatedCluster(4, 16);
    cluster.settle(ROUNDS_MAX);
    expect(cluster.machine(nodeId(2)).entries.size).toBeGreaterThan(0);
    cluster.propose({ type: 'RemoveNode', node: nodeId(2) });
    cluster.settle(ROUNDS_MAX);
    cluster.checkSettled();
    expect(findNode(cluster.state, nodeId(2))?.state).toBe('left');
    expect([...cluster.machine(nodeId(2)).entries]).toEqual([]);
  });

  test('is over without that where the node does not answer', () => {
    const cluster = new SimulatedCluster(4, 4);
    cluster.settle(ROUNDS_MAX);
    cluster.propose({ type: 'RemoveNode', node: nodeId(2) });
    const isDeleting = () => cluster.state.retired.some(({ node }) => node === 2);
    for (let rounds = 0; !isDeleting() && rounds < ROUNDS_MAX; rounds++) cluster.calmRound();
    expect(findNode(cluster.state, nodeId(2))?.state).toBe('leaving');
    for (let rounds = 0; rounds < ROUNDS_MAX && findNode(cluster.state, nodeId(2))?.state === 'leaving'; rounds++) {
      cluster.machine(nodeId(2)).isUp = false;
      quietRound(cluster);
    }
    expect(findNode(cluster.state, nodeId(2))?.state).toBe('left');
  });
});

test('a shard that is lost keeps nobody from joining or leaving', () => {
  const cluster = new SimulatedCluster(7, 8);
  cluster.settle(ROUNDS_MAX);
  const given = cluster.state.groups[0]?.desired ?? [];
  const [leaving = NO_NODE, ...wiped] = given;
  for (const node of wiped) cluster.wipe(node);
  cluster.settle(ROUNDS_MAX);
  expect(cluster.state.groups[0]?.isLost).toBe(true);
  expect(cluster.state.groups.at(-1)?.isLost).toBe(false);
  const joined = nextNodeId(cluster.state);
  cluster.join();
  cluster.propose({ type: 'RemoveNode', node: leaving });
  cluster.settle(ROUNDS_MAX);
  // A ring on which the newcomer has a part of what is lost would prove nothing otherwise.
  expect(cluster.state.groups.some(({ isLost, desired }) => isLost && desired.includes(joined))).toBe(true);
  expect([joined, leaving].map((node) => findNode(cluster.state, node)?.state)).toEqual(['normal', 'left']);
  expect(cluster.state.groups[0]?.isLost).toBe(true);
});

test('a node that is dead for long is replaced, and gets other replicas when it returns', () => {
  const cluster = new SimulatedCluster(4, 16);
  cluster.settle(ROUNDS_MAX);
  const dead = cluster.machine(nodeId(2));
  const round = () => {
    dead.isUp = false;
    cluster.dead.add(nodeId(2));
    quietRound(cluster);
  };
  for (let i = 0; i < 200; i++) round();
  expect(cluster.groups.every(({ configuration }) => !configuration.voters.includes(nodeId(2)))).toBe(true);
  cluster.settle(ROUNDS_MAX);
  cluster.checkSettled();
  expect(cluster.groups.some(({ configuration }) => configuration.voters.includes(nodeId(2)))).toBe(true);
});

test('a wiped disk is replaced in place where there is no other node', () => {
  const cluster = new SimulatedCluster(3, 8);
  cluster.settle(ROUNDS_MAX);
  cluster.wipe(nodeId(3));
  cluster.settle(ROUNDS_MAX);
  cluster.checkSettled();
  expect(cluster.groups.every(({ members }) => (members.get(nodeId(3)) ?? 0) > 27)).toBe(true);
});

test('everything in flight is lost at any moment of a join or a leave: finished or rolled back', () => {
  for (let crashAt = 0; crashAt < 60; crashAt++) {
    const cluster = new SimulatedCluster(4, 4);
    cluster.settle(ROUNDS_MAX);
    cluster.join();
    for (let round = 0; round < crashAt; round++) {
      if (round === 20) cluster.propose({ type: 'RemoveNode', node: nodeId(1) });
      cluster.calmRound();
    }
    // Decided, and then nobody hears of it; what had been sent comes later than all that the next one sends.
    cluster.drive();
    const late = cluster.mail.splice(0);
    cluster.commands.length = 0;
    for (const { report, shard } of cluster.state.groups) {
      const group = cluster.group(shard);
      if (group.leader === nodeId((crashAt % 4) + 1)) group.leader = NO_NODE;
      expect(group.confVer).toBeGreaterThanOrEqual(report.confVer);
    }
    cluster.settle(ROUNDS_MAX);
    for (const effect of late) cluster.deliver(effect);
    cluster.settle(ROUNDS_MAX);
    cluster.checkSettled();
  }
});

test('any mixture of joins, leaves, kills, wipes, lost and late messages and forgetful drivers comes to rest', () => {
  const seen = new Set<string>();
  let wipes = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 6 }),
      fc.constantFrom(1, 3, 8),
      fc.array(fc.tuple(fc.nat(99), fc.nat(9999)), { minLength: 50, maxLength: 400, size: 'max' }),
      (nodes, shards, steps) => {
        const cluster = new SimulatedCluster(nodes, shards);
        for (let round = 0; round < 4; round++) cluster.calmRound();
        for (const [kind, pick] of steps) disturb(cluster, kind, pick);
        cluster.settle(ROUNDS_MAX);
        cluster.checkSettled();
        for (const stage of cluster.stages) seen.add(stage);
        wipes += [...cluster.machines.values()].filter(({ incarnation }) => incarnation > 1).length;
      },
    ),
    { numRuns: 150, seed: 20261123 },
  );
  expect([...seen].sort()).toEqual(['catchUp', 'joint', 'learner', 'leave', 'rollBack', 'transfer']);
  expect(wipes).toBeGreaterThan(20);
});
