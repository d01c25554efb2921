import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../base/ids.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { compareStamps } from '../../replication/stamp.ts';
import type { EventualMessage } from './eventual-message.ts';
import { EventualCluster, MS, read, S0, write } from './testing/eventual-cluster.ts';
import { told, values } from './testing/replies.ts';

const KEY = encodeUtf8('k');
const ack = (to: number, home = to) => ({ to: nodeId(to), home: nodeId(home) });

const shownOnHomes = (cluster: EventualCluster, key = 'k'): readonly string[] =>
  [1, 2, 3].map((id) => cluster.shown(id, key));

describe('writes and reads', () => {
  test.each([1, 2, 3])('W=%i waits for so many disks, and all homes get it', (w) => {
    const cluster = new EventualCluster();
    const reply = told('EventualWritten', cluster.call(1, write('a', { w })));
    expect(reply).toMatchObject({ status: 'ok', versions: 1, homes: [1, 2, 3] });
    expect(reply.acks).toHaveLength(w);
    expect(reply.acks[0]).toEqual(ack(1));
    cluster.run(50 * MS);
    expect(shownOnHomes(cluster)).toEqual(['a', 'a', 'a']);
    for (const r of [1, 2, 3]) {
      const answer = told('EventualValue', cluster.call(2, read(r)));
      expect(answer.answers).toHaveLength(r);
      expect(answer).toMatchObject({ repaired: [], versions: [{ stamp: reply.stamp }] });
    }
  });

  test('any node coordinates, and what it is no home of it keeps nothing of', () => {
    const cluster = new EventualCluster();
    expect(cluster.call(5, write('a', { w: 3 }))).toMatchObject({ status: 'ok', acks: [ack(1), ack(2), ack(3)] });
    expect(values(cluster.call(4, read(3)))).toEqual(['a']);
    expect(cluster.at(5).rows.unsynced).toEqual([]);
    expect(cluster.rowOn(5)).toEqual([]);
  });

  test('of a key that nobody knows there are no versions', () => {
    expect(told('EventualValue', new EventualCluster().call(1, read(3)))).toMatchObject({ versions: [], context: [] });
  });

  test('a DELETE is a version without a value, and a later PUT takes its place', () => {
    const cluster = new EventualCluster();
    cluster.call(1, write('a', { w: 3 }));
    cluster.call(2, write(undefined, { w: 3 }));
    expect(values(cluster.call(3, read(3)))).toEqual(['-']);
    cluster.call(3, write('b', { w: 3 }));
    expect(values(cluster.call(1, read(3)))).toEqual(['b']);
  });

  test('a value that expires is gone by the hybrid clock, and its answer says how long is left', () => {
    const cluster = new EventualCluster();
    cluster.call(1, write('a', { w: 3, ttlUs: 500 * MS }));
    const [version] = told('EventualValue', cluster.call(2, read(2))).versions;
    expect(version?.expiresInUs).toBeGreaterThan(400 * MS);
    expect(version?.expiresInUs).toBeLessThanOrEqual(500 * MS);
    cluster.run(500 * MS);
    expect(values(cluster.call(2, read(2)))).toEqual(['-']);
  });

  test('more acknowledgments or answers than there are homes are refused, and nothing is made', () => {
    const cluster = new EventualCluster();
    const refusal = { type: 'EventualRefused', why: 'NotEnoughReplicas', needed: 4, homes: [1, 2, 3] };
    expect(cluster.call(1, write('a', { w: 4 }))).toMatchObject(refusal);
    expect(cluster.call(1, read(4))).toMatchObject(refusal);
    cluster.run(100 * MS);
    expect(shownOnHomes(cluster)).toEqual(['', '', '']);
  });

  test('more operations than a node may have under way are refused', () => {
    const cluster = new EventualCluster({ limits: { operationsMax: 2 } });
    cluster.part([1]);
    const asked = [1, 2, 3].map(() => cluster.ask(1, read(3, { sloppy: false })));
    cluster.run(100 * MS);
    expect(asked.map((id) => cluster.replies.get(id))).toMatchObject([
      ...[undefined, undefined],
      { type: 'EventualRefused', why: 'Busy' },
    ]);
    cluster.run(400 * MS);
    expect(cluster.replies.get(asked[0] as number)).toMatchObject({ why: 'NotEnoughReplicas', answers: [ack(1)] });
    cluster.heal();
    expect(cluster.call(1, read(3)).type).toBe('EventualValue');
  });

  test('a joiner gets every write and counts for nothing', () => {
    const cluster = new EventualCluster();
    cluster.placement = { ...cluster.placement, joiners: [nodeId(4)], fallbacks: [nodeId(5)] };
    cluster.at(4).rows.standings.set(S0, 'copying');
    cluster.part([2, 3]);
    expect(cluster.call(1, write('a', { w: 2, sloppy: false }))).toMatchObject({ status: 'unknown', acks: [ack(1)] });
    expect(cluster.shown(4)).toBe('a');
    expect(cluster.call(1, read(2, { sloppy: false }))).toMatchObject({ why: 'NotEnoughReplicas', answers: [ack(1)] });
  });
});

describe('what is acknowledged is durable', () => {
  test('a home says that it has a row when its disk has it', () => {
    const cluster = new EventualCluster();
    for (const id of [2, 3]) cluster.at(id).holdsSyncs = true;
    const asked = cluster.ask(1, write('a', { w: 2, waitUs: 4000 * MS }));
    cluster.run(20 * MS);
    expect(cluster.shown(2)).toBe('a');
    expect(cluster.replies.has(asked)).toBe(false);
    cluster.sync(2);
    cluster.run(5 * MS);
    expect(cluster.replies.get(asked)).toMatchObject({ status: 'ok', acks: [ack(1), ack(2)] });
  });

  test('a fallback says that it keeps a hint when its disk has it', () => {
    const cluster = new EventualCluster();
    cluster.part([2, 3]);
    cluster.suspect(1, [2, 3]);
    cluster.at(4).holdsSyncs = true;
    const asked = cluster.ask(1, write('a', { w: 3, waitUs: 4000 * MS }));
    cluster.run(40 * MS);
    expect(cluster.host(4).hints.waitingFor(nodeId(2))).toBe(1);
    expect(cluster.replies.has(asked)).toBe(false);
    cluster.sync(4);
    cluster.run(5 * MS);
    expect(cluster.replies.get(asked)).toMatchObject({ status: 'ok', acks: [ack(1), ack(4, 2), ack(5, 3)] });
  });

  test('the coordinator counts itself when its own disk has it, and sends before that', () => {
    const cluster = new EventualCluster();
    cluster.call(1, write('a', { w: 3, key: 'other' }));
    cluster.at(1).holdsSyncs = true;
    const asked = cluster.ask(1, write('a', { w: 3, waitUs: 4000 * MS }));
    cluster.run(20 * MS);
    expect(shownOnHomes(cluster)).toEqual(['a', 'a', 'a']);
    expect(cluster.replies.has(asked)).toBe(false);
    cluster.sync(1);
    cluster.run(MS);
    expect(cluster.replies.get(asked)).toMatchObject({ status: 'ok' });
  });

  test('a home that crashes before its sync has not acknowledged, and gets the row again', () => {
    const cluster = new EventualCluster();
    cluster.at(2).holdsSyncs = true;
    cluster.part([3]);
    const asked = cluster.ask(1, write('a', { w: 2, sloppy: false }));
    cluster.run(20 * MS);
    cluster.kill(2);
    cluster.revive(2);
    expect(cluster.shown(2)).toBe('');
    expect(cluster.replies.has(asked)).toBe(false);
    cluster.run(60 * MS);
    expect(cluster.replies.get(asked)).toMatchObject({ status: 'ok', acks: [ack(1), ack(2)] });
    cluster.kill(2);
    cluster.revive(2);
    expect(cluster.shown(2)).toBe('a');
  });

  test('a fallback that crashes keeps the hints that it acknowledged and no others', () => {
    const cluster = new EventualCluster();
    cluster.part([3]);
    cluster.suspect(1, [3]);
    expect(cluster.call(1, write('a', { w: 3 }))).toMatchObject({ status: 'ok' });
    cluster.at(4).holdsSyncs = true;
    cluster.at(5).holdsSyncs = true;
    const asked = cluster.ask(1, write('b', { w: 3, key: 'l' }));
    cluster.run(20 * MS);
    cluster.kill(4);
    cluster.revive(4);
    expect(cluster.replies.has(asked)).toBe(false);
    expect(cluster.host(4).hints.waiting).toEqual([{ home: 3, hints: 1 }]);
    expect(cluster.host(4).hints.rowFor(nodeId(3), KEY)).toHaveLength(1);
  });

  test('a coordinator that crashes leaves a write that others have, and answers nothing of its earlier boot', () => {
    const cluster = new EventualCluster();
    const late = new Map<NodeId, EventualMessage>();
    cluster.onWire = (message, from, to) => {
      if (message.type === 'RowTaken' && to === 1 && !late.has(from)) late.set(from, message);
      return message.type === 'RowTaken' ? [] : [message];
    };
    const asked = cluster.ask(1, write('a', { w: 2 }));
    cluster.run(10 * MS);
    cluster.kill(1);
    cluster.revive(1);
    const again = cluster.ask(1, write('b', { w: 3, key: 'l', waitUs: 4000 * MS }));
    cluster.run(20 * MS);
    // Its own replica has it; of the others nothing was heard, but what they said to the life before.
    expect(late.size).toBe(2);
    for (const [from, message] of late) cluster.receive(nodeId(1), from, message);
    expect(cluster.replies.has(again)).toBe(false);
    cluster.onWire = (message) => [message];
    cluster.run(100 * MS);
    expect(cluster.replies.has(asked)).toBe(false);
    expect([cluster.shown(2), cluster.shown(3)]).toEqual(['a', 'a']);
    expect(values(cluster.call(1, read(2)))).toEqual(['a']);
  });
});

describe('lost, late and doubled', () => {
  test('who does not answer is asked again', () => {
    const cluster = new EventualCluster();
    let lost = 0;
    cluster.onWire = (message, _, to) => (message.type === 'RowSent' && to < 4 && lost++ < 4 ? [] : [message]);
    expect(cluster.call(1, write('a', { w: 3, sloppy: false, waitUs: 1000 * MS }))).toMatchObject({ status: 'ok' });
    expect(lost).toBeGreaterThan(4);
  });

  test('an acknowledgment counts once, however often it comes', () => {
    const cluster = new EventualCluster();
    cluster.part([3]);
    cluster.onWire = (message) => [message, message, message];
    const reply = cluster.call(1, write('a', { w: 3, sloppy: false }));
    expect(reply).toMatchObject({ status: 'unknown', acks: [ack(1), ack(2)] });
  });

  test('a home and the hint for it count once', () => {
    const cluster = new EventualCluster();
    // n2 answers late, and n4 has taken a hint for it by then.
    cluster.suspect(1, [2]);
    cluster.part([3]);
    const reply = cluster.call(1, write('a', { w: 3, waitUs: 20 * MS }));
    expect(reply).toMatchObject({ status: 'unknown', acks: [ack(1), ack(2)] });
    expect(cluster.host(4).hints.waitingFor(nodeId(2))).toBe(1);
  });

  test('a write that comes late changes nothing: rows are compared', () => {
    const cluster = new EventualCluster();
    let held: { message: EventualMessage; from: NodeId } | undefined;
    cluster.onWire = (message, from, to) => {
      if (message.type !== 'RowSent' || to !== 3 || held !== undefined) return [message];
      held = { message, from };
      return [];
    };
    cluster.call(1, write('older'));
    cluster.call(2, write('newer', { w: 3 }));
    cluster.receive(nodeId(3), nodeId(1), (held as unknown as { message: EventualMessage }).message);
    expect(cluster.shown(3)).toBe('newer');
    expect(cluster.eventsOf(3, 'RowApplied').at(-1)).toMatchObject({ isChanged: false, dropped: [{ node: 1 }] });
  });
});

describe('homes that are cut off', () => {
  test('strict: the outcome is unknown while it may still win, and reads are refused', () => {
    const cluster = new EventualCluster();
    cluster.part([1]);
    expect(cluster.call(1, write('a', { w: 2, sloppy: false }))).toMatchObject({ status: 'unknown', acks: [ack(1)] });
    expect(cluster.call(1, read(2, { sloppy: false }))).toMatchObject({ why: 'NotEnoughReplicas', answers: [ack(1)] });
    expect(cluster.call(1, write('b', { w: 1, sloppy: false }))).toMatchObject({ status: 'ok', acks: [ack(1)] });
    expect(cluster.call(2, write('c', { w: 2, sloppy: false }))).toMatchObject({ acks: [ack(2), ack(3)] });
  });

  test.each([
    ['suspected', [1, 2, 3]],
    ['not yet suspected', []],
  ])('sloppy, %s: hints count, come home after the heal, and go', (_, suspected) => {
    const cluster = new EventualCluster();
    cluster.part([1, 2, 3]);
    cluster.suspect(4, suspected);
    expect(cluster.call(4, write('a', { w: 2 }))).toMatchObject({ status: 'ok', acks: [ack(4, 1), ack(5, 2)] });
    expect(values(cluster.call(5, read(2)))).toEqual(['a']);
    expect(shownOnHomes(cluster)).toEqual(['', '', '']);
    expect(cluster.call(4, write('b', { w: 3 }))).toMatchObject({ status: 'unknown' });
    cluster.run(1000 * MS);
    expect(cluster.host(4).report([]).hints).toEqual([{ home: 1, hints: 1 }]);
    cluster.heal();
    cluster.run(300 * MS);
    expect([cluster.shown(1), cluster.shown(2)]).toEqual(['b', 'b']);
    expect([cluster.host(4).hints.waiting, cluster.host(5).hints.waiting]).toEqual([[], []]);
    expect(cluster.eventsOf(4, 'HintDelivered')).toHaveLength(1);
    for (const id of [4, 5]) {
      cluster.kill(id);
      cluster.revive(id);
    }
    expect([cluster.host(4).hints.waiting, cluster.host(5).hints.waiting]).toEqual([[], []]);
  });

  test('a hint waits for its home however long that takes, and stays until the home has it durably', () => {
    const cluster = new EventualCluster();
    cluster.part([2, 3]);
    cluster.suspect(1, [2, 3]);
    cluster.call(1, write('a', { w: 3 }));
    for (const id of [4, 5]) cluster.suspect(id, [2, 3]);
    cluster.run(3_600_000 * MS);
    expect(cluster.host(4).hints.waitingFor(nodeId(2))).toBe(1);
    cluster.heal();
    cluster.at(2).holdsSyncs = true;
    cluster.run(200 * MS);
    expect(cluster.shown(2)).toBe('a');
    expect(cluster.host(4).hints.waitingFor(nodeId(2))).toBe(1);
    cluster.kill(2);
    cluster.suspect(4, [2]);
    cluster.run(200 * MS);
    cluster.revive(2);
    cluster.suspect(4, []);
    cluster.run(200 * MS);
    expect([cluster.shown(2), cluster.host(4).hints.waiting]).toEqual(['a', []]);
  });

  test('a hint that its home refuses again and again is not sent ten times a second, and goes when it is taken', () => {
    const cluster = new EventualCluster();
    cluster.part([3]);
    cluster.suspect(1, [3]);
    cluster.call(1, write('a', { w: 3 }));
    cluster.at(3).rows.standings.set(S0, 'lost');
    cluster.heal();
    cluster.run(10_000 * MS);
    const sent = (): number => cluster.eventsOf(4, 'HintsSent').length;
    expect(sent()).toBeGreaterThan(4);
    expect(sent()).toBeLessThan(12);
    cluster.at(3).rows.standings.set(S0, 'complete');
    cluster.run(4000 * MS);
    expect([cluster.shown(3), cluster.host(4).hints.waiting]).toEqual(['a', []]);
  });

  test('a hint that does not fit is refused, and counts for nothing', () => {
    const cluster = new EventualCluster({ limits: { hintBytesMax: 10 } });
    cluster.part([3]);
    cluster.suspect(1, [3]);
    expect(cluster.call(1, write('a', { w: 3 }))).toMatchObject({ status: 'unknown', acks: [ack(1), ack(2)] });
    expect(cluster.eventsOf(4, 'RowRefused')).toMatchObject([{ home: 3, refusal: 'Full' }]);
  });

  test('hints of a home that has left go to who holds the shard in its place', () => {
    const cluster = new EventualCluster();
    cluster.part([3]);
    cluster.suspect(1, [3]);
    cluster.suspect(4, [3]);
    cluster.call(1, write('a', { w: 3 }));
    cluster.placement = { homes: [5, 1, 2].map(nodeId), joiners: [], retired: [], fallbacks: [nodeId(4)] };
    cluster.placementVersion++;
    cluster.at(5).rows.standings.set(S0, 'complete');
    cluster.run(200 * MS);
    expect(cluster.shown(5)).toBe('a');
    expect(cluster.eventsOf(4, 'HintMoved')).toMatchObject([{ home: 3, to: 5 }]);
    cluster.kill(4);
    cluster.revive(4);
    expect(cluster.host(4).hints.waiting).toEqual([]);
  });

  test('a fallback that keeps no hint is no replica: its silence about a key counts for nothing', () => {
    const cluster = new EventualCluster();
    cluster.call(2, write('a', { w: 2 }));
    cluster.run(100 * MS);
    // A coordinator that is no home is its own fallback, and faster than any home.
    cluster.part([5]);
    cluster.suspect(5, [1, 2, 3]);
    expect(cluster.call(5, read(1))).toMatchObject({ why: 'NotEnoughReplicas', answers: [] });
    cluster.heal();
    cluster.suspect(5, [1, 2, 3]);
    expect(values(cluster.call(5, read(1)))).toEqual(['a']);
    cluster.part([2, 3]);
    expect(cluster.call(1, read(2))).toMatchObject({ why: 'NotEnoughReplicas', answers: [ack(1)] });
    // One that keeps a hint answers in the place of its home.
    cluster.suspect(1, [2, 3]);
    expect(cluster.call(1, write('b', { w: 3 }))).toMatchObject({ status: 'ok' });
    expect(cluster.call(1, read(3))).toMatchObject({ answers: [ack(1), ack(4, 2), ack(5, 3)] });
  });

  test('a home without a replica, or with a damaged one, answers nothing of it', () => {
    const cluster = new EventualCluster();
    cluster.call(1, write('a', { w: 3 }));
    cluster.at(2).rows.standings.set(S0, 'lost');
    cluster.at(3).rows.standings.set(S0, 'none');
    expect(cluster.call(1, read(2, { sloppy: false }))).toMatchObject({ answers: [ack(1)] });
    expect(cluster.call(1, write('b', { w: 2, sloppy: false }))).toMatchObject({ status: 'unknown', acks: [ack(1)] });
    expect(cluster.call(2, write('c', { w: 3 }))).toMatchObject({ acks: [ack(1), ack(4, 2), ack(5, 3)] });
    expect(cluster.eventsOf(2, 'RowRefused').at(-1)).toMatchObject({ refusal: 'Damaged' });
  });
});

test('a home that has not copied everything yet takes writes, counts for none of them, and is not read', () => {
  const cluster = new EventualCluster();
  cluster.call(1, write('a', { w: 3 }));
  cluster.at(2).rows.standings.set(S0, 'copying');
  cluster.part([3]);
  expect(cluster.call(1, write('b', { w: 2, sloppy: false }))).toMatchObject({ status: 'unknown', acks: [ack(1)] });
  expect(cluster.shown(2)).toBe('b');
  expect(cluster.call(2, read(2, { sloppy: false }))).toMatchObject({ answers: [ack(1)] });
});

test('a hint stays while its home is still copying: what that holds goes with it when its move is called off', () => {
  const cluster = new EventualCluster();
  cluster.part([3]);
  cluster.suspect(1, [3]);
  cluster.suspect(4, [3]);
  cluster.call(1, write('a', { w: 3 }));
  expect(cluster.host(4).hints.waitingFor(nodeId(3))).toBe(1);
  cluster.at(3).rows.standings.set(S0, 'copying');
  cluster.heal();
  cluster.suspect(4, []);
  cluster.run(1000 * MS);
  expect(cluster.shown(3)).toBe('a');
  expect(cluster.host(4).hints.waitingFor(nodeId(3))).toBe(1);
  cluster.at(3).rows.standings.set(S0, 'complete');
  cluster.run(1000 * MS);
  expect(cluster.host(4).hints.waitingFor(nodeId(3))).toBe(0);
});

describe('read repair', () => {
  test('those that knew less are sent the merged row, are named, and are counted', () => {
    const cluster = new EventualCluster();
    cluster.part([3]);
    cluster.call(1, write('a', { sloppy: false }));
    cluster.run(1000 * MS);
    cluster.heal();
    expect(shownOnHomes(cluster)).toEqual(['a', 'a', '']);
    expect(told('EventualValue', cluster.call(2, read(3)))).toMatchObject({ repaired: [3], answers: { length: 3 } });
    cluster.run(10 * MS);
    expect(shownOnHomes(cluster)).toEqual(['a', 'a', 'a']);
    expect(cluster.host(2).report([]).readRepairs).toBe(1);
    expect(cluster.eventsOf(2, 'ReadRepaired')).toMatchObject([{ to: 3 }]);
    expect(told('EventualValue', cluster.call(2, read(3))).repaired).toEqual([]);
  });

  test('who answers late is repaired too, and the coordinator itself', () => {
    const cluster = new EventualCluster();
    cluster.part([1]);
    cluster.call(2, write('a', { sloppy: false }));
    cluster.run(1000 * MS);
    cluster.heal();
    const reply = told('EventualValue', cluster.call(1, read(1)));
    expect([reply.versions, reply.answers]).toEqual([[], [ack(1)]]);
    cluster.run(10 * MS);
    expect(shownOnHomes(cluster)).toEqual(['a', 'a', 'a']);
  });
});

describe('siblings', () => {
  const settings = { conflicts: 'siblings' as const };

  test('of two writes that had not seen each other both stay, until a PUT with their context', () => {
    const cluster = new EventualCluster({ settings });
    const base = told('EventualWritten', cluster.call(1, write('base', { w: 3 })));
    const { context } = base;
    cluster.call(1, write('left', { w: 3, context }));
    cluster.call(2, write('right', { w: 3, context }));
    const both = told('EventualValue', cluster.call(3, read(3)));
    expect(values(both)).toEqual(['right', 'left']);
    expect(compareStamps(both.versions[0]?.stamp as never, both.versions[1]?.stamp as never)).toBeGreaterThan(0);
    expect(cluster.call(3, write('solved', { w: 3, context: both.context }))).toMatchObject({ versions: 1 });
    expect(values(cluster.call(1, read(3)))).toEqual(['solved']);
  });

  test('writes of one node to one key that wait for a block do not share a dot', () => {
    const cluster = new EventualCluster({ settings });
    cluster.call(1, write('base', { w: 3 }));
    cluster.at(1).rows.hold();
    const asked = ['x', 'y', 'z'].map((text) => cluster.ask(1, write(text, { w: 3 })));
    cluster.run(5 * MS);
    for (let i = 0; i < 8; i++) {
      cluster.at(1).rows.letGo();
      if (i < 7) cluster.at(1).rows.hold();
    }
    cluster.run(50 * MS);
    expect(asked.map((id) => cluster.replies.get(id)?.type)).toEqual(['', '', ''].map(() => 'EventualWritten'));
    expect(values(cluster.call(2, read(3)))).toEqual(['z', 'y', 'x', 'base']);
  });

  test('a node that was started again does not continue its dots', () => {
    const cluster = new EventualCluster({ settings });
    cluster.call(1, write('base', { w: 3 }));
    for (const id of [2, 3]) cluster.at(id).holdsSyncs = false;
    cluster.at(1).holdsSyncs = true;
    // n2 and n3 have it, and n1 forgets it.
    cluster.ask(1, write('forgotten', { w: 1 }));
    cluster.run(20 * MS);
    cluster.kill(1);
    cluster.revive(1);
    expect(cluster.shown(1)).toBe('base');
    cluster.call(1, write('next', { w: 3 }));
    cluster.run(50 * MS);
    expect([...values(cluster.call(2, read(3)))].sort()).toEqual(['base', 'forgotten', 'next']);
  });

  test('nor does one that a move gave another replica', () => {
    const cluster = new EventualCluster({ settings });
    cluster.call(1, write('base', { w: 3 }));
    // n3 has it, n2 has not, and n1 leaves and comes back, and copies n2.
    cluster.part([2]);
    expect(cluster.call(1, write('unknown to n2', { w: 2, sloppy: false }))).toMatchObject({ status: 'ok' });
    cluster.run(2000 * MS);
    cluster.at(1).rows.copy(cluster.at(2).rows);
    cluster.host(1).begunAnew(S0);
    expect(cluster.shown(1)).toBe('base');
    cluster.heal();
    cluster.call(1, write('next', { w: 3 }));
    expect([...values(cluster.call(2, read(3)))].sort()).toEqual(['base', 'next', 'unknown to n2']);
  });

  test('more of them than a row may have are refused', () => {
    const cluster = new EventualCluster({ settings });
    for (let i = 0; i < 64; i++) cluster.call(1, write(`v${i}`, { w: 1 }));
    expect(cluster.call(1, write('one more'))).toMatchObject({ why: 'TooManySiblings', siblings: 65, max: 64 });
  });
});

test('what a node holds of a key is told beside time', () => {
  const cluster = new EventualCluster();
  cluster.part([3]);
  cluster.suspect(1, [3]);
  cluster.call(1, write('a', { w: 3 }));
  const held = (id: number) => cluster.host(id).heldKey(S0, KEY).next().value;
  expect(held(1)).toMatchObject({ standing: 'complete', row: [{ stamp: { node: 1 } }], hints: [] });
  expect(held(4)).toMatchObject({ standing: 'none', row: undefined, hints: [{ home: 3, row: [{}] }] });
});
