import { describe, expect, test } from 'vitest';
import { type NodeId, shardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { modelAfter, N1, N2, N3, recovered, role, S0, started } from '../testing/trace-events.ts';
import { reduce, reduceAll } from './reduce.ts';
import { EMPTY_NODE, leaderOf, type ViewModel } from './view-model.ts';

test('durability is what CONFIG set last, of all nodes or of one, until a reload', () => {
  const set = (value: number, node?: NodeId): TraceEvent => ({
    timeUs: 1,
    type: 'ActionTaken',
    action: { type: 'Configure', name: 'durability', value, ...(node === undefined ? {} : { node }) },
  });
  const of = (model: ViewModel) => [...model.nodes.values()].map(({ durability }) => durability);
  const model = modelAfter(started(N1), started(N2));
  expect(of(model)).toEqual([undefined, undefined]);
  const strict = reduceAll(model, [set(0), set(1)]);
  expect(of(strict)).toEqual(['strict', 'strict']);
  expect(of(reduce(strict, set(0, N2)))).toEqual(['strict', 'relaxed']);
  expect(of(reduceAll(strict, [set(0, N2), started(N2)]))).toEqual(['strict', 'relaxed']);
  const reload: TraceEvent = { timeUs: 2, type: 'ActionTaken', action: { type: 'Reload', endings: [] } };
  expect(of(reduce(strict, reload))).toEqual([undefined, undefined]);
});

describe('nodes', () => {
  test('start, recover, die, crash', () => {
    const up = modelAfter(started(N1), recovered(N1));
    expect(up.nodes.get(N1)).toMatchObject({ state: 'up', boot: 1, reason: '' });
    const down = reduce(up, { timeUs: 5, type: 'NodeKilled', node: N1, pending: 2, lost: 1, torn: true });
    expect(down.nodes.get(N1)?.state).toBe('down');
    const crashed = reduce(up, { timeUs: 5, type: 'NodeCrashed', node: N1, reason: 'assertion failed' });
    expect(crashed.nodes.get(N1)).toMatchObject({ state: 'crashed', boot: 1, reason: 'assertion failed' });
  });

  test('are not down any more when they are revived, before they say so themselves', () => {
    const up = modelAfter(started(N1), recovered(N1));
    const crashed = reduce(up, { timeUs: 5, type: 'NodeCrashed', node: N1, reason: 'assertion failed' });
    const revive: TraceEvent = { timeUs: 6, type: 'ActionTaken', action: { type: 'Revive', node: N1 } };
    const starting = reduce(crashed, revive);
    expect(starting.nodes.get(N1)).toMatchObject({ state: 'recovering', boot: 2, reason: '' });
    expect(starting.nodes.get(N1)?.recovery).toEqual({ sinceUs: 6, durationUs: 0, logRecords: 0 });
    const frozen = reduce(starting, { timeUs: 6, type: 'NodeFrozen', node: N1, leads: 0 });
    expect(frozen.nodes.get(N1)).toMatchObject({ state: 'recovering', frozen: true });
  });

  test('a disk that is full or slow is so until it is mended, over deaths, and the fault that ended a node until it starts', () => {
    const full = { type: 'DiskChanged', node: N1, slowdown: 20, full: true, failing: false } as const;
    const fault = 'disk full';
    const view = modelAfter(started(N1), recovered(N1), { timeUs: 5, ...full });
    const crashed = reduce(view, { timeUs: 6, type: 'NodeCrashed', node: N1, reason: 'refused', fault });
    expect(crashed.nodes.get(N1)).toMatchObject({ state: 'crashed', fault, disk: { slowdown: 20, full: true } });
    const again = reduce(crashed, started(N1, 400, 2));
    expect(again.nodes.get(N1)).toMatchObject({ fault: undefined, disk: { slowdown: 20, full: true } });
    const well = reduce(again, { timeUs: 500, ...full, slowdown: 1, full: false });
    expect(well.nodes.get(N1)?.disk).toEqual({ slowdown: 1, full: false });
  });

  test('have nothing of what they had when they start on another disk', () => {
    const full = { type: 'DiskChanged', node: N2, slowdown: 20, full: true, failing: false } as const;
    const before = modelAfter(started(N1), recovered(N1), role(N1, 'follower', 3), started(N2), recovered(N2), {
      timeUs: 2,
      ...full,
    });
    const led = reduce(before, role(N2, 'leader', 3));
    expect(leaderOf(led, S0)).toBe(N2);
    const again = reduceAll(led, [started(N2, 400, 2), recovered(N2, 401)]);
    expect(again.shards.get(S0)?.has(N2)).toBe(true);
    const blank: TraceEvent = { ...started(N2, 500, 3), incarnation: 2 } as TraceEvent;
    const wiped = reduceAll(again, [blank, recovered(N2, 501)]);
    expect(wiped.nodes.get(N2)).toMatchObject({ state: 'up', incarnation: 2, disk: { slowdown: 1, full: false } });
    expect([...(wiped.shards.get(S0)?.keys() ?? [])]).toEqual([N1]);
    expect(led.shards.get(S0)?.has(N2)).toBe(true);
    expect(reduceAll(wiped, [{ ...blank, timeUs: 600 }]).nodes.get(N2)?.incarnation).toBe(2);
  });

  test('are frozen until they are thawed, killed, or started again, and do not lead meanwhile', () => {
    const up = modelAfter(started(N1), recovered(N1), role(N1, 'leader', 3));
    expect(leaderOf(up, S0)).toBe(N1);
    const frozen = reduce(up, { timeUs: 5, type: 'NodeFrozen', node: N1, leads: 1 });
    expect(frozen.nodes.get(N1)).toMatchObject({ state: 'up', frozen: true });
    expect(leaderOf(frozen, S0)).toBe(0);
    const ends: readonly TraceEvent[] = [
      { timeUs: 6, type: 'NodeThawed', node: N1, waited: 0 },
      { timeUs: 6, type: 'NodeKilled', node: N1, pending: 0, lost: 0, torn: false },
      { timeUs: 6, type: 'NodeCrashed', node: N1, reason: 'r' },
      started(N1, 6, 2),
    ];
    for (const end of ends) expect(reduce(frozen, end).nodes.get(N1)?.frozen, end.type).toBe(false);
  });

  test('a clock that was set stays so until it is set right', () => {
    const set = (offsetUs: number, ratePpm: number): TraceEvent => ({
      ...{ timeUs: 5, type: 'ClockChanged', node: N1, offsetUs, ratePpm },
    });
    const wrong = reduce(modelAfter(started(N1), recovered(N1)), set(-7, 10));
    expect(wrong.nodes.get(N1)?.clock).toEqual({ offsetUs: -7, ratePpm: 10 });
    expect(reduce(wrong, started(N1, 400, 2)).nodes.get(N1)?.clock).toEqual({ offsetUs: -7, ratePpm: 10 });
    expect(reduce(wrong, set(0, 0)).nodes.get(N1)?.clock).toBeUndefined();
  });

  test('while it recovers it is known since when, for how long, and how long its log is', () => {
    const again = modelAfter(started(N1), recovered(N1), started(N1, 400, 2));
    expect(again.nodes.get(N1)).toEqual({
      ...EMPTY_NODE,
      state: 'recovering',
      boot: 2,
      reason: '',
      recovery: { sinceUs: 400, durationUs: 12, logRecords: 31 },
    });
  });

  test('stand in ascending order whoever reports first', () => {
    expect([...modelAfter(started(N3), started(N1), started(N2)).nodes.keys()]).toEqual([1, 2, 3]);
  });

  test('the leader is the live one of the highest term', () => {
    const model = modelAfter(
      started(N1),
      recovered(N1),
      started(N2),
      recovered(N2),
      role(N1, 'leader', 1),
      role(N2, 'leader', 2),
    );
    expect(leaderOf(model, S0)).toBe(N2);
    const killed = reduce(model, { timeUs: 50, type: 'NodeKilled', node: N2, pending: 0, lost: 0, torn: false });
    expect(leaderOf(killed, S0)).toBe(N1);
    expect(leaderOf(killed, shardId(1))).toBe(0);
  });
});

describe('links', () => {
  test('cuts have a direction', () => {
    const cut = (from: NodeId, to: NodeId, on: boolean): TraceEvent => ({
      timeUs: 1,
      type: 'LinkChanged',
      from,
      to,
      cut: on,
      settings: {},
    });
    const model = modelAfter(cut(N1, N2, true), cut(N2, N3, true), cut(N2, N3, false));
    expect([...model.cuts.keys()]).toEqual(['1>2']);
  });

  test('what is set for a link is kept until it is healed, what is set for all of them under *', () => {
    const set = (settings: object): TraceEvent => ({
      timeUs: 1,
      type: 'LinkChanged',
      from: N1,
      to: N2,
      cut: false,
      settings,
    });
    const model = modelAfter(set({ drop: 0.1 }), {
      timeUs: 2,
      type: 'ActionTaken',
      action: { type: 'Configure', name: 'link.delay', value: 80_000 },
    });
    expect([...model.links]).toEqual([
      ['1>2', { drop: 0.1 }],
      ['*', { delayUs: 80_000 }],
    ]);
    expect([...reduce(model, set({})).links.keys()]).toEqual(['*']);
  });
});
