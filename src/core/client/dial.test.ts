import { describe, expect, test } from 'vitest';
import type { NodeId } from '../base/ids.ts';
import type { ReplyBody } from '../node/message.ts';
import type { Operation, ReadLevel, WriteLevel } from './operation.ts';
import { key, N1, N2, N3, ScriptedClient, type SentRequest, value, written } from './testing/scripted-client.ts';

const ALL: readonly NodeId[] = [N1, N2, N3];
/** As the ring has them. */
const ORDER: readonly NodeId[] = [N1, N3, N2];
const get = (read: ReadLevel): Operation => ({ type: 'Get', key: key('k'), read });
const put = (write: WriteLevel): Operation => ({ type: 'Put', key: key('k'), value: key('v'), write });

/** A replica that has applied so much, and whose log goes on to `lastIndex`. */
const holds = (appliedIndex: number, lastIndex = appliedIndex, change: object = {}): ReplyBody =>
  ({
    type: 'ReplicaValue',
    value: key(`v${appliedIndex}`),
    isDue: false,
    replicaId: 0,
    leads: false,
    term: 1,
    appliedIndex,
    commitIndex: lastIndex,
    lastIndex,
    configuration: { voters: ALL, votersOutgoing: [], learners: [] },
    configurationIndex: 0,
    leaderContactUs: 40_000,
    ...change,
  }) as ReplyBody;
const behind = (appliedIndex: number): ReplyBody => holds(appliedIndex, appliedIndex, { type: 'ReplicaBehind' });

/** What a request asks a replica for: the least that it is to have applied, and for how many ms it may wait. */
function asked({ to, body }: SentRequest): string {
  if (body.type === 'ReplicaGet')
    return `n${to} ${body.key === undefined ? 'state' : 'value'} ≥${body.appliedIndex} ${body.waitUs / 1000}`;
  return `n${to} ${body.type}${body.type === 'Get' && body.read !== undefined ? ` ${body.read}` : ''}`;
}
const take = (c: ScriptedClient, count: number): SentRequest[] => Array.from({ length: count }, () => c.nextSent());
const to = (requests: readonly SentRequest[], node: NodeId): SentRequest =>
  requests.find((request) => request.to === node) as SentRequest;
const events = (c: ScriptedClient) =>
  c
    .takeEvents()
    .filter(({ type }) => ['QuorumHeard', 'ReadFellBack', 'ReplicasDiffered', 'AppliedAsked'].includes(type));

describe('R=1 and session', () => {
  test('R=1 takes what the first replica has applied, and says how far behind that is', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(1));
    const request = c.nextSent();
    expect(asked(request)).toBe('n1 value ≥0 75');
    c.reply(request, holds(5, 6));
    expect(c.outcomes.get(id)).toMatchObject({
      status: 'ok',
      ground: 'applied',
      index: 5,
      appliedIndex: 5,
      replica: { leads: false, behind: 1, leaderContactUs: 40_000 },
      attempts: 1,
    });
  });

  test('R=1 asks another replica as well when the first is slow, and gives that up when it is silent: it is asked last from then on', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(1));
    c.nextSent();
    const [hedge, next] = [c.nextSent(), c.nextSent()];
    expect([hedge.to, hedge.atUs]).toEqual([N3, 75_000]);
    expect([next.to, next.atUs]).toEqual([N2, 150_000]);
    expect(c.takeEvents().filter(({ type }) => type === 'ReadHedged')).toMatchObject([
      { requestId: hedge.requestId, suspected: N1, by: N1, through: N3 },
    ]);
    c.reply(hedge, holds(5));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', node: N3, ground: 'applied', attempts: 3 });
    c.invoke(get(1));
    expect(c.nextSent().to).toBe(N3);
  });

  test('R=1: one that answers late has answered too; a session, and a read that is for one node, wait', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(1));
    const first = c.nextSent();
    c.nextSent();
    c.reply(first, holds(4));
    expect(c.outcomes.get(id)).toMatchObject({ node: N1, index: 4 });
    c.invoke(get('session'));
    c.invoke(get(1), 1000, N2);
    c.advance(100);
    expect(c.sent.filter(({ atUs }) => atUs > 75_000)).toEqual([]);
  });

  test('R=1: where nobody answers hedges end', () => {
    const c = new ScriptedClient();
    for (let i = 0; i < 40; i++) c.invoke(get(1), 140);
    c.advance(1000);
    expect(c.takeEvents().filter(({ type }) => type === 'ReadHedged')).toHaveLength(10);
  });

  test('a replica that is quarantined sends it on; where it is the only one that is the answer, at once', () => {
    const c = new ScriptedClient();
    const quarantined = (isAlone: boolean): ReplyBody =>
      ({ type: 'Quarantined', reason: 'corrupt block', isAlone, leader: 0, term: 1 }) as ReplyBody;
    const sent = c.invoke(get(1));
    c.reply(c.nextSent(), quarantined(false));
    c.reply(c.nextSent(), holds(5));
    expect(c.outcomes.get(sent)).toMatchObject({ status: 'ok', node: N3 });
    const read = c.invoke(get('lease'));
    c.reply(c.nextSent(), quarantined(true));
    const quarantine = { reason: 'corrupt block', isAlone: true };
    expect(c.outcomes.get(read)).toMatchObject({ status: 'fail', code: 'Quarantined', quarantine, attempts: 1 });
    // Of a majority: it is not counted.
    const polled = c.invoke(get(2));
    const requests = take(c, 3);
    c.reply(to(requests, N1), quarantined(false));
    c.reply(to(requests, N2), holds(5));
    expect(c.outcomes.has(polled)).toBe(false);
    c.reply(to(requests, N3), holds(6));
    expect(c.outcomes.get(polled)).toMatchObject({ ground: 'quorum', acks: 2 });
  });

  test('a session asks for what it has seen: by writes with W=2, by any read, and not by W=1', () => {
    const c = new ScriptedClient();
    const session = (): string => {
      const id = c.invoke(get('session'));
      const request = c.nextSent();
      c.reply(request, holds(20));
      expect(c.outcomes.get(id)).toMatchObject({ ground: 'session' });
      return asked(request);
    };
    const first = new ScriptedClient();
    first.invoke(get('session'));
    expect(asked(first.nextSent())).toBe('n1 value ≥0 75');
    c.registered(7, put(1));
    c.reply(c.nextSent(), { type: 'Appended', term: 1, index: 30, voters: 3 });
    expect(c.outcomes.get(1)).toMatchObject({ result: { type: 'Appended' }, write: { held: 'leader' }, acks: 1 });
    c.invoke(put(2));
    c.reply(c.nextSent(), written(1, 12));
    expect(session()).toBe('n1 value ≥12 75');
    expect(session()).toBe('n1 value ≥20 75');
    c.invoke(get('lease'));
    c.reply(c.nextSent(), { ...value('x'), appliedIndex: 25 } as ReplyBody);
    expect(session()).toBe('n1 value ≥25 75');
  });

  test('a replica that is behind sends it on; with via= that is the answer', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('session'));
    c.reply(c.nextSent(), behind(3));
    const second = c.nextSent();
    expect(second.to).toBe(N3);
    c.reply(second, holds(9));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', node: N3 });
    const aimed = c.invoke(get('session'), 1000, N2);
    c.reply(c.nextSent(), behind(3));
    expect(c.outcomes.get(aimed)).toMatchObject({ status: 'fail', code: 'ReplicaBehind', node: N2, index: 3 });
  });
});

describe('R=2 and R=3', () => {
  test('all are asked at once; the first majority that has applied what it holds is the answer', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(2));
    const requests = take(c, 3);
    expect(requests.map(asked)).toEqual(ORDER.map((node) => `n${node} value ≥0 0`));
    c.reply(to(requests, N2), holds(5));
    c.reply(to(requests, N3), holds(6));
    expect(c.outcomes.get(id)).toMatchObject({ ground: 'quorum', node: N3, acks: 2, voters: 3, attempts: 1 });
    expect(c.outcomes.get(id)).not.toHaveProperty('instead');
    expect(events(c)).toMatchObject([{ type: 'QuorumHeard', index: 6, voters: [N2, N3], behind: false }]);
  });

  test('where none has, they are asked to answer when they have: the rinse', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(2));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(5, 7));
    c.reply(to(requests, N2), holds(6));
    expect(take(c, 2).map(asked)).toEqual(['n1 value ≥7 100', 'n2 value ≥7 100']);
    // What n3 was asked for first counts as well, if it has applied as much.
    c.reply(to(requests, N3), holds(7));
    expect(c.outcomes.get(id)).toMatchObject({ ground: 'quorum', node: N3, acks: 3 });
    expect(events(c)).toMatchObject([{ type: 'QuorumHeard', index: 7, behind: true }]);
  });

  test('a tail that nobody applies: after two heartbeats the leader serves the read, by ReadIndex', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(2));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(5, 7));
    c.reply(to(requests, N2), holds(5));
    take(c, 2);
    c.advance(99);
    expect(c.unread).toEqual([]);
    c.advance(1);
    const [last] = take(c, 1) as [SentRequest];
    expect(asked(last)).toMatch(/^n\d Get index$/);
    // What comes from before says nothing any more.
    c.reply(to(requests, N3), holds(9));
    expect(c.outcomes.get(id)).toBeUndefined();
    c.reply(last, { ...value('x'), ground: 'index' } as ReplyBody);
    expect(c.outcomes.get(id)).toMatchObject({ ground: 'index', instead: 'dead tail', node: last.to });
    expect(events(c).at(-1)).toMatchObject({ type: 'ReadFellBack', reason: 'dead tail' });
  });

  test('without a majority as well, after a request timeout, or at once where the others are known to be down', () => {
    const c = new ScriptedClient();
    c.invoke(get(2));
    c.reply(to(take(c, 3), N1), holds(5));
    const late = c.nextSent();
    expect([asked(late).slice(3), late.atUs]).toEqual(['Get index', 150_000]);
    const d = new ScriptedClient();
    d.invoke(get(2));
    const requests = take(d, 3);
    d.reply(to(requests, N1), holds(5));
    d.refuseConnection(to(requests, N2));
    d.refuseConnection(to(requests, N3));
    expect(d.nextSent().atUs).toBe(0);
    expect(events(d)).toMatchObject([{ type: 'ReadFellBack', reason: 'no quorum' }]);
  });

  test('a value whose deadline has passed, which no entry says yet: the leader is asked', () => {
    const c = new ScriptedClient();
    c.invoke(get(2));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(5));
    c.reply(to(requests, N2), holds(6, 6, { isDue: true }));
    expect(asked(c.nextSent())).toMatch(/Get index$/);
    expect(events(c).at(-1)).toMatchObject({ type: 'ReadFellBack', reason: 'due' });
  });

  test('R=3 waits for all, and tells of two that differ', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(3));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(5));
    c.reply(to(requests, N2), holds(5, 5, { value: key('other') }));
    expect(c.outcomes.get(id)).toBeUndefined();
    c.reply(to(requests, N3), holds(5));
    expect(c.outcomes.get(id)).toMatchObject({ ground: 'all', acks: 3, voters: 3, differing: [N1, N2] });
    expect(events(c)).toMatchObject([
      { type: 'ReplicasDiffered', index: 5, nodes: [N1, N2] },
      { type: 'QuorumHeard', voters: ALL },
    ]);
  });

  test('R=3 with a silent voter makes do with a majority after a request timeout, and says so', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get(3));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(5));
    c.reply(to(requests, N2), holds(5));
    c.advance(149);
    expect(c.outcomes.get(id)).toBeUndefined();
    c.advance(1);
    expect(c.outcomes.get(id)).toMatchObject({ ground: 'quorum', instead: 'silent voter', acks: 2, voters: 3 });
  });
});

describe('W=3', () => {
  test('is answered when every voter says that it has applied the entry; the next write does not wait for that', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, put(3));
    c.reply(c.nextSent(), written(1, 9));
    const requests = take(c, 3);
    expect(requests.map(asked)).toEqual(ORDER.map((node) => `n${node} state ≥9 75`));
    const next = c.invoke(put(2));
    c.reply(c.nextSent(), written(1, 10));
    expect(c.outcomes.get(next)).toMatchObject({ status: 'ok' });
    c.reply(to(requests, N1), holds(9));
    c.reply(to(requests, N3), holds(9));
    expect(c.outcomes.get(id)).toBeUndefined();
    c.reply(to(requests, N2), behind(8));
    const again = c.nextSent();
    expect(asked(again)).toBe('n2 state ≥9 75');
    c.reply(again, holds(9));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', index: 9, acks: 2, write: { held: 'all', by: ALL } });
    expect(events(c)).toMatchObject([{ type: 'AppliedAsked', index: 9 }]);
  });

  test('when time is up it is committed, not on all: never unknown, never failed', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, put(3));
    c.reply(c.nextSent(), written(1, 9));
    const requests = take(c, 3);
    c.reply(to(requests, N1), holds(9));
    c.refuseConnection(to(requests, N2));
    c.advance(1000);
    expect(c.outcomes.get(id)).toMatchObject({
      status: 'ok',
      index: 9,
      write: { held: 'not all', missing: [N2, N3] },
    });
    // They were asked again.
    expect(c.unread.filter(({ to: node }) => node === N2).length).toBeGreaterThan(2);
  });
});
