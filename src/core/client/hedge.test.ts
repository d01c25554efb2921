import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';
import type { ReplyBody } from '../node/message.ts';
import { get, N1, N2, N3, notLeader, put, ScriptedClient, type SentRequest, value } from './testing/scripted-client.ts';

const isHedge = ({ body }: SentRequest): boolean => body.type === 'Get' && body.hedge === true;
const served = (text: string, leader: NodeId): ReplyBody => ({ ...(value(text) as object), leader }) as ReplyBody;
const asked = (requests: readonly SentRequest[]) =>
  requests.map((request) => [request.to, isHedge(request) ? 'hedge' : 'read']);

/** A client to which the leader n1 has been silent for a request timeout. */
function afterSilence(): ScriptedClient {
  const c = new ScriptedClient();
  c.invoke(get('k'));
  answer(c, notLeader(1), value('x'));
  c.invoke(get('k'), 150);
  expect(c.nextSent().to).toBe(N1);
  c.advance(150);
  expect(c.outcomes.get(2)).toMatchObject({ status: 'fail', code: 'Timeout' });
  c.invoke(get('k'), 5000);
  expect(asked([c.nextSent()])).toEqual([[N1, 'read']]);
  expect(c.unread).toEqual([]);
  return c;
}

/** Whoever is asked first, or whom it names, answers. */
function answer(c: ScriptedClient, refusal: ReplyBody, result: ReplyBody): void {
  const request = c.nextSent();
  if (request.to === N1) c.reply(request, result);
  else {
    c.reply(request, refusal);
    c.reply(c.nextSent(), result);
  }
}

describe('hedged reads', () => {
  test('a leader that was silent: the next read goes to it, and through another replica at the same moment', () => {
    const c = afterSilence();
    // Silent again: now it counts as suspected.
    const second = c.nextSent();
    c.reply(second, notLeader(1));
    const [third, hedge] = [c.nextSent(), c.nextSent()];
    expect(asked([third, hedge])).toEqual([
      [5 - second.to, 'read'],
      [second.to, 'hedge'],
    ]);
    c.reply(hedge, served('y', N1));
    expect(c.outcomes.get(3)).toMatchObject({ status: 'ok', node: second.to });
    // Who served it does not lead, and says who does.
    c.invoke(get('k'), 5000);
    const [plain, again] = [c.nextSent(), c.nextSent()];
    expect(plain.to).toBe(N1);
    expect([isHedge(plain), isHedge(again)]).toEqual([false, true]);
    expect(again.atUs).toBe(plain.atUs);
    const told = c.takeEvents().findLast(({ type }) => type === 'ReadHedged');
    expect(told).toMatchObject({ operation: 4, requestId: again.requestId, suspected: N1, by: N1, through: again.to });
    // Whoever answers first has answered; an answer ends the suspicion.
    c.reply(plain, value('z'));
    c.reply(again, served('y', N1));
    expect(c.outcomes.get(4)).toMatchObject({ status: 'ok', node: N1, attempts: 2 });
    c.invoke(get('k'));
    expect(asked(c.unread)).toEqual([[N1, 'read']]);
  });

  test('a node that another one suspects by phi, until that one takes it back or it answers', () => {
    const c = new ScriptedClient();
    c.invoke(get('k'));
    answer(c, notLeader(1), value('x'));
    const say = (suspects: readonly NodeId[]): void => {
      c.invoke(get('k'), 1000, N2);
      c.reply(c.nextSent(), notLeader(1), 1, suspects);
    };
    const hedgesOfARead = (): number => {
      const before = c.sent.length;
      c.invoke(get('k'), 1);
      const now = c.sent.slice(before);
      while (c.unread.length > 0) c.nextSent();
      c.advance(1);
      return now.filter(isHedge).length;
    };
    // It answered this client just now: that says more.
    say([N1]);
    expect(hedgesOfARead()).toBe(0);
    c.advance(200);
    say([N1]);
    expect(hedgesOfARead()).toBe(1);
    expect(c.takeEvents().findLast(({ type }) => type === 'ReadHedged')).toMatchObject({ suspected: N1, by: N2 });
    say([]);
    expect(hedgesOfARead()).toBe(0);
    say([N1]);
    expect(hedgesOfARead()).toBe(1);
    c.advance(5000);
    expect(hedgesOfARead()).toBe(0);
  });

  test('writes are never sent twice, nor a read that is for one node', () => {
    const c = new ScriptedClient();
    c.invoke(get('k'), 1000, N2);
    c.reply(c.nextSent(), notLeader(1), 1, [N1, N3]);
    c.advance(300);
    c.invoke(put('k'), 1000);
    c.invoke(get('k'), 1000, N1);
    c.advance(3000);
    expect(c.sent.filter(isHedge)).toEqual([]);
  });

  test('where nobody answers, hedges end: they are no more than the reads that were answered and ten', () => {
    const c = new ScriptedClient();
    c.invoke(get('k'), 1000, N2);
    c.reply(c.nextSent(), notLeader(1), 1, [N1, N3]);
    for (let i = 0; i < 40; i++) {
      c.invoke(get('k'), 400);
      c.advance(100);
    }
    c.advance(1000);
    const hedges = c.sent.filter(isHedge);
    expect(hedges).toHaveLength(10);
    // One that is answered pays for another one.
    c.invoke(get('k'), 400);
    c.reply(must(c.sent.at(-1), 'sent'), value('x'));
    c.advance(200);
    c.invoke(get('k'), 1000, N2);
    c.reply(must(c.sent.at(-1), 'sent'), notLeader(1, 9), 1, [N1, N3]);
    for (let i = 0; i < 5; i++) {
      c.invoke(get('k'), 400);
      c.advance(10);
    }
    expect(c.sent.filter(isHedge)).toHaveLength(11);
  });
});
