import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { nodeId, shardId } from '../base/ids.ts';
import type { EventualRefusal } from '../node/eventual/eventual-message.ts';
import type { ReplyBody } from '../node/message.ts';
import { contextToken } from '../replication/context-token.ts';
import type { Stamp } from '../replication/stamp.ts';
import type { EventualOperation, Operation } from './operation.ts';
import { key, MS, N1, N2, N3, ScriptedClient, type SentRequest } from './testing/scripted-client.ts';
import { EVENTUAL_UNDER_WAY_MAX } from './timing.ts';

const write = (value: string | undefined = 'v', more: Partial<EventualOperation> = {}): Operation =>
  ({
    type: 'EventualWrite',
    key: key('k'),
    value: value === undefined ? undefined : key(value),
    w: 1,
    sloppy: true,
    ...more,
  }) as Operation;
const read = (r: 1 | 2 | 3 = 1): Operation => ({ type: 'EventualRead', key: key('k'), r, sloppy: true });
const stamp = (wallUs: number, node = 1): Stamp => ({ wallUs, logical: 0, node: nodeId(node) });
const dot = (wallUs: number, node = 1) => ({ actor: stamp(wallUs, node), counter: 1 });
const HOMES = [N1, N2, N3];

const writtenAt = (us: number, context = [dot(us)], more: object = {}): ReplyBody =>
  ({
    type: 'EventualWritten',
    status: 'ok',
    stamp: stamp(us),
    acks: [{ to: N1, home: N1 }],
    homes: HOMES,
    context,
    versions: 1,
    ...more,
  }) as ReplyBody;
const found = (...stamps: readonly Stamp[]): ReplyBody => ({
  type: 'EventualValue',
  versions: stamps.map((each) => ({ value: key('x'), stamp: each })),
  answers: [{ to: N1, home: N1 }],
  homes: HOMES,
  repaired: [],
  context: stamps.map((actor) => ({ actor, counter: 1 })),
});
const refusedAs = (refusal: EventualRefusal): ReplyBody => ({ type: 'EventualRefused', answers: [], ...refusal });
const first = (c: ScriptedClient) => must(c.ring.replicas(shardId(0))[0], 'a shard has replicas');
const bodyOf = ({ body }: SentRequest) => body as Extract<SentRequest['body'], { type: 'EventualWrite' }>;

describe('whom it asks', () => {
  test('the first home coordinates, and the answer says who has it', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write());
    const request = c.nextSent();
    expect([request.to, request.body]).toMatchObject([
      first(c),
      { type: 'EventualWrite', w: 1, sloppy: true, context: [] },
    ]);
    c.advance(20);
    c.reply(request, writtenAt(5, [dot(5)], { acks: [{ to: N2, home: N3 }] }));
    expect(c.outcomes.get(id)).toMatchObject({
      status: 'ok',
      result: { type: 'EventualWritten', stamp: stamp(5), versions: 1 },
      replicas: { answers: [{ to: N2, home: N3 }], homes: HOMES },
      node: request.to,
      elapsedUs: 20 * MS,
      attempts: 1,
    });
  });

  test('its coordinator is to answer before the time is up', () => {
    const c = new ScriptedClient();
    c.invoke(read(), 1000);
    expect(c.nextSent().body).toMatchObject({ waitUs: 940 * MS });
  });

  test('a node that refuses the connection has done nothing: the next one is asked at once', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write());
    const request = c.nextSent();
    c.refuseConnection(request);
    const next = c.nextSent();
    expect([next.atUs, next.to === request.to]).toEqual([0, false]);
    c.reply(next, writtenAt(5));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', attempts: 2 });
  });

  test('one that was silent to the end coordinates last', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write(), 300);
    const silent = c.nextSent().to;
    c.advance(300);
    expect(c.outcomes.get(id)?.status).toBe('unknown');
    c.invoke(write());
    expect(c.nextSent().to).not.toBe(silent);
  });

  test('with via= one node and no other', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write(), 1000, N2);
    const request = c.nextSent();
    expect(request.to).toBe(N2);
    c.refuseConnection(request);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'ConnectionRefused', node: N2 });
  });
});

describe('what silence means', () => {
  test('of a write: nothing. No second copy is sent, and the outcome is unknown', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write(), 2000);
    c.nextSent();
    c.advance(2000);
    expect(c.unread).toEqual([]);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout' });
  });

  test('of a read: somebody else is asked as well, and whoever answers first counts', () => {
    const c = new ScriptedClient();
    const id = c.invoke(read(), 2000);
    const [one, other] = [c.nextSent(), c.nextSent()];
    expect([one.to === other.to, other.atUs]).toEqual([false, 150 * MS]);
    c.reply(one, found(stamp(3)));
    c.reply(other, found(stamp(4)));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', node: one.to, attempts: 2 });
  });

  test('of a read that nobody answers: a timeout, which is no unknown outcome', () => {
    const c = new ScriptedClient();
    const id = c.invoke(read(), 400);
    c.advance(400);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'Timeout' });
  });
});

describe('how it ends', () => {
  test('written by fewer than W is unknown, with who has it', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write('v', { w: 3 }));
    c.reply(c.nextSent(), writtenAt(5, [dot(5)], { status: 'unknown' }));
    expect(c.outcomes.get(id)).toMatchObject({
      status: 'unknown',
      replicas: { answers: [{ to: N1, home: N1 }] },
      acks: 1,
      voters: 3,
    });
  });

  test('more than there are replicas is refused at once, whoever is asked', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write('v', { w: 3 }));
    c.reply(c.nextSent(), refusedAs({ why: 'NotEnoughReplicas', needed: 3, homes: [N1, N2] }));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas', refusal: { needed: 3 } });
  });

  test('a clock that is behind the client on every node is told as that', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write());
    const outcome = c.answerUntilComplete(id, (request) =>
      c.reply(request, refusedAs({ why: 'ClockAhead', aheadUs: 9, maxUs: 5 })),
    );
    expect(outcome).toMatchObject({ status: 'fail', code: 'ClockAhead', refusal: { aheadUs: 9 }, attempts: 3 });
  });

  test('where all refuse, they are asked again until the time is up', () => {
    const c = new ScriptedClient();
    const id = c.invoke(write(), 1000);
    const outcome = c.answerUntilComplete(id, (request) => c.reply(request, refusedAs({ why: 'Busy' })));
    expect(outcome).toMatchObject({ status: 'fail', code: 'Busy' });
    expect(outcome.attempts).toBeGreaterThan(3);
  });

  test('a client has a bound of its own', () => {
    const c = new ScriptedClient();
    for (let i = 0; i < EVENTUAL_UNDER_WAY_MAX; i++) c.invoke(read());
    expect(c.outcomes.get(c.invoke(read()))).toMatchObject({ status: 'fail', code: 'Busy', queue: 'client' });
  });

  test('an unknown outcome is never told as failed, nor a refused one as unknown, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('refuse', 'busy', 'silent', 'wait'), { maxLength: 12 }), (script) => {
        const c = new ScriptedClient();
        const id = c.invoke(write(), 900);
        let mayBeWritten = false;
        for (const step of script) {
          if (step === 'wait') c.advance(40);
          if (c.unread.length === 0 || c.outcomes.has(id) || step === 'wait') continue;
          const request = c.nextSent();
          expect(mayBeWritten).toBe(false);
          if (step === 'refuse') c.refuseConnection(request);
          else if (step === 'busy') c.reply(request, refusedAs({ why: 'Busy' }));
          else mayBeWritten = true;
        }
        mayBeWritten ||= c.unread.length > 0;
        const isOver = c.outcomes.has(id);
        while (!c.outcomes.has(id)) {
          c.fire();
          mayBeWritten ||= c.unread.length > 0;
        }
        if (!isOver || !mayBeWritten) expect(c.outcomes.get(id)?.status).toBe(mayBeWritten ? 'unknown' : 'fail');
      }),
    );
  });
});

describe('what it takes along', () => {
  test('a write names what the client has been shown of the key, and the latest stamp it has met', () => {
    const c = new ScriptedClient();
    c.invoke(read());
    c.reply(c.nextSent(), found(stamp(9, 2), stamp(7, 1)));
    c.invoke(write());
    const request = c.nextSent();
    expect(bodyOf(request)).toMatchObject({ context: [dot(7, 1), dot(9, 2)], seen: stamp(9, 2) });
    c.reply(request, writtenAt(12, [dot(7, 1), dot(9, 2), dot(12)]));
    c.invoke(write('w'));
    expect(bodyOf(c.nextSent()).context).toHaveLength(3);
  });

  test('of a read that knew less nothing is forgotten', () => {
    const c = new ScriptedClient();
    c.invoke(write());
    c.reply(c.nextSent(), writtenAt(12));
    c.invoke(read());
    c.reply(c.nextSent(), found());
    c.invoke(write('w'));
    expect(bodyOf(c.nextSent())).toMatchObject({ context: [dot(12)], seen: stamp(12) });
  });

  test('stamps are of all keys, contexts of one', () => {
    const c = new ScriptedClient();
    c.invoke(write());
    c.reply(c.nextSent(), writtenAt(12));
    c.invoke(write('w', { key: key('other') }));
    expect(bodyOf(c.nextSent())).toMatchObject({ context: [], seen: stamp(12) });
  });

  test('context=none: as one who has read nothing', () => {
    const c = new ScriptedClient();
    c.invoke(write());
    c.reply(c.nextSent(), writtenAt(12));
    c.invoke(write('w', { context: '' }));
    const { context, seen } = bodyOf(c.nextSent());
    expect([context, seen]).toEqual([[], undefined]);
  });

  test('a context given by hand goes along as it is, and a read hands one out', () => {
    const c = new ScriptedClient();
    const id = c.invoke(read());
    c.reply(c.nextSent(), found(stamp(9, 2)));
    const outcome = c.outcomes.get(id);
    const token =
      outcome?.status === 'ok' && outcome.result.type === 'EventualFound' ? outcome.result.token : 'no answer';
    expect(token).toBe(contextToken({ stamp: stamp(9, 2), vector: [dot(9, 2)] }));
    const other = new ScriptedClient();
    other.invoke(write('merged', { context: token }));
    expect(bodyOf(other.nextSent())).toMatchObject({ context: [dot(9, 2)], seen: stamp(9, 2) });
  });
});
