import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId } from '../base/ids.ts';
import { applyMeta } from './apply.ts';
import { lostByWipe } from './lost-groups.ts';
import { findNode, META_GROUP, nextNodeId, ringNodes } from './meta-state.ts';
import { Script } from './testing/script.ts';

const N2 = nodeId(2);
const N5 = nodeId(5);

describe('a node that joins', () => {
  test('is on the ring at once, and normal only when all its replicas vote', () => {
    const script = new Script({ shards: 1, nodes: 3 });
    const { ringEpoch } = script.state;
    expect(script.say({ type: 'JoinNode', node: nodeId(4) })).toBeUndefined();
    expect(script.state.ringEpoch).toBe(ringEpoch + 1);
    expect(ringNodes(script.state)).toEqual([1, 2, 3, 4]);
    const wants = script.state.groups.some(({ desired }) => desired.includes(nodeId(4)));
    expect(script.say({ type: 'CompleteJoin', node: nodeId(4) })).toBe(wants ? 'NotSettled' : undefined);
  });

  test('membership bug 45: joins that are seen in another order make the same ring', () => {
    const [a, b] = [new Script({ nodes: 3, shards: 64 }), new Script({ nodes: 3, shards: 64 })];
    for (const node of [4, 5]) a.say({ type: 'JoinNode', node: nodeId(node) });
    for (const node of [5, 4]) b.say({ type: 'JoinNode', node: nodeId(node) });
    expect(a.state.groups.slice(0, -1).map(({ desired }) => desired)).toEqual(
      b.state.groups.slice(0, -1).map(({ desired }) => desired),
    );
  });

  test('is refused under a number that is taken, or was', () => {
    const script = new Script();
    expect(script.say({ type: 'JoinNode', node: N2 })).toBe('KnownNode');
    expect(nextNodeId(script.state)).toBe(5);
  });
});

describe('REMOVE', () => {
  test('is refused in words where too few nodes would be left', () => {
    const { state } = new Script({ nodes: 3 });
    const { refusal } = applyMeta(state, { type: 'RemoveNode', node: N2 });
    expect(refusal).toEqual({ code: 'TooFewNodes', text: 'REMOVE n2: 3 nodes are the minimum for RF 3' });
  });

  test('counts the nodes on the ring, not those that were', () => {
    const script = new Script({ nodes: 4 });
    expect(script.say({ type: 'RemoveNode', node: nodeId(1) })).toBeUndefined();
    expect(script.say({ type: 'RemoveNode', node: N2 })).toBe('TooFewNodes');
    expect(script.say({ type: 'RemoveNode', node: nodeId(1) })).toBe('WrongState');
  });

  test('takes the node off the ring; it goes when nothing is left on it', () => {
    const script = new Script({ nodes: 4, shards: 1 });
    script.say({ type: 'RemoveNode', node: N2 });
    expect(script.state.groups.every(({ desired }) => !desired.includes(N2))).toBe(true);
    expect(script.say({ type: 'CompleteLeave', node: N2 })).toBe('NotSettled');
    expect(script.say({ type: 'ReturnNode', node: N2, incarnation: 1 })).toBeUndefined();
    expect(findNode(script.state, N2)?.state).toBe('normal');
  });

  test('membership bug 33: a node that has left never comes back under its id', () => {
    const script = new Script({ nodes: 9, shards: 1 });
    const { groups } = script.state;
    const isIdle = (node: NodeId): boolean => groups.every(({ desired }) => !desired.includes(node));
    const node = must(ringNodes(script.state).find(isIdle), 'two groups have 8 replicas');
    script.say({ type: 'RemoveNode', node });
    expect(script.say({ type: 'CompleteLeave', node })).toBeUndefined();
    expect(script.say({ type: 'JoinNode', node })).toBe('KnownNode');
    expect(script.say({ type: 'ReturnNode', node, incarnation: 1 })).toBe('WrongState');
    expect(script.say({ type: 'ReplaceBlank', node, incarnation: 2, force: true })).toBe('WrongState');
    expect(findNode(script.state, node)?.state).toBe('left');
  });
});

describe('a node that is down', () => {
  test('is off the ring until it returns with its disk', () => {
    const script = new Script();
    expect(script.say({ type: 'MarkDown', node: N2, incarnation: 1 })).toBeUndefined();
    expect(ringNodes(script.state)).toEqual([1, 3, 4]);
    expect(script.say({ type: 'MarkDown', node: N2, incarnation: 1 })).toBe('WrongState');
    expect(script.say({ type: 'ReturnNode', node: N2, incarnation: 1 })).toBeUndefined();
    expect(ringNodes(script.state)).toEqual([1, 2, 3, 4]);
  });

  test('keeps its replicas where nobody could take them', () => {
    const { state } = new Script({ nodes: 3 });
    const { refusal } = applyMeta(state, { type: 'MarkDown', node: N2, incarnation: 1 });
    expect(refusal?.text).toBe('n2 keeps its replicas although it is down: 3 nodes are the minimum for RF 3');
  });

  test('that comes with another disk is not mistaken for its former self', () => {
    const script = new Script();
    script.say({ type: 'MarkDown', node: N2, incarnation: 1 });
    expect(script.say({ type: 'ReplaceBlank', node: N2, incarnation: 2, force: false })).toBeUndefined();
    expect(findNode(script.state, N2)).toEqual({ node: 2, state: 'normal', incarnation: 2 });
    expect(script.say({ type: 'ReplaceBlank', node: N2, incarnation: 2, force: false })).toBe('WrongIncarnation');
    expect(script.say({ type: 'MarkDown', node: N2, incarnation: 1 })).toBe('WrongIncarnation');
    expect(script.say({ type: 'ReturnNode', node: N2, incarnation: 1 })).toBe('WrongIncarnation');
  });
});

describe('WIPE', () => {
  test('of one replica leaves a majority; of a second one does not, and is refused with the shards named', () => {
    const script = new Script({ nodes: 3, shards: 2 });
    expect(lostByWipe(script.state, N2)).toEqual([]);
    expect(script.say({ type: 'ReplaceBlank', node: N2, incarnation: 2, force: false })).toBeUndefined();
    expect(lostByWipe(script.state, nodeId(1))).toEqual([0, 1, META_GROUP]);
    const wipe = { type: 'ReplaceBlank', node: nodeId(1), incarnation: 2, force: false } as const;
    expect(applyMeta(script.state, wipe).refusal).toEqual({
      code: 'WouldLoseShard',
      text: 'WIPE n1: no majority of s0, s1, meta would be left; force=yes gives them up',
    });
    expect(script.say({ ...wipe, force: true })).toBeUndefined();
    expect(script.state.groups.every(({ isLost }) => isLost)).toBe(true);
  });

  test('of a learner is refused where another of the voters to come lost its disk, from catch-up on', () => {
    for (const until of ['catchUp', 'transfer', 'joint'] as const) {
      const script = new Script({ nodes: 4 });
      const { shard, from } = script.catchingUp();
      const staying = must(
        script.group(shard).report.configuration.voters.find((node) => node !== from),
        'three voters',
      );
      if (until !== 'catchUp') script.verify(shard);
      if (until === 'joint') script.handOver(shard, staying);
      expect(script.group(shard).move?.stage).toBe(until);
      expect(script.say({ type: 'ReplaceBlank', node: staying, incarnation: 2, force: false })).toBeUndefined();
      expect(lostByWipe(script.state, N5)).toContain(shard);
      expect(script.say({ type: 'ReplaceBlank', node: N5, incarnation: 2, force: false })).toBe('WouldLoseShard');
    }
  });

  test('of a learner that catches up takes its move back', () => {
    const script = new Script({ nodes: 4 });
    const { shard } = script.catchingUp();
    expect(script.group(shard).move?.stage).toBe('catchUp');
    script.say({ type: 'ReplaceBlank', node: N5, incarnation: 2, force: false });
    expect(script.group(shard).move?.stage).toBe('rollBack');
  });
});

test('CONFIG vnodes= is another ring of the same nodes', () => {
  const script = new Script({ shards: 64, nodes: 5 });
  const before = script.state.groups.map(({ desired }) => desired.join());
  expect(script.say({ type: 'SetVnodes', vnodes: 1 })).toBeUndefined();
  expect(script.state.groups.map(({ desired }) => desired.join())).not.toEqual(before);
  expect(script.say({ type: 'SetVnodes', vnodes: 1 })).toBe('InvalidSetting');
  expect(script.say({ type: 'SetVnodes', vnodes: 0 })).toBe('InvalidSetting');
});

test('keyspaces have names of their own', () => {
  const script = new Script();
  const command = { type: 'CreateKeyspace', name: 'carts', consistency: 'eventual' } as const;
  expect(script.say(command)).toBeUndefined();
  expect(script.say(command)).toBe('InvalidSetting');
  expect(script.say({ ...command, name: 'Carts!' })).toBe('InvalidSetting');
  expect(script.state.keyspaces.map(({ name }) => name)).toEqual(['default', 'carts']);
});
