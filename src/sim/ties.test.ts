import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { Action } from '../core/cluster/action.ts';
import type { PendingEvent } from '../core/cluster/pending-event.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import type { Round } from './round.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { choiceOf, deliver, isMessage, type MessageEvent, nodeOf, put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;
/** Without jitter the answers of two followers arrive in one microsecond, and so do their syncs. */
const TIED = {
  ...CLASSROOM,
  network: { ...CLASSROOM.network, jitterUs: 0 },
  disk: { ...CLASSROOM.disk, syncUs: 1 },
};
const FAR = Number.MAX_SAFE_INTEGER;

/** Saved, read back and replayed: the run is the same in windows and one event at a time. */
function expectSameReplayed(run: SavedRun): void {
  const read = decodeRun(encodeRun(run));
  const windows = replay(read);
  expect(windows.violations).toEqual([]);
  expect(windows.digest).toBe(run.digest);
  expect(replay(read, { single: true, trace: true }).digest).toBe(run.digest);
}

const ownerOf = (event: PendingEvent): string => (isMessage(event) ? event.to : event.at);
const nameOf = (event: PendingEvent): string =>
  `${isMessage(event) ? event.id : `${event.at} ${event.sequence}`} ${event.type} ${event.dueUs}`;

/** Takes the event now, and demands that it is the only one that happens. */
function choose(hand: WorldByHand, event: PendingEvent, action: Action): void {
  const { world } = hand;
  const kept = hand.pending().filter((other) => nameOf(other) !== nameOf(event));
  const { events, nowUs } = world;
  hand.seen = [];
  expect(hand.act(action)).toEqual({ type: 'Applied', timeUs: nowUs });
  expect(world.events).toBe(events + 1);
  expect(world.nowUs).toBe(nowUs);
  const delivered = hand.seen.flatMap((told) => (told.type === 'MessageDelivered' ? [told.id] : []));
  expect(delivered).toEqual(isMessage(event) ? [event.id] : []);
  const names = hand.pending().map(nameOf);
  expect(names).not.toContain(nameOf(event));
  // Whoever took it may have set its timer anew; nobody else has done anything.
  const untouched = kept.filter((other) => isMessage(other) || ownerOf(other) !== ownerOf(event));
  expect(names).toEqual(expect.arrayContaining(untouched.map(nameOf)));
}

/** Steps until something that satisfies the condition is due at the moment of the step before. */
function stepToTie(hand: WorldByHand, wanted: (event: PendingEvent) => boolean): PendingEvent {
  for (let i = 0; i < 5000; i++) {
    hand.step();
    const tie = hand.pending().find((event) => event.dueUs === hand.world.nowUs && wanted(event));
    if (tie !== undefined) return tie;
  }
  throw new Error('no two events met');
}

function startedHand(seed = 1): WorldByHand {
  const hand = new WorldByHand(seed, TIED);
  hand.run(2 * SECOND);
  hand.act(put('a'));
  return hand;
}

describe('between two events of one microsecond', () => {
  test.each<[string, (event: PendingEvent) => boolean]>([
    ['a message', (event) => isMessage(event) && event.obstacle === undefined],
    ['a write', (event) => event.type === 'LogSync'],
  ])('%s that is due at once can be chosen, and is taken alone', (_, wanted) => {
    const hand = startedHand();
    const tie = stepToTie(hand, wanted);
    choose(hand, tie, choiceOf(tie) as Action);
    expectSameReplayed(hand.saveAt(hand.world.nowUs + SECOND));
  });

  test('a later one can be chosen before the one that is due', () => {
    const hand = startedHand();
    const tie = stepToTie(hand, isMessage);
    const later = hand.pending().findLast((event): event is MessageEvent => isMessage(event) && !event.obstacle);
    expect(later?.dueUs).toBeGreaterThan(tie.dueUs);
    choose(hand, later as MessageEvent, deliver(later as MessageEvent));
    expect(hand.pending()).toContainEqual(tie);
    expectSameReplayed(hand.saveAt(hand.world.nowUs + SECOND));
  });

  test('every action stands where it was given: nothing that is due there comes first', () => {
    const hand = startedHand();
    const tie = stepToTie(hand, (event) => isMessage(event) && /^n/.test(event.to)) as MessageEvent;
    const { events, nowUs } = hand.world;
    const node = nodeOf(tie.to);
    expect(hand.act(put('b', 'other'))).toBeUndefined();
    const actions: readonly Action[] = [
      { type: 'Kill', node },
      { type: 'Revive', node },
      { type: 'Isolate', actor: tie.from },
    ];
    for (const action of actions) expect(hand.act(action)).toEqual({ type: 'Applied', timeUs: nowUs });
    expect(hand.world.events).toBe(events + 1);
    expect(hand.pending()).toContainEqual({ ...tie, obstacle: 'link is cut' });
    const places = hand.world.log.slice(-4).map(({ timeUs, after }) => ({ timeUs, after }));
    expect(places).toEqual(places.map(() => ({ timeUs: nowUs, after: expect.anything() })));
    hand.act({ type: 'Heal', actor: undefined });
    expectSameReplayed(hand.saveAt(nowUs + 2 * SECOND));
  });

  test('a death comes before the actions that wait at its place', () => {
    const hand = startedHand();
    const tie = stepToTie(hand, (event) => isMessage(event) && /^n/.test(event.to)) as MessageEvent;
    const { world } = hand;
    const victim = nodeOf(tie.to);
    const kill: Action = { type: 'Kill', node: nodeId((victim % 3) + 1) };
    for (const action of [deliver(tie), kill]) world.act({ ...world.placeFor(world.nowUs), action });
    expect(world.actionsLeft).toBe(2);
    hand.lose(world.plan(0, false) as Round, victim, true);
    expect(world.actionsLeft).toBe(1);
    hand.run(0);
    expect(world.log.slice(-3).map(({ action }) => action.type)).toEqual(['Deliver', 'Died', 'Kill']);
    expect(new Set(world.log.slice(-3).map(({ after }) => after?.sequence)).size).toBe(1);
    for (const node of [victim, kill.node]) hand.act({ type: 'Revive', node });
    expectSameReplayed(hand.saveAt(world.nowUs + SECOND));
  });

  test('another write than the named one is refused, and stays under way', () => {
    const hand = startedHand();
    const tie = stepToTie(hand, ({ type }) => type === 'LogSync');
    const action: Action = { type: 'CompleteWrite', node: nodeOf(ownerOf(tie)), sequence: tie.sequence + 1 };
    const { events } = hand.world;
    expect(hand.act(action)).toMatchObject({ type: 'Refused', code: 'NothingUnderWay' });
    expect(hand.world.events).toBe(events);
    expect(hand.pending()).toContainEqual(tie);
  });
});

/** A run by hand in which much meets in one microsecond: steps, choices, faults, and processes that die at any point of it. */
function tiedRun(seed: number, counted: Map<string, number>): SavedRun {
  const draw = createRandomStream(seed, 'ties', 'test', 0);
  const hand = new WorldByHand(seed, TIED);
  const { world } = hand;
  const count = (name: string): void => void counted.set(name, (counted.get(name) ?? 0) + 1);
  hand.run(2 * SECOND);
  for (let i = 0; i < 60; i++) {
    if (draw.chance(0.3)) hand.act(put(`k${i}`));
    for (let steps = draw.between(0, 6); steps > 0; steps--) hand.step();
    const dies = draw.chance(0.15);
    const event = pick(draw, hand.pending());
    const action = event && choiceOf(event);
    const down = world.snapshot().nodes.findIndex(({ state }) => state === 'down') + 1;
    if (down > 0 && draw.chance(0.3)) {
      const node = nodeId(down);
      if (dies) hand.actAndLose({ type: 'Revive', node }, node, draw.chance(0.5));
      else hand.act({ type: 'Revive', node });
      if (dies) count('died at its start');
    } else if (dies && down === 0) dieSomewhere(hand, draw, action, count);
    else if (event !== undefined && action !== undefined) {
      count(event.dueUs === world.nowUs ? 'chose what is due' : 'chose ahead of its time');
      choose(hand, event, action);
    } else if (draw.chance(0.05) && down === 0) hand.act({ type: 'Kill', node: nodeId(draw.between(1, 3)) });
  }
  for (const { id, state } of world.snapshot().nodes)
    if (state === 'down') hand.act({ type: 'Revive', node: nodeOf(id) });
  return hand.saveAt(world.nowUs + SECOND);
}

function dieSomewhere(
  hand: WorldByHand,
  draw: RandomStream,
  action: Action | undefined,
  count: (name: string) => void,
): void {
  const { world } = hand;
  const worked = draw.chance(0.5);
  const victim = action === undefined ? undefined : takerOf(action);
  if (action !== undefined && victim !== undefined && draw.chance(0.5)) {
    hand.actAndLose(action, victim, worked);
    count('died of a choice');
    return;
  }
  const kind = draw.between(0, 2);
  const round = kind === 0 ? world.planQuery() : world.plan(kind === 1 ? FAR : world.nowUs + SECOND, kind === 1);
  const call = round && pick(draw, round.calls);
  if (round === undefined) return;
  hand.lose(round, call?.node ?? nodeId(1), worked && kind > 0);
  if (call !== undefined) count(['died when asked', 'died in a step', 'died in a window'][kind] as string);
}

function takerOf(action: Action): NodeId | undefined {
  if (action.type === 'CompleteWrite') return action.node;
  return action.type === 'Deliver' && /^n\d$/.test(action.to) ? nodeOf(action.to) : undefined;
}

const pick = <T>(draw: RandomStream, items: readonly T[]): T | undefined =>
  items.length === 0 ? undefined : items[draw.between(0, items.length - 1)];

describe('a run in which events meet, by hand', () => {
  const counted = new Map<string, number>();

  test.each(Array.from({ length: process.env.RINGSIDE_LONG === '1' ? 20 : 4 }, (_, i) => i + 1))(
    'seed %i: every choice takes its event alone, and every replay gives the digest',
    (seed) => expectSameReplayed(tiedRun(seed, counted)),
  );

  test.each([
    'chose what is due',
    'chose ahead of its time',
    'died of a choice',
    'died when asked',
    'died in a step',
    'died in a window',
    'died at its start',
  ])('it happened: %s', (name) => expect(counted.get(name) ?? 0).toBeGreaterThan(3));
});
