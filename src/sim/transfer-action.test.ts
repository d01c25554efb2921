import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { LeaderGround } from '../core/node/message.ts';
import { runInProcess } from './run.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;
const MS = 1000;
const transfer = (to: number, shard = 0): Action => ({ type: 'Transfer', shard: shardId(shard), to: nodeId(to) });
const get = (key: string, read: LeaderGround, via?: number): Action => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Get', key: encodeUtf8(key), read },
  options: { timeoutUs: SECOND, via: via === undefined ? undefined : nodeId(via) },
});

function started(nodes = 3): { hand: WorldByHand; leader: number; others: readonly number[] } {
  const hand = new WorldByHand(7, { ...CLASSROOM, nodes, shards: 1 });
  hand.run(2 * SECOND);
  const leader = leaderOf(hand);
  const replicas = hand.world.snapshot().shards[0]?.replicas ?? [];
  return { hand, leader, others: replicas.map((name) => Number(name.slice(1))).filter((node) => node !== leader) };
}

const leaderOf = (hand: WorldByHand): number => Number(hand.world.snapshot().shards[0]?.leader?.slice(1) ?? 0);

/** Runs until the operation is complete. */
function complete(hand: WorldByHand, action: Action): ActionResult | undefined {
  const { world } = hand;
  const handle = world.act({ ...world.placeFor(world.nowUs), action });
  for (let i = 0; i < 5000 && handle.result === undefined; i++) hand.run(world.nowUs + MS);
  return handle.result;
}

const of = <T extends TraceEvent['type']>(hand: WorldByHand, type: T) =>
  hand.seen.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);

describe('TRANSFER', () => {
  test('the target leads within a few round trips, long before an election timeout; a write meanwhile waits and succeeds', () => {
    const { hand, leader, others } = started();
    const [to = 0] = others;
    const { nowUs } = hand.world;
    expect(hand.act(transfer(to))).toMatchObject({ type: 'Applied' });
    // With a session of its own this is a write like any other; without one, its registration is refused first.
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok', node: to } });
    expect(of(hand, 'RequestAnswered').map(({ node, outcome }) => [node, outcome])).toContainEqual([
      leader,
      'TransferUnderWay',
    ]);
    expect(leaderOf(hand)).toBe(to);
    const elected = of(hand, 'RoleChanged').find(
      ({ node, role, timeUs }) => node === to && role === 'leader' && timeUs > nowUs,
    );
    expect(elected?.timeUs).toBeLessThan(nowUs + 100 * MS);
    const { violations } = hand.world;
    expect(violations).toEqual([]);
    const saved = hand.saveAt(hand.world.nowUs + SECOND);
    expect(runInProcess(saved.header, saved.actions, saved.endUs).digest).toBe(saved.digest);
  });

  test('asked of the leader itself with via=, the refusal is the answer', () => {
    const { hand, leader, others } = started();
    hand.act(transfer(others[0] ?? 0));
    const write = put('k');
    if (write.type !== 'Operate') throw new Error('a put is an operation');
    const outcome = complete(hand, { ...write, options: { ...write.options, via: nodeId(leader) } });
    expect(outcome).toMatchObject({ outcome: { status: 'fail', code: 'TransferUnderWay', node: leader } });
  });

  test('to a node that is down it is given up, and the leader goes on', () => {
    const { hand, leader, others } = started();
    const [to = 0] = others;
    hand.act({ type: 'Kill', node: nodeId(to) });
    expect(hand.act(transfer(to))).toMatchObject({ type: 'Applied' });
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok', node: leader } });
    expect(of(hand, 'TransferAborted')).toMatchObject([{ node: leader, to, asked: expect.any(Boolean) }]);
    expect(leaderOf(hand)).toBe(leader);
  });

  test('refusals say what is wrong', () => {
    const { hand, leader, others } = started(4);
    const stranger = [1, 2, 3, 4].find((node) => node !== leader && !others.includes(node)) ?? 0;
    expect(hand.act(transfer(9))).toMatchObject({ code: 'UnknownNode', text: 'there is no node n9' });
    expect(hand.act(transfer(leader, 5))).toMatchObject({ code: 'UnknownShard' });
    expect(hand.act(transfer(leader))).toMatchObject({
      code: 'AlreadyLeader',
      text: `n${leader} leads s0 already`,
    });
    expect(hand.act(transfer(stranger))).toMatchObject({
      code: 'NotAVoter',
      text: expect.stringContaining(`n${stranger} holds no copy of s0`),
    });
    hand.act({ type: 'Kill', node: nodeId(leader) });
    expect(hand.act(transfer(others[0] ?? 0))).toMatchObject({ code: 'NoLeader' });
    expect(of(hand, 'TransferStarted')).toEqual([]);
  });
});

describe('lease reads', () => {
  test('take no message between nodes; ReadIndex takes a round trip', () => {
    const { hand, leader } = started();
    complete(hand, put('k'));
    const leased = complete(hand, get('k', 'lease'));
    const asked = complete(hand, get('k', 'index'));
    expect(leased).toMatchObject({ outcome: { status: 'ok', node: leader, ground: 'lease' } });
    expect(asked).toMatchObject({ outcome: { status: 'ok', node: leader, ground: 'index' } });
    const took = (result: ActionResult | undefined) => (result?.type === 'Completed' ? result.outcome.elapsedUs : 0);
    // From the client and back 16 to 24 ms; to a quorum and back as much again.
    expect(took(leased)).toBeLessThanOrEqual(24 * MS);
    expect(took(asked)).toBeGreaterThanOrEqual(32 * MS);
  });

  test('a leader that is cut off reads while its lease lasts, and no longer: nobody else can lead before', () => {
    const { hand, leader } = started();
    complete(hand, put('k'));
    hand.act({ type: 'Isolate', actor: `n${leader}` });
    expect(complete(hand, get('k', 'lease', leader))).toMatchObject({ outcome: { status: 'ok', ground: 'lease' } });
    const [set] = of(hand, 'LeaseSet')
      .filter(({ node }) => node === leader)
      .slice(-1);
    hand.run((set?.timeUs ?? 0) + (set?.waitUs ?? 0));
    expect(leaderOf(hand)).toBe(leader);
    expect(complete(hand, get('k', 'lease', leader))).not.toMatchObject({ outcome: { status: 'ok' } });
    hand.run(hand.world.nowUs + SECOND);
    expect(leaderOf(hand)).not.toBe(leader);
    expect(hand.world.violations).toEqual([]);
  });
});
