import { beforeEach, describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { PendingEvent } from '../core/cluster/pending-event.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { delay, drop, isMessage, type MessageEvent, put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;

let hand: WorldByHand;
beforeEach(() => {
  hand = new WorldByHand(1);
  hand.run(2 * SECOND);
  hand.act(put('a'));
  hand.seen = [];
});

const messages = (): readonly MessageEvent[] => hand.pending().filter(isMessage);
const named = ({ id }: MessageEvent) => messages().find((message) => message.id === id);
const request = (): MessageEvent => messages().find(({ from }) => from === 'client') as MessageEvent;
const others = (list: readonly PendingEvent[], { id }: MessageEvent) =>
  list.filter((event) => !isMessage(event) || event.id !== id);

describe('a dropped message', () => {
  test('is gone: nothing happens, everything else keeps its time', () => {
    const message = request();
    const before = hand.pending();
    const { nowUs, events } = hand.world;
    expect(hand.act(drop(message))).toEqual({ type: 'Applied', timeUs: nowUs });
    expect(hand.world.events).toBe(events);
    expect(named(message)).toBeUndefined();
    expect(hand.pending()).toEqual(others(before, message));
    expect(hand.seen).toEqual([
      { timeUs: nowUs, type: 'ActionTaken', action: drop(message) },
      { timeUs: nowUs, type: 'MessageDropped', id: message.id, reason: 'dropped by hand' },
    ]);
    expect(hand.act(drop(message))).toMatchObject({ type: 'Refused', code: 'NotInFlight' });
  });

  test('of a client: it hears nothing, asks again, and the write is done once', () => {
    hand.act(drop(request()));
    hand.run(hand.world.nowUs + 2 * SECOND);
    const types = hand.seen.map(({ type }) => type);
    expect(types).toContain('RequestGivenUp');
    expect(hand.seen.find(({ type }) => type === 'OperationCompleted')).toMatchObject({ outcome: { status: 'ok' } });
    expect(hand.world.snapshot().counters.keys).toBe(1);
  });

  test('a message for a node that is down may be dropped as well', () => {
    const message = request();
    hand.act({ type: 'Kill', node: nodeId(Number(message.to.slice(1))) });
    expect(hand.act(drop(message))).toMatchObject({ type: 'Applied' });
  });
});

describe('a delayed message', () => {
  test('arrives so much later, and nothing else does', () => {
    const message = request();
    const before = hand.pending();
    const { nowUs, events } = hand.world;
    expect(hand.act(delay(message, 40_000))).toEqual({ type: 'Applied', timeUs: nowUs });
    expect(hand.world.events).toBe(events);
    const dueUs = message.dueUs + 40_000;
    expect(named(message)).toEqual({ ...message, dueUs });
    expect(others(hand.pending(), message)).toEqual(others(before, message));
    expect(hand.seen.at(-1)).toEqual({ timeUs: nowUs, type: 'MessageDelayed', id: message.id, deliverAtUs: dueUs });
    hand.seen = [];
    hand.run(dueUs + 1);
    expect(hand.seen).toContainEqual({ timeUs: dueUs, type: 'MessageDelivered', id: message.id });
  });

  test('twice: the delays add up', () => {
    const message = request();
    hand.act(delay(message, 10_000));
    hand.act(delay(message, 1));
    expect(named(message)?.dueUs).toBe(message.dueUs + 10_001);
  });

  test('one that is not in flight is refused', () => {
    const message = { ...request(), sequence: 9_999_999 };
    expect(hand.act(delay(message, 1))).toMatchObject({ type: 'Refused', code: 'NotInFlight' });
  });
});

test('a saved run with both replays with its digest, in windows and one event at a time', () => {
  for (let i = 0; i < 12; i++) {
    hand.act(put(`k${i}`));
    for (let steps = 0; steps < i; steps++) hand.step();
    const [first, second] = messages();
    if (first !== undefined) hand.act(i % 3 === 0 ? delay(first, 1 + i * 7000) : drop(first));
    // At a place between two events of one microsecond as well: what is due next now waits.
    if (second !== undefined) hand.act(delay(second, 1));
    hand.step();
  }
  const saved = decodeRun(encodeRun(hand.saveAt(hand.world.nowUs + SECOND)));
  expect(saved.actions.filter(({ action }) => action.type === 'Drop').length).toBeGreaterThan(4);
  expect(saved.actions.filter(({ action }) => action.type === 'Delay').length).toBeGreaterThan(8);
  for (const single of [false, true]) {
    const again = replay(saved, { single, trace: single });
    expect(again.digest).toBe(saved.digest);
    expect(again.violations).toEqual([]);
  }
});
