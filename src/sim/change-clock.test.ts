import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ActionResult, ClockChange, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader, DATACENTER } from '../core/cluster/presets.ts';
import { runInProcess } from './run.ts';
import { WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;
const SECOND = 1_000_000;
const clock = (node: number, change: ClockChange): Action => ({ type: 'Clock', node: nodeId(node), ...change });
const operate = (operation: Extract<Action, { type: 'Operate' }>['operation'], client = 'client'): Action => ({
  type: 'Operate',
  client,
  operation,
  options: { timeoutUs: SECOND, via: undefined },
});
const key = encodeUtf8('k');
const put = (value: string, ttlUs: number): Action => operate({ type: 'Put', key, value: encodeUtf8(value), ttlUs });

const started = (nodes = 3): WorldByHand => {
  const hand = new WorldByHand(7, { ...CLASSROOM, nodes, shards: 1 });
  hand.run(2 * SECOND);
  return hand;
};
const clockOf = (hand: WorldByHand, node: number) => hand.world.snapshot().nodes[node - 1]?.clock;

function complete(hand: WorldByHand, action: Action): ActionResult | undefined {
  const handle = hand.world.act({ ...hand.world.placeFor(hand.world.nowUs), action });
  for (let i = 0; i < 5000 && handle.result === undefined; i++) hand.run(hand.world.nowUs + MS);
  return handle.result;
}

/** Undefined: absent. */
function answerOf(result: ActionResult | undefined): string | undefined {
  if (result?.type !== 'Completed' || result.outcome.status !== 'ok' || result.outcome.result.type !== 'Value')
    throw new Error(`no answer: ${JSON.stringify(result)}`);
  const { value } = result.outcome.result;
  return value && new TextDecoder().decode(value);
}

describe('CLOCK', () => {
  test('offset and rate are what was ordered, and the error grows with the rate from then on', () => {
    const hand = started();
    expect(clockOf(hand, 2)).toEqual({ offsetUs: 0, ratePpm: 0 });
    expect(hand.act(clock(2, { offsetUs: 400 * MS, ratePpm: 10_000 }))).toMatchObject({ type: 'Applied' });
    expect(clockOf(hand, 2)).toEqual({ offsetUs: 400 * MS, ratePpm: 10_000 });
    hand.run(hand.world.nowUs + SECOND);
    expect(clockOf(hand, 2)).toEqual({ offsetUs: 410 * MS, ratePpm: 10_000 });
    hand.act(clock(2, { ratePpm: -20_000 }));
    hand.run(hand.world.nowUs + SECOND);
    expect(clockOf(hand, 2)).toEqual({ offsetUs: 390 * MS, ratePpm: -20_000 });
    expect(clockOf(hand, 1)).toEqual({ offsetUs: 0, ratePpm: 0 });
  });

  test('outlives the process and not the page', () => {
    const hand = started();
    hand.act({ type: 'Kill', node: nodeId(2) });
    expect(hand.act(clock(2, { offsetUs: -SECOND }))).toMatchObject({ type: 'Applied' });
    hand.act({ type: 'Revive', node: nodeId(2) });
    hand.run(hand.world.nowUs + SECOND);
    expect(clockOf(hand, 2)?.offsetUs).toBe(-SECOND);
    hand.act({ type: 'Reload', endings: [] });
    hand.run(hand.world.nowUs + SECOND);
    expect(clockOf(hand, 2)?.offsetUs).toBe(0);
  });

  test('a drift beyond ρ is refused with the bound; just ρ is not', () => {
    const hand = started();
    for (const ratePpm of [50_001, -50_001, 500_000]) {
      const refused = hand.act(clock(1, { ratePpm }));
      expect(refused).toMatchObject({ type: 'Refused', code: 'BeyondDriftBound' });
      expect(refused?.type === 'Refused' && refused.text).toContain('ρ = 5 %');
    }
    expect(clockOf(hand, 1)).toEqual({ offsetUs: 0, ratePpm: 0 });
    expect(hand.act(clock(1, { ratePpm: 50_000 }))).toMatchObject({ type: 'Applied' });
    expect(hand.act(clock(1, { ratePpm: -50_000 }))).toMatchObject({ type: 'Applied' });
    expect(hand.act(clock(4, { offsetUs: 1 }))).toMatchObject({ type: 'Refused', code: 'UnknownNode' });
  });

  test('a timer that is set already comes when the clock shows what it waits for, at its new rate', () => {
    const nextTimer = (hand: WorldByHand): number => {
      const timer = hand.pending().find((event) => event.type === 'Timer' && event.at === 'n1');
      return (timer?.dueUs ?? Number.NaN) - hand.world.nowUs;
    };
    for (const ratePpm of [-50_000, 20_000]) {
      const hand = started(1);
      const dueInUs = nextTimer(hand);
      expect(dueInUs).toBeGreaterThan(100);
      hand.act(clock(1, { ratePpm }));
      expect(Math.abs(nextTimer(hand) - dueInUs / (1 + ratePpm / 1e6))).toBeLessThanOrEqual(1);
    }
  });
});

describe('times to live, on clocks that are set', () => {
  test('a clock that is set back makes nobody wait: what was gone is gone, and reads are answered', () => {
    // One node: every stamp is of this clock.
    const hand = started(1);
    complete(hand, put('v', 300 * MS));
    hand.run(hand.world.nowUs + 290 * MS);
    const handle = hand.world.act({ ...hand.world.placeFor(hand.world.nowUs), action: operate({ type: 'Get', key }) });
    hand.run(hand.world.nowUs + 5 * MS);
    expect(answerOf(complete(hand, operate({ type: 'Get', key }, 'b')))).toBeUndefined();
    hand.act(clock(1, { offsetUs: -60 * SECOND }));
    expect(answerOf(complete(hand, operate({ type: 'Get', key }, 'c')))).toBeUndefined();
    expect(handle.result).toBeDefined();
    // What is written now lives for as long as was asked, and an hour more at most: until the clock is where it was.
    complete(hand, put('w', 300 * MS));
    expect(answerOf(complete(hand, operate({ type: 'Get', key }, 'd')))).toBe('w');
  });

  test('a read that waits for a deadline by a clock that is then set back is answered all the same', () => {
    const hand = started();
    const { shards } = hand.world.snapshot();
    const leader = Number(shards[0]?.leader?.slice(1));
    const other = (leader % 3) + 1;
    for (const client of ['client', 'b']) complete(hand, operate({ type: 'Get', key }, client));
    complete(hand, put('v', 300 * MS));
    hand.run(hand.world.nowUs + 200 * MS);
    // While it hands its leadership over, to nobody, a leader appends nothing: not the time entry either that the read waits for.
    hand.act({ type: 'Kill', node: nodeId(other) });
    expect(hand.act({ type: 'Transfer', shard: shardId(0), to: nodeId(other) })).toMatchObject({ type: 'Applied' });
    hand.run(hand.world.nowUs + 110 * MS);
    const action = operate({ type: 'Get', key, read: 'index' }, 'b');
    const handle = hand.world.act({ ...hand.world.placeFor(hand.world.nowUs), action });
    hand.run(hand.world.nowUs + 15 * MS);
    expect(hand.seen.filter(({ type }) => type === 'TransferAborted')).toEqual([]);
    hand.act(clock(leader, { offsetUs: -60 * SECOND }));
    hand.run(hand.world.nowUs + 500 * MS);
    expect(hand.seen.filter(({ type }) => type === 'TransferAborted')).toHaveLength(1);
    expect(answerOf(handle.result)).toBeUndefined();
  });

  test('the history allows for what was ordered, and judges the rest', () => {
    const at = (timeUs: number, action: Action): TimedAction => ({ timeUs, action });
    const actions = [
      at(2 * SECOND, put('v', 2 * SECOND)),
      ...[1, 2, 3].map((node) => at(2.5 * SECOND, clock(node, { offsetUs: 5 * SECOND }))),
      at(3 * SECOND, operate({ type: 'Get', key })),
    ];
    const header = createHeader('ttl', 7, { ...CLASSROOM, shards: 1 });
    const { history, violations } = runInProcess(header, actions, 5 * SECOND);
    expect(history.find(({ kind }) => kind === 'read')?.answered, 'gone a second early').toBeNull();
    expect(violations).toEqual([]);
  });
});

test('leaders that are cut off lose their leases in time while rates change all the time', () => {
  for (const seed of [1, 2, 3]) {
    const config = { ...DATACENTER, shards: 64 };
    const isolations = Array.from({ length: 5 }, (_, i): TimedAction[] => [
      { timeUs: (4 + 6 * i) * SECOND, action: { type: 'Isolate', actor: `n${(i % 3) + 1}` } },
      { timeUs: (7 + 6 * i) * SECOND, action: { type: 'Heal', actor: undefined } },
    ]);
    const rates = Array.from({ length: 300 }, (_, i): TimedAction => {
      const ratePpm = (i * 7 + seed) % 3 === 0 ? -50_000 : (i * 5) % 2 === 0 ? 50_000 : 0;
      return { timeUs: SECOND + i * 110_003, action: clock((i % 3) + 1, { ratePpm }) };
    });
    const actions = [...isolations.flat(), ...rates].sort((a, b) => a.timeUs - b.timeUs);
    const report = runInProcess(createHeader('leases', seed, config), actions, 34 * SECOND);
    expect(report.violations).toEqual([]);
    expect(report.counters.elections).toBeGreaterThan(100);
  }
});
