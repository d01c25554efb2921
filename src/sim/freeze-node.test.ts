import { describe, expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { HELD_BYTES_MAX } from './held-messages.ts';
import { runInProcess } from './run.ts';
import { drawSchedule } from './schedule.ts';
import { insideWorld } from './testing/inside.ts';
import { deliver, isMessage, nodeOf, put, WorldByHand } from './testing/world-by-hand.ts';
import type { ActionHandle } from './world-state.ts';

const MS = 1000;
const SECOND = 1_000_000;
const freeze = (node: number): Action => ({ type: 'Freeze', node: nodeId(node) });
const thaw = (node: number): Action => ({ type: 'Thaw', node: nodeId(node) });
const get = (key: string, client: string, read: 'lease' | 'index'): Action => ({
  type: 'Operate',
  client,
  operation: { type: 'Get', key: encodeUtf8(key), read },
  options: { timeoutUs: 2 * SECOND, via: undefined },
});

function started(shards = 1): { hand: WorldByHand; leader: NodeId } {
  const hand = new WorldByHand(7, { ...CLASSROOM, shards });
  hand.run(2 * SECOND);
  return { hand, leader: leaderOf(hand) };
}

const leaderOf = (hand: WorldByHand): NodeId => nodeOf(must(hand.world.snapshot().shards[0]?.leader, 'a leader'));

const of = <T extends TraceEvent['type']>(hand: WorldByHand, type: T) =>
  hand.seen.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);

/** Whether the operation that was invoked last waits at a frozen node. */
function waitsAt(hand: WorldByHand, node: NodeId): boolean {
  const asker = of(hand, 'OperationInvoked').at(-1)?.client;
  const held = insideWorld(hand.world).slots[node - 1]?.held?.values() ?? [];
  return held.some(({ message }) => message.origin === asker);
}

/** Given, and not awaited. */
function begin(hand: WorldByHand, action: Action): ActionHandle {
  const handle = hand.world.act({ ...hand.world.placeFor(hand.world.nowUs), action });
  hand.run(hand.world.nowUs + 1);
  return handle;
}

function complete(hand: WorldByHand, action: Action): ActionResult | undefined {
  const handle = begin(hand, action);
  for (let i = 0; i < 5000 && handle.result === undefined; i++) hand.run(hand.world.nowUs + MS);
  return handle.result;
}

const answerOf = (result: ActionResult | undefined): string | undefined =>
  result?.type === 'Completed' && result.outcome.status === 'ok' && result.outcome.result.type === 'Value'
    ? new TextDecoder().decode(result.outcome.result.value)
    : undefined;

describe('a frozen node', () => {
  test('does nothing at all: no timer, no message, no completion of its disk', () => {
    const { hand, leader } = started();
    begin(hand, put('k'));
    expect(hand.act(freeze(leader))).toMatchObject({ type: 'Applied' });
    expect(of(hand, 'NodeFrozen')).toMatchObject([{ node: leader, leads: 1 }]);
    hand.seen = [];
    hand.run(hand.world.nowUs + SECOND);
    const own = hand.seen.filter((event) => 'node' in event && event.node === leader);
    expect(own).toEqual([]);
    expect(hand.seen.filter((event) => event.type === 'MessageSent' && event.from === leader)).toEqual([]);
    expect(hand.world.snapshot().nodes[leader - 1]?.state).toBe('frozen');
  });

  test('is missed: the others elect a leader, and writes go on', () => {
    const { hand, leader } = started();
    hand.act(freeze(leader));
    expect(complete(hand, put('k'))).toMatchObject({ outcome: { status: 'ok' } });
    expect(leaderOf(hand)).not.toBe(leader);
  });

  test('takes what has arrived when it is thawed, each of it once and of each sender in the order of sending', () => {
    const { hand, leader } = started();
    hand.act(freeze(leader));
    hand.run(hand.world.nowUs + SECOND / 2);
    const { slots } = insideWorld(hand.world);
    const held = slots[leader - 1]?.held?.values() ?? [];
    expect(held.length).toBeGreaterThan(4);
    const wanted = held.map(({ message }) => `${message.origin}/${message.sequence}`);
    hand.seen = [];
    const frozenUntilUs = hand.world.nowUs;
    expect(hand.act(thaw(leader))).toMatchObject({ type: 'Applied', timeUs: frozenUntilUs });
    expect(of(hand, 'NodeThawed')).toMatchObject([{ node: leader, waited: held.length }]);
    hand.run(frozenUntilUs + 2);
    const taken = of(hand, 'MessageDelivered').map(({ id }) => `${Math.floor(id / 4294967296)}/${id % 4294967296}`);
    expect([...taken].sort()).toEqual([...wanted].sort());
    for (const origin of new Set(taken.map((name) => name.split('/')[0]))) {
      const sequences = taken.filter((name) => name.startsWith(`${origin}/`)).map((name) => Number(name.split('/')[1]));
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    }
    hand.run(hand.world.nowUs + SECOND);
    expect(hand.world.violations).toEqual([]);
  });

  test('keeps of each sender what fits its buffer; what comes then is lost, and that is told', () => {
    const { hand, leader } = started();
    const other = nodeId((leader % 3) + 1);
    hand.act(freeze(other));
    const big = encodeUtf8('x'.repeat(20_000));
    for (let i = 0; i < 12; i++) {
      const operation = { type: 'Put' as const, key: encodeUtf8(`k${i}`), value: big };
      complete(hand, { type: 'Operate', client: 'client', operation, options: { timeoutUs: SECOND, via: undefined } });
    }
    for (let i = 0; i < 20 && of(hand, 'MessageDropped').length === 0; i++) hand.run(hand.world.nowUs + SECOND);
    const dropped = of(hand, 'MessageDropped');
    expect(dropped.length).toBeGreaterThan(0);
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(['buffer is full']));
    const held = insideWorld(hand.world).slots[other - 1]?.held?.values() ?? [];
    const bytes = held.reduce((sum, { message }) => (message.origin === leader ? sum + message.bytes.length : sum), 0);
    expect(bytes).toBeLessThanOrEqual(HELD_BYTES_MAX);
    expect(bytes).toBeGreaterThan(HELD_BYTES_MAX / 4);
    hand.act(thaw(other));
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(hand.world.quiet()).toBe(true);
    expect(hand.world.violations).toEqual([]);
  });

  test('has its clocks go on: a leader wakes up without its lease, and what it answers then is not what was before', () => {
    for (const read of ['lease', 'index'] as const) {
      const { hand, leader } = started();
      complete(hand, put('k', 'a'));
      // Both know the leader, so that their reads go there.
      for (const client of ['b', 'd']) complete(hand, get('k', client, read));
      hand.act(freeze(leader));
      // Nobody tells it of a later term when it wakes up, and the reads come before its own timer: only its clock can tell.
      hand.act({ type: 'Isolate', actor: `n${leader}` });
      const asked = begin(hand, get('k', 'b', read));
      hand.run(hand.world.nowUs + SECOND);
      expect(leaderOf(hand)).not.toBe(leader);
      const operation = { type: 'Put' as const, key: encodeUtf8('k'), value: encodeUtf8('newer') };
      const options = { timeoutUs: 2 * SECOND, via: undefined };
      expect(complete(hand, { type: 'Operate', client: 'c', operation, options })).toMatchObject({
        outcome: { status: 'ok' },
      });
      const later = begin(hand, get('k', 'd', read));
      hand.run(hand.world.nowUs + 50 * MS);
      expect(waitsAt(hand, leader)).toBe(true);
      hand.seen = [];
      hand.act(thaw(leader));
      hand.run(hand.world.nowUs + 2);
      const served = hand.seen.filter(({ type }) => type === 'LeaseConfirmed' || type === 'ReadServed');
      expect(served, 'by whoever wakes up').toEqual([]);
      hand.act({ type: 'Heal', actor: undefined });
      hand.run(hand.world.nowUs + 3 * SECOND);
      expect(answerOf(later.result), `${read}: it was invoked after the write was acknowledged`).toBe('newer');
      expect(asked.result).toBeDefined();
      expect(hand.world.violations).toEqual([]);
    }
  });

  test('answers no read by a round that another one asked for before it was frozen', () => {
    const { hand, leader } = started();
    complete(hand, put('k', 'a'));
    complete(hand, get('k', 'd', 'index'));
    hand.seen = [];
    const earlier = begin(hand, get('k', 'b', 'index'));
    for (let i = 0; i < 100 && of(hand, 'ReadIndexStarted').length === 0; i++) hand.run(hand.world.nowUs + MS);
    expect(of(hand, 'ReadIndexStarted')).toHaveLength(1);
    hand.act(freeze(leader));
    // The answers to its round arrive while it stands still; others lead meanwhile, and write.
    hand.run(hand.world.nowUs + SECOND);
    const operation = { type: 'Put' as const, key: encodeUtf8('k'), value: encodeUtf8('newer') };
    const options = { timeoutUs: 2 * SECOND, via: undefined };
    complete(hand, { type: 'Operate', client: 'c', operation, options });
    const later = begin(hand, get('k', 'd', 'index'));
    hand.run(hand.world.nowUs + 50 * MS);
    expect(waitsAt(hand, leader)).toBe(true);
    hand.act(thaw(leader));
    hand.run(hand.world.nowUs + 3 * SECOND);
    expect(answerOf(later.result)).toBe('newer');
    expect(earlier.result).toBeDefined();
  });

  test('can be killed, and starts anew without what had arrived for it; a reload thaws', () => {
    const { hand, leader } = started();
    hand.act(freeze(leader));
    hand.run(hand.world.nowUs + SECOND);
    expect(insideWorld(hand.world).slots[leader - 1]?.held?.size).toBeGreaterThan(0);
    hand.seen = [];
    expect(hand.act({ type: 'Kill', node: leader })).toMatchObject({ type: 'Applied' });
    expect(new Set(of(hand, 'MessageDropped').map(({ reason }) => reason))).toEqual(new Set(['target is down']));
    expect(hand.world.snapshot().nodes[leader - 1]?.state).toBe('down');
    hand.act({ type: 'Revive', node: leader });
    hand.run(hand.world.nowUs + SECOND);
    expect(hand.world.snapshot().nodes[leader - 1]).toMatchObject({ state: 'up', boot: 2 });
    hand.act(freeze(leader));
    const endings = [1, 2, 3].map((node) => {
      const { boot, transactions } = hand.hosts.host(node).lastBoot();
      return { node: nodeId(node), boot, transactions };
    });
    hand.act({ type: 'Reload', endings });
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(hand.world.snapshot().nodes.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    expect(hand.world.violations).toEqual([]);
  });

  test('a cut that comes later does not take back what had arrived', () => {
    const { hand, leader } = started();
    const other = (leader % 3) + 1;
    hand.act(freeze(other));
    hand.run(hand.world.nowUs + SECOND / 2);
    hand.act({ type: 'Isolate', actor: `n${other}` });
    hand.run(hand.world.nowUs + SECOND / 2);
    const waited = insideWorld(hand.world).slots[other - 1]?.held?.size ?? 0;
    hand.seen = [];
    hand.act(thaw(other));
    hand.run(hand.world.nowUs + 2);
    expect(of(hand, 'MessageDelivered')).toHaveLength(waited);
    expect(of(hand, 'MessageDropped')).toEqual([]);
  });
});

describe('what cannot be done to it is refused, and what helps is said', () => {
  test.each<[string, string, Action]>([
    ['AlreadyFrozen', 'n2 is frozen already', freeze(2)],
    ['NotFrozen', 'n1 is not frozen', thaw(1)],
    ['UnknownNode', 'there is no node n4', freeze(4)],
    ['UnknownNode', 'there is no node n4', thaw(4)],
    ['TargetFrozen', 'THAW n2', { type: 'Revive', node: nodeId(2) }],
    ['TargetFrozen', 'THAW n2', { type: 'Flush', node: nodeId(2) }],
    ['TargetFrozen', 'THAW n2', { type: 'Compact', node: nodeId(2), level: undefined }],
    ['TargetFrozen', 'THAW n2', { type: 'CompleteWrite', node: nodeId(2), sequence: 1 }],
    ['AlreadyDown', 'n3 is down', freeze(3)],
    ['AlreadyDown', 'REVIVE starts it', thaw(3)],
  ])('%s: %s', (code, text, action) => {
    const { hand } = started(8);
    hand.act({ type: 'Kill', node: nodeId(3) });
    hand.act(freeze(2));
    const result = hand.act(action);
    expect(result).toMatchObject({ type: 'Refused', code });
    expect(result?.type === 'Refused' && result.text).toContain(text);
  });

  test('a frozen leader hands nothing over', () => {
    const { hand, leader } = started();
    hand.act(freeze(leader));
    const to = nodeId((leader % 3) + 1);
    expect(hand.act({ type: 'Transfer', shard: shardId(0), to })).toMatchObject({ type: 'Refused', code: 'NoLeader' });
  });

  test('nothing of its own can happen next, and no message to it can be chosen', () => {
    const { hand, leader } = started();
    begin(hand, put('k'));
    hand.act(freeze(leader));
    const events = hand.pending();
    expect(events.some((event) => !isMessage(event) && event.at === `n${leader}`)).toBe(false);
    const coming = events.filter(isMessage).filter(({ to }) => to === `n${leader}`);
    expect(coming.length).toBeGreaterThan(0);
    for (const message of coming) expect(message.obstacle).toBe('target is frozen');
    expect(hand.act(deliver(must(coming[0], 'one')))).toMatchObject({ type: 'Refused', code: 'TargetFrozen' });
  });
});

test.each(process.env.RINGSIDE_LONG === '1' ? [1, 2, 3] : [1])(
  'seed %i: windows of events and single ones give the same run',
  (seed) => {
    const header = createHeader('freezes', seed, { ...CLASSROOM, nodes: 5 });
    const faults = new Set(['freeze', 'clock', 'kill', 'spike', 'reorder'] as const);
    const actions = drawSchedule({ seed, nodes: 5, durationUs: 12 * SECOND, operationsPerSecond: 20, faults });
    expect(actions.some(({ action }) => action.type === 'Thaw')).toBe(true);
    const windows = runInProcess(header, actions, 12 * SECOND);
    expect(windows.violations).toEqual([]);
    const single = runInProcess(header, actions, 12 * SECOND, { single: true });
    expect([single.digest, single.events]).toEqual([windows.digest, windows.events]);
  },
);
