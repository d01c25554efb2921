import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { runInProcess } from './run.ts';
import { drawSchedule } from './schedule.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;
const MS = 1000;

const reconfigure = (voters: readonly number[], learners: readonly number[], shard = 0): Action => ({
  type: 'Reconfigure',
  shard: shardId(shard),
  voters: voters.map(nodeId),
  learners: learners.map(nodeId),
});

function started(nodes = 3): { hand: WorldByHand; leader: number; others: readonly number[] } {
  const hand = new WorldByHand(7, { ...CLASSROOM, nodes, shards: 1 });
  hand.run(2 * SECOND);
  const leader = leaderOf(hand);
  return { hand, leader, others: numbers(hand, 'replicas').filter((node) => node !== leader) };
}

const shardOf = (hand: WorldByHand) => {
  const [shard] = hand.world.snapshot().shards;
  if (shard === undefined) throw new Error('there is one shard');
  return shard;
};
const leaderOf = (hand: WorldByHand): number => Number(shardOf(hand).leader?.slice(1) ?? 0);
const numbers = (hand: WorldByHand, what: 'replicas' | 'voters' | 'votersOutgoing' | 'learners'): readonly number[] =>
  shardOf(hand)
    [what].map((name) => Number(name.slice(1)))
    .sort();

/** Runs until the operation is complete. */
function complete(hand: WorldByHand, action: Action): ActionResult | undefined {
  const { world } = hand;
  const handle = world.act({ ...world.placeFor(world.nowUs), action });
  for (let i = 0; i < 5000 && handle.result === undefined; i++) hand.run(world.nowUs + MS);
  return handle.result;
}

const of = <T extends TraceEvent['type']>(hand: WorldByHand, type: T) =>
  hand.seen.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);

const ordered = (...nodes: readonly number[]): readonly number[] => [...nodes].sort();

describe('VOTERS', () => {
  test('a follower becomes a learner, through a joint configuration that the leader leaves by itself, and a voter again', () => {
    const { hand, leader, others } = started();
    const [a = 0, b = 0] = others;
    expect(hand.act(reconfigure([leader, a], [b]))).toMatchObject({ type: 'Applied' });
    expect(numbers(hand, 'votersOutgoing')).toEqual([1, 2, 3]);
    expect(numbers(hand, 'voters')).toEqual(ordered(leader, a));
    hand.run(hand.world.nowUs + SECOND);
    expect([numbers(hand, 'votersOutgoing'), numbers(hand, 'learners')]).toEqual([[], [b]]);
    expect(hand.act({ type: 'Transfer', shard: shardId(0), to: nodeId(b) })).toMatchObject({
      code: 'NotAVoter',
      text: expect.stringContaining(`n${b} is a learner of s0`),
    });
    // All three have it, and two of two voters count.
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok', voters: 2 } });
    hand.run(hand.world.nowUs + SECOND);
    const applied = new Set(of(hand, 'EntryApplied').map(({ node, index }) => `${node}/${index}`));
    const last = Math.max(...of(hand, 'EntryApplied').map(({ index }) => index));
    expect([1, 2, 3].every((node) => applied.has(`${node}/${last}`))).toBe(true);
    expect(hand.act(reconfigure([1, 2, 3], []))).toMatchObject({ type: 'Applied' });
    hand.run(hand.world.nowUs + SECOND);
    expect([numbers(hand, 'voters'), numbers(hand, 'learners')]).toEqual([[1, 2, 3], []]);
    expect(leaderOf(hand)).toBe(leader);
    expect(hand.world.violations).toEqual([]);
    const saved = hand.saveAt(hand.world.nowUs + SECOND);
    expect(runInProcess(saved.header, saved.actions, saved.endUs).digest).toBe(saved.digest);
  });

  test('with one of two voters down nothing is committed, whatever a learner holds', () => {
    const { hand, leader, others } = started();
    const [a = 0, b = 0] = others;
    hand.act(reconfigure([leader, a], [b]));
    hand.run(hand.world.nowUs + SECOND);
    hand.act({ type: 'Kill', node: nodeId(a) });
    expect(complete(hand, put('k'))).not.toMatchObject({ outcome: { status: 'ok' } });
    hand.act({ type: 'Revive', node: nodeId(a) });
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok' } });
  });

  test('a learner never stands, also where no voter is left', () => {
    const { hand, leader, others } = started();
    hand.act(reconfigure([leader], others));
    hand.run(hand.world.nowUs + SECOND);
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok', acks: 1, voters: 1 } });
    const { nowUs } = hand.world;
    hand.act({ type: 'Kill', node: nodeId(leader) });
    hand.run(nowUs + 5 * SECOND);
    const stood = of(hand, 'RoleChanged').filter(({ timeUs, role }) => timeUs > nowUs && role !== 'follower');
    expect(stood).toEqual([]);
    hand.act({ type: 'Revive', node: nodeId(leader) });
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(leaderOf(hand)).toBe(leader);
    expect(hand.world.violations).toEqual([]);
  });

  test('a leader that is to learn hands over: the next one leads within a few round trips', () => {
    const { hand, leader, others } = started();
    const { nowUs } = hand.world;
    expect(hand.act(reconfigure(others, [leader]))).toMatchObject({ type: 'Applied' });
    hand.run(nowUs + SECOND);
    const left = of(hand, 'RoleChanged').find(({ reason }) => reason === 'left the configuration');
    expect(left).toMatchObject({ node: leader, role: 'follower' });
    const next = of(hand, 'RoleChanged').find(({ timeUs, role }) => timeUs > nowUs && role === 'leader');
    expect(others).toContain(next?.node);
    expect((next?.timeUs ?? 0) - (left?.timeUs ?? 0)).toBeLessThan(100 * MS);
    const get: Action = {
      type: 'Operate',
      client: 'client',
      operation: { type: 'Get', key: encodeUtf8('k') },
      options: { timeoutUs: SECOND, via: undefined },
    };
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok', node: next?.node } });
    expect(complete(hand, get)).toMatchObject({ outcome: { status: 'ok', node: next?.node } });
    expect(hand.world.violations).toEqual([]);
  });

  test('refusals say what is wrong, and change nothing', () => {
    const { hand, leader, others } = started(4);
    const [a = 0, b = 0] = others;
    const stranger = [1, 2, 3, 4].find((node) => node !== leader && !others.includes(node)) ?? 0;
    expect(hand.act(reconfigure([9], [1, 2, 3]))).toMatchObject({ code: 'UnknownNode' });
    expect(hand.act(reconfigure([leader], others, 5))).toMatchObject({ code: 'UnknownShard' });
    expect(hand.act(reconfigure([leader, stranger], others))).toMatchObject({
      code: 'NoReplica',
      text: expect.stringContaining(`n${stranger} holds no copy of s0`),
    });
    expect(hand.act(reconfigure([leader, a], []))).toMatchObject({
      code: 'BadArgument',
      text: expect.stringContaining(`n${b} holds a copy of s0`),
    });
    expect(hand.act(reconfigure([], [leader, a, b]))).toMatchObject({ code: 'InvalidConfiguration' });
    expect(hand.act(reconfigure([leader, a, b], []))).toMatchObject({
      code: 'InvalidConfiguration',
      text: 'the group has this configuration already',
    });
    expect(of(hand, 'ConfigurationChanged')).toEqual([]);
    hand.act(reconfigure([leader, a], [b]));
    expect(hand.act(reconfigure([leader, b], [a]))).toMatchObject({ code: 'ConfigurationPending' });
    hand.run(hand.world.nowUs + SECOND);
    hand.act({ type: 'Kill', node: nodeId(b) });
    hand.run(hand.world.nowUs + SECOND);
    expect(hand.act(reconfigure([b], [leader, a]))).toMatchObject({
      code: 'QuorumUnreachable',
      text: `no majority of n${b} answers the leader of s0: with these voters it could commit nothing`,
    });
    hand.act({ type: 'Kill', node: nodeId(leader) });
    expect(hand.act(reconfigure([a, b], [leader]))).toMatchObject({ code: 'NoLeader' });
  });
});

test('in drawn runs every change is undone when the calm has come', () => {
  for (const seed of [1, 2, 3]) {
    const durationUs = 20 * SECOND;
    const faults = new Set(['reconfigure', 'kill', 'partition'] as const);
    const options = { seed, nodes: 3, shards: 4, durationUs, operationsPerSecond: 5, faults };
    const hand = new WorldByHand(seed, { ...CLASSROOM, nodes: 3, shards: 4 });
    for (const timed of drawSchedule(options)) hand.world.act(timed);
    hand.run(durationUs);
    expect(of(hand, 'ConfigurationChanged').length).toBeGreaterThan(10);
    for (const { voters, votersOutgoing } of hand.world.snapshot().shards)
      expect([[...voters].sort(), votersOutgoing]).toEqual([['n1', 'n2', 'n3'], []]);
    expect(hand.world.violations).toEqual([]);
  }
});
