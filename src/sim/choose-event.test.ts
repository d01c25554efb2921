import { beforeEach, describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import type { PendingEvent } from '../core/cluster/pending-event.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { chosenRun } from './testing/chosen-run.ts';
import { deliver, isMessage, type MessageEvent, nodeOf, put, WorldByHand } from './testing/world-by-hand.ts';

const LONG = process.env.RINGSIDE_LONG === '1';

const SECOND = 1_000_000;

let driver: WorldByHand;
beforeEach(() => {
  driver = new WorldByHand(1);
  driver.run(2 * SECOND);
  driver.seen = [];
});

/** Runs until an event that satisfies the condition is pending, and gives it. */
function waitFor<T extends PendingEvent>(wanted: (event: PendingEvent) => event is T): T {
  for (let i = 0; i < 5000; i++) {
    const found = driver.pending().find(wanted);
    if (found !== undefined) return found;
    driver.step();
  }
  throw new Error('it never came');
}

describe('what can happen next', () => {
  test('is listed in the order in which it happens, and asking changes nothing', () => {
    driver.act(put('a'));
    const digest = driver.world.digest();
    for (let i = 0; i < 300; i++) {
      const [first, ...others] = driver.pending();
      const dues = [first?.dueUs ?? -1, ...others.map(({ dueUs }) => dueUs)];
      expect(dues).toEqual([...dues].sort((a, b) => a - b));
      if (i === 0) expect(driver.world.digest()).toBe(digest);
      const { events } = driver.world;
      driver.seen = [];
      driver.step();
      expect(driver.world.events).toBe(events + 1);
      expect(driver.world.nowUs).toBe(first?.dueUs);
      const delivered = driver.seen.flatMap((event) => (event.type === 'MessageDelivered' ? [event.id] : []));
      expect(delivered).toEqual(first?.type === 'Message' ? [first.id] : []);
    }
    const unasked = new WorldByHand(1);
    unasked.run(2 * SECOND);
    unasked.act(put('a'));
    for (let i = 0; i < 300; i++) unasked.step();
    expect(unasked.world.digest()).toBe(driver.world.digest());
  });

  test('names everything: messages with their content, timers, disks, starts and recoveries', () => {
    expect(driver.act({ type: 'Kill', node: nodeId(3) })).toMatchObject({ type: 'Applied' });
    driver.act({ type: 'Revive', node: nodeId(3) });
    driver.act(put('a'));
    const types = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const timers: string[] = [];
      for (const event of driver.pending()) {
        types.add(event.type);
        if (event.type === 'Timer') timers.push(event.at);
      }
      // One that was set anew is not listed twice.
      expect(new Set(timers).size).toBe(timers.length);
      driver.step();
    }
    expect([...types].sort()).toEqual(['LogSync', 'Message', 'Recovery', 'Start', 'Timer']);
    driver.act(put('b'));
    const request = driver.pending().find((event) => isMessage(event) && event.from === 'client');
    expect(request).toMatchObject({ to: expect.stringMatching(/^n\d$/), items: [{ kind: 'ClientRequest' }] });
  });

  test('a message that would be lost says why', () => {
    driver.act(put('a'));
    const request = driver.pending().find((event) => isMessage(event) && event.from === 'client') as MessageEvent;
    const obstacle = () => driver.pending().find((event) => isMessage(event) && event.id === request.id);
    expect(obstacle()).toMatchObject({ obstacle: undefined });
    driver.act({ type: 'Kill', node: nodeId(Number(request.to.slice(1))) });
    expect(obstacle()).toMatchObject({ obstacle: 'target is down' });
    driver.act({ type: 'Cut', from: 'client', to: request.to, bothWays: false });
    expect(obstacle()).toMatchObject({ obstacle: 'link is cut' });
  });
});

test('a death that asking finds is recorded, and its replay gives the same run', () => {
  const { world } = driver;
  driver.act(put('a'));
  // The moment at which n2 has just done something.
  const sync = waitFor((event): event is PendingEvent => event.type === 'LogSync' && event.at === 'n2');
  while (driver.pending().some(({ dueUs, type }) => type === 'LogSync' && dueUs === sync.dueUs)) driver.step();
  driver.lose(world.planQuery(), nodeId(2), false);
  expect(world.takeUnplanned()).toMatchObject([{ action: { type: 'Died', node: 2 } }]);
  expect(world.pendingEvents().events.some((event) => event.type !== 'Message' && event.at === 'n2')).toBe(false);
  const run = driver.saveAt(world.nowUs + SECOND);
  expect(replay(run)).toMatchObject({ digest: run.digest, violations: [] });
});

describe('a chosen message', () => {
  test('is the next event, now; all others keep their times', () => {
    driver.act(put('a'));
    const before = driver.pending();
    const last = before.findLast(isMessage) as MessageEvent;
    expect(before.indexOf(last)).toBeGreaterThan(0);
    const { events, nowUs } = driver.world;
    driver.seen = [];
    expect(driver.act(deliver(last))).toEqual({ type: 'Applied', timeUs: nowUs });
    expect(driver.world.events).toBe(events + 1);
    expect(driver.world.nowUs).toBe(nowUs);
    expect(driver.seen.filter(({ type }) => type === 'ActionTaken' || type === 'MessageDelivered')).toEqual([
      { timeUs: nowUs, type: 'ActionTaken', action: deliver(last) },
      { timeUs: nowUs, type: 'MessageDelivered', id: last.id },
    ]);
    const ids = (list: readonly PendingEvent[]) => list.filter(isMessage).map(({ id, dueUs }) => `${id} ${dueUs}`);
    const kept = ids(before).filter((id) => id !== `${last.id} ${last.dueUs}`);
    expect(ids(driver.pending())).toEqual(expect.arrayContaining(kept));
    expect(driver.pending().some((event) => isMessage(event) && event.id === last.id)).toBe(false);
  });

  test('and others after it: each alone, all at one moment, whatever is due then', () => {
    for (const key of ['a', 'b', 'c', 'd']) driver.act(put(key));
    const { nowUs } = driver.world;
    // Somebody's timer is due at this very moment, and still waits when all is done.
    const timer = waitFor((event): event is PendingEvent => event.type === 'Timer');
    driver.run(timer.dueUs);
    for (const key of ['e', 'f', 'g']) driver.act(put(key));
    const requests = driver
      .pending()
      .filter((event): event is MessageEvent => isMessage(event) && event.from === 'client');
    expect(timer.dueUs).toBeGreaterThan(nowUs);
    expect(requests.length).toBeGreaterThan(2);
    const { events } = driver.world;
    for (const request of requests)
      expect(driver.act(deliver(request))).toEqual({ type: 'Applied', timeUs: timer.dueUs });
    expect(driver.world.events).toBe(events + requests.length);
    expect(driver.pending()).toContainEqual(timer);
    const node = nodeId(2);
    expect(driver.act({ type: 'Kill', node })).toEqual({ type: 'Applied', timeUs: timer.dueUs });
    expect(driver.world.events).toBe(events + requests.length);
  });

  test('may overtake one sent earlier on its link', () => {
    driver.act(put('a'));
    driver.act(put('b'));
    const twin = waitFor((event): event is MessageEvent => {
      const link = driver.pending().filter(isMessage);
      return (
        isMessage(event) && link.some((o) => o.from === event.from && o.to === event.to && o.sequence < event.sequence)
      );
    });
    const earlier = driver
      .pending()
      .filter(isMessage)
      .filter(({ from, to, sequence }) => from === twin.from && to === twin.to && sequence < twin.sequence);
    driver.seen = [];
    driver.act(deliver(twin));
    driver.run(driver.world.nowUs + SECOND / 10);
    const order = driver.seen.flatMap((event) => (event.type === 'MessageDelivered' ? [event.id] : []));
    for (const { id } of earlier) expect(order.indexOf(id)).toBeGreaterThan(order.indexOf(twin.id));
    expect(driver.world.violations).toEqual([]);
  });

  test('to a client is taken by the client, and answers it', () => {
    driver.act(put('a'));
    const answer = waitFor((event): event is MessageEvent => isMessage(event) && event.to === 'client');
    const { nowUs } = driver.world;
    expect(driver.act(deliver(answer))).toMatchObject({ type: 'Applied' });
    expect(driver.seen).toContainEqual({ timeUs: nowUs, type: 'MessageDelivered', id: answer.id });
  });

  test.each<[string, (message: MessageEvent) => readonly Action[]]>([
    ['NotInFlight', (message) => [deliver(message), deliver(message)]],
    ['NotInFlight', (message) => [{ ...deliver(message), to: 'n9' } as Action]],
    ['NotInFlight', (message) => [{ ...deliver(message), from: 'nobody' } as Action]],
    ['TargetDown', (message) => [{ type: 'Kill', node: nodeId(Number(message.to.slice(1))) }, deliver(message)]],
    ['LinkCut', (message) => [{ type: 'Cut', from: message.from, to: message.to, bothWays: true }, deliver(message)]],
  ])('%s: refused, and part of the run all the same', (code, actions) => {
    driver.act(put('a'));
    const request = driver.pending().find((event) => isMessage(event) && event.from === 'client') as MessageEvent;
    const list = actions(request);
    for (const action of list.slice(0, -1)) expect(driver.act(action)).toMatchObject({ type: 'Applied' });
    const { events, nowUs } = driver.world;
    const digest = driver.world.digest();
    expect(driver.act(list.at(-1) as Action)).toMatchObject({ type: 'Refused', code });
    expect(driver.world.events).toBe(events);
    expect(driver.world.digest()).not.toBe(digest);
    expect(driver.world.log.at(-1)?.action).toEqual(list.at(-1));
    expect(driver.world.nowUs).toBeLessThanOrEqual(nowUs + 1);
  });

  test('no name makes a client: a wrong one leaves the numbers of others alone', () => {
    driver.act({ type: 'Deliver', from: 'ghost', to: 'n1', sequence: 0 });
    driver.act(put('a', 'x'));
    expect(driver.pending().filter(isMessage)).toContainEqual(expect.objectContaining({ from: 'x' }));
    expect(driver.seen.find(({ type }) => type === 'OperationInvoked')).toMatchObject({ client: 101 });
  });
});

describe('the write under way', () => {
  const isSync = (event: PendingEvent): event is Extract<PendingEvent, { readonly at: string }> =>
    event.type === 'LogSync';

  test('completes now, as the next event: its records are durable before anything else happens', () => {
    driver.act(put('a'));
    const sync = waitFor(isSync);
    const node = nodeOf(sync.at);
    const { nowUs, events } = driver.world;
    expect(sync.dueUs).toBeGreaterThan(nowUs + 1);
    driver.seen = [];
    expect(driver.act({ type: 'CompleteWrite', node, sequence: sync.sequence })).toEqual({
      type: 'Applied',
      timeUs: nowUs,
    });
    expect(driver.world.events).toBe(events + 1);
    expect(driver.seen).toContainEqual(expect.objectContaining({ type: 'EntriesPersisted', node, timeUs: nowUs }));
    expect(driver.seen.filter(({ type }) => type === 'ActionTaken')).toHaveLength(1);
    expect(driver.pending()).not.toContainEqual(sync);
    driver.run(nowUs + SECOND);
    expect(driver.world.violations).toEqual([]);
  });

  test.each<[string, readonly Action[]]>([
    ['NothingUnderWay', []],
    ['TargetDown', [{ type: 'Kill', node: nodeId(2) }]],
  ])('%s: refused, and nobody hears of it', (code, before) => {
    for (const action of before) driver.act(action);
    while (driver.pending().some((event) => isSync(event) && event.at === 'n2')) driver.step();
    driver.seen = [];
    const { events } = driver.world;
    expect(driver.act({ type: 'CompleteWrite', node: nodeId(2), sequence: 0 })).toMatchObject({
      type: 'Refused',
      code,
    });
    expect(driver.world.events).toBe(events);
    expect(driver.seen).toEqual([]);
  });

  test('of a node that there is not', () => {
    const action: Action = { type: 'CompleteWrite', node: nodeId(9), sequence: 0 };
    expect(driver.act(action)).toMatchObject({ type: 'Refused', code: 'UnknownNode' });
  });
});

describe('a run with chosen events', () => {
  const total = new Map<string, number>();

  test.each(Array.from({ length: LONG ? 12 : 3 }, (_, i) => i + 1))(
    'seed %i: saved, read back and replayed, in windows and one event at a time: one digest, nothing violated',
    (seed) => {
      const { run, taken } = chosenRun(seed);
      for (const [name, count] of taken) total.set(name, (total.get(name) ?? 0) + count);
      const read = decodeRun(encodeRun(run));
      expect(read).toEqual(run);
      const windows = replay(read);
      const single = replay(read, { single: true, trace: true });
      expect(windows.violations).toEqual([]);
      expect(windows.digest).toBe(run.digest);
      expect(single.digest).toBe(run.digest);
      expect(single.events).toBe(windows.events);
      expect(windows.acknowledged).toBeGreaterThan(5);
      for (const types of [['Deliver', 'CompleteWrite'], ['Drop'], ['Delay']]) {
        const without = read.actions.filter(({ action }) => !types.includes(action.type));
        if (without.length < read.actions.length)
          expect(replay({ ...read, actions: without }).digest, `without ${types[0]}`).not.toBe(run.digest);
      }
    },
  );

  test('every way to choose came up, refusals too', () => {
    const names = [
      'Deliver Applied',
      'Deliver Refused',
      'CompleteWrite Applied',
      'CompleteWrite Refused',
      'Drop Applied',
      'Delay Applied',
      'Deliver to a client',
    ];
    for (const name of names) expect(total.get(name) ?? 0, name).toBeGreaterThan(10);
  });
});
