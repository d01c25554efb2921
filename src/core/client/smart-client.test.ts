import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { nodeId, shardId } from '../base/ids.ts';
import {
  get,
  heldBy,
  key,
  MS,
  N1,
  N2,
  N3,
  notLeader,
  put,
  ScriptedClient,
  value,
  written,
} from './testing/scripted-client.ts';
import { QUEUED_WRITES_MAX, READS_UNDER_WAY_MAX } from './timing.ts';

const first = (c: ScriptedClient, shard = 0) => must(c.ring.replicas(shardId(shard))[0], 'a shard has replicas');

describe('routing', () => {
  test('a read goes to the first replica and reports its ground', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'));
    const request = c.nextSent();
    expect([request.to, request.body]).toEqual([first(c), { type: 'Get', key: key('k') }]);
    c.advance(20);
    c.reply(request, value('ada', 3));
    expect(c.outcomes.get(id)).toEqual({
      status: 'ok',
      result: { type: 'Value', value: key('ada') },
      appliedIndex: 5,
      shard: 0,
      node: request.to,
      term: 3,
      index: 4,
      ground: 'lease',
      acks: 0,
      voters: 0,
      elapsedUs: 20 * MS,
      attempts: 1,
    });
  });

  test('a hint is followed at once and remembered', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'));
    const leader = first(c) === N2 ? N3 : N2;
    c.reply(c.nextSent(), notLeader(leader));
    expect(c.unread.map(({ to, atUs }) => [to, atUs])).toEqual([[leader, 0]]);
    c.reply(c.nextSent(), value('x'));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', node: leader, attempts: 2 });
    c.invoke(get('k'));
    expect(c.nextSent().to).toBe(leader);
  });

  test('when nobody who held a shard answers, the other nodes are asked', () => {
    const c = new ScriptedClient();
    const N4 = nodeId(4);
    c.invoke(get('k'), 100_000);
    c.reply(c.nextSent(), { type: 'WrongShard', ...heldBy(0, N4) });
    const asked = new Set<number>();
    for (let attempt = 0; attempt < 12; attempt++) {
      if (c.unread.length === 0) c.advance(must(c.timerAtUs, 'a rest ends') / MS - c.nowUs / MS);
      const request = c.nextSent();
      asked.add(request.to);
      c.refuseConnection(request);
    }
    expect([...asked].sort()).toEqual([1, 2, 3, 4]);
  });

  test('an older term does not overwrite the leader', () => {
    const c = new ScriptedClient();
    const [slow, quick] = [c.invoke(get('k')), c.invoke(get('k'))];
    const [a, b] = [c.nextSent(), c.nextSent()];
    c.reply(b, value('x', 5));
    c.reply(a, notLeader(first(c) === N1 ? 2 : 1, 4));
    expect(c.outcomes.get(quick)?.status).toBe('ok');
    expect(c.outcomes.has(slow)).toBe(false);
    c.invoke(get('k'));
    expect(c.sent.at(-1)?.to).toBe(first(c));
  });

  test('each replica is asked once a round, then it backs off with jitter, longer each time', () => {
    const c = new ScriptedClient();
    c.invoke(get('k'), 100_000);
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      const asked = [1, 2, 3].map(() => {
        const request = c.nextSent();
        c.reply(request, notLeader(0));
        return request;
      });
      expect(new Set(asked.map(({ to }) => to)).size).toBe(3);
      expect(new Set(asked.map(({ atUs }) => atUs)).size).toBe(1);
      expect(c.unread).toEqual([]);
      pauses.push((must(c.timerAtUs, 'a rest ends') - c.nowUs) / MS);
    }
    const bounds = [30, 60, 120, 150, 150, 150];
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(must(bounds[i], 'six rounds') / 2);
      expect(pause).toBeLessThanOrEqual(must(bounds[i], 'six rounds'));
    });
    expect(new Set(pauses).size).toBe(6);
  });

  test('silence counts as refusal after the request timeout, doubled each time', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'), 5000);
    const asked = [c.nextSent(), c.nextSent(), c.nextSent()];
    expect(asked.map(({ atUs }) => atUs)).toEqual([0, 150 * MS, 450 * MS]);
    expect(new Set(asked.map(({ to }) => to)).size).toBe(3);
    // On a slow link the answer to the first attempt is as good as any.
    c.reply(must(asked[0], 'asked'), value('late'));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', attempts: 3 });
    c.reply(must(asked[1], 'asked'), value('other'));
    expect(c.outcomes.size).toBe(1);
  });

  test.each([
    { type: 'Busy', queue: 'proposals' },
    { type: 'TransferUnderWay', to: N2, term: 1 },
  ] as const)('$type rests and asks the same leader again', (refusal) => {
    const c = new ScriptedClient();
    c.invoke(get('k'));
    c.reply(c.nextSent(), refusal);
    expect(c.unread).toEqual([]);
    const again = c.nextSent();
    expect(again.to).toBe(first(c));
    expect(again.atUs).toBeGreaterThanOrEqual(15 * MS);
    expect(again.atUs).toBeLessThanOrEqual(30 * MS);
  });

  test('requests to one node in one step share an envelope; same seed, same effects', () => {
    const run = () => {
      const c = new ScriptedClient(16);
      c.invoke({ type: 'Scan', from: key(''), to: undefined, limit: 5 });
      const sends = c.effects.filter(({ type }) => type === 'Send');
      expect(sends.length).toBeLessThanOrEqual(3);
      c.advance(2000);
      return c.effects;
    };
    expect(run()).toEqual(run());
  });
});

describe('endings of reads', () => {
  test('every attempt refused: NotEnoughReplicas, not before the timeout', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'), 500);
    c.answerUntilComplete(id, (request) => c.reply(request, notLeader(0)));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas', elapsedUs: 500 * MS });
    expect(c.sent.length).toBeGreaterThan(6);
  });

  test('silence: Timeout', () => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'), 500);
    c.advance(499);
    expect(c.outcomes.size).toBe(0);
    c.advance(1);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'Timeout', node: 0, elapsedUs: 500 * MS });
  });
});

describe('sessions', () => {
  test('a write registers once, then carries (session, sequence)', () => {
    const c = new ScriptedClient();
    const id = c.registered(7);
    const write = c.nextSent();
    expect(write.body).toMatchObject({ type: 'Write', session: 7, sequence: 1 });
    c.reply(write, written(2, 9, true));
    expect(c.outcomes.get(id)).toMatchObject({
      status: 'ok',
      result: { type: 'Written', existed: true },
      term: 2,
      index: 9,
      acks: 2,
      voters: 3,
      attempts: 1,
    });
    c.invoke(put('other'));
    expect(c.nextSent().body).toMatchObject({ type: 'Write', session: 7, sequence: 2 });
  });

  test('without sessions (BREAK no-sessions) a retry is a new write', () => {
    const c = new ScriptedClient();
    c.breaks.add('no-sessions');
    c.registered();
    const asked = [c.nextSent(), c.nextSent(), c.nextSent()];
    expect(asked.map(({ body }) => body.type === 'Write' && body.sequence)).toEqual([1, 2, 3]);
  });

  test('retries keep the pair; duplicates and late replies are ignored', () => {
    const c = new ScriptedClient();
    const id = c.registered();
    const asked = [c.nextSent(), c.nextSent(), c.nextSent()];
    for (const request of asked) expect(request.body).toMatchObject({ session: 7, sequence: 1 });
    expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(3);
    const [a, b] = [must(asked[1], 'asked'), must(asked[0], 'asked')];
    c.reply(a, written());
    c.reply(a, written());
    c.reply(b, notLeader(0));
    expect(c.outcomes.get(id)?.status).toBe('ok');
  });

  test('one write per shard at a time; the queue keeps each timeout from its invocation', () => {
    const c = new ScriptedClient();
    const slow = c.registered(7, put('a'), 1000);
    const short = c.invoke(put('b'), 200);
    const patient = c.invoke(put('c'), 2000);
    const write = c.nextSent();
    c.advance(200);
    expect(c.outcomes.get(short)).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas', attempts: 0 });
    expect(c.sent.every(({ body }) => body.type !== 'Write' || body.sequence === 1)).toBe(true);
    c.reply(write, written());
    expect(c.outcomes.get(slow)?.status).toBe('ok');
    expect(c.sent.at(-1)?.body).toMatchObject({ sequence: 2, write: { key: key('c') } });
    c.reply(must(c.sent.at(-1), 'sent'), written());
    expect(c.outcomes.get(patient)?.status).toBe('ok');
  });

  test('an unknown write uses its sequence up', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, put('k'), 300);
    const write = c.nextSent();
    c.advance(300);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'unknown', reason: 'timeout' });
    const next = c.invoke(put('k'));
    c.reply(write, written());
    expect(c.outcomes.has(next)).toBe(false);
    expect(c.sent.at(-1)?.body).toMatchObject({ session: 7, sequence: 2 });
  });

  test('LeadershipLost is retried with the same pair, and refusals afterwards prove nothing', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, put('k'), 400);
    c.reply(c.nextSent(), { type: 'LeadershipLost' });
    c.answerUntilComplete(id, (request) => {
      expect(request.body).toMatchObject({ session: 7, sequence: 1 });
      c.refuseConnection(request);
    });
    expect(c.sent.length).toBeGreaterThan(4);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'unknown', reason: 'leadership lost', elapsedUs: 400 * MS });
  });

  test('a write whose every attempt was refused has failed', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, put('k'), 400);
    const refusals = [
      notLeader(0),
      { type: 'TransferUnderWay' as const, to: N2, term: 1 },
      { type: 'WrongShard' as const, ...heldBy(1) },
    ];
    let i = 0;
    c.answerUntilComplete(id, (request) => c.reply(request, must(refusals[i++ % 3], 'one of three')));
    expect(i).toBeGreaterThan(6);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas' });
  });

  test('SessionExpired: registers anew and sends again when nothing can have been applied', () => {
    const c = new ScriptedClient();
    const id = c.registered(7);
    c.reply(c.nextSent(), { type: 'SessionExpired' });
    const again = c.nextSent();
    expect(again.body).toEqual({ type: 'RegisterClient', nonce: 2 });
    c.reply(again, { type: 'Registered', session: 20, term: 1, index: 20 });
    const write = c.nextSent();
    expect(write.body).toMatchObject({ session: 20, sequence: 1 });
    c.reply(write, written());
    expect(c.outcomes.get(id)?.status).toBe('ok');
  });

  test.each(['silence', 'leadership lost'])('SessionExpired after %s: unknown, never sent again', (before) => {
    const c = new ScriptedClient();
    const id = c.registered(7);
    const write = c.nextSent();
    if (before === 'leadership lost') c.reply(write, { type: 'LeadershipLost' });
    c.reply(c.nextSent(), { type: 'SessionExpired' });
    c.advance(1000);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'unknown', reason: 'session expired' });
    expect(c.unread).toEqual([]);
    c.invoke(put('k'));
    expect(c.nextSent().body.type).toBe('RegisterClient');
  });

  test('never registered: certainly not done', () => {
    const c = new ScriptedClient();
    const id = c.invoke(put('k'), 300);
    c.advance(300);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas' });
  });

  test('shards have sessions of their own, side by side; reads do not queue behind writes', () => {
    const c = new ScriptedClient(64);
    c.invoke(put('a'));
    c.invoke(put('b'));
    c.invoke(get('a'));
    expect(c.sent.map(({ body }) => body.type)).toEqual(['RegisterClient', 'RegisterClient', 'Get']);
    expect(new Set(c.sent.slice(0, 2).map(({ shard }) => shard)).size).toBe(2);
  });

  test('a full queue answers Busy', () => {
    const c = new ScriptedClient();
    for (let i = 0; i < QUEUED_WRITES_MAX; i++) c.invoke(put('k'));
    expect(c.outcomes.size).toBe(0);
    expect(c.outcomes.get(c.invoke(put('k')))).toMatchObject({ status: 'fail', code: 'Busy', queue: 'client' });
  });

  test('reads are bounded as well, over all shards, and there is room again when one ends', () => {
    const c = new ScriptedClient(64);
    for (let i = 0; i < READS_UNDER_WAY_MAX; i++) c.invoke(get(`k${i}`));
    const first = c.nextSent();
    expect(c.outcomes.size).toBe(0);
    const refused = { status: 'fail', code: 'Busy', queue: 'client', attempts: 0 };
    expect(c.outcomes.get(c.invoke(get('k')))).toMatchObject(refused);
    expect(c.outcomes.get(c.invoke({ type: 'Scan', from: key(''), to: undefined, limit: 5 }))).toMatchObject(refused);
    c.reply(first, value('v'));
    expect(c.outcomes.has(c.invoke(get('k')))).toBe(false);
  });

  test.each([put('k'), get('k')])(
    'refused as busy to the end: it says so, who it was and what is full',
    (operation) => {
      const c = new ScriptedClient();
      const id = c.invoke(operation, 600);
      c.answerUntilComplete(id, (request) => c.reply(request, { type: 'Busy', queue: 'log' }));
      expect(c.outcomes.get(id)).toMatchObject({
        status: 'fail',
        code: 'Busy',
        queue: 'log',
        node: first(c),
        shard: 0,
      });
      expect(c.outcomes.get(id)?.attempts).toBeGreaterThan(3);
    },
  );

  test('compare-and-set tells what was there', () => {
    const c = new ScriptedClient();
    const id = c.registered(7, { type: 'Cas', key: key('k'), expected: undefined, value: key('v') });
    c.reply(c.nextSent(), { ...written(), answer: { type: 'Mismatch', actual: key('w') } } as never);
    expect(c.outcomes.get(id)).toMatchObject({ result: { type: 'Swapped', swapped: false, actual: key('w') } });
  });
});

describe('via', () => {
  test('its refusal is the answer', () => {
    const c = new ScriptedClient();
    const [a, b] = [c.invoke(get('k'), 1000, N3), c.invoke(put('k'), 1000, N3)];
    c.reply(c.nextSent(), notLeader(2, 4));
    c.refuseConnection(c.nextSent());
    expect(c.outcomes.get(a)).toMatchObject({ status: 'fail', code: 'NotLeader', leader: N2, node: N3, term: 4 });
    expect(c.outcomes.get(b)).toMatchObject({ status: 'fail', code: 'ConnectionRefused' });
    expect(c.sent).toHaveLength(2);
  });

  test('no answer: Timeout for a read, unknown for a write, and nobody else is asked', () => {
    const c = new ScriptedClient();
    c.registered();
    c.reply(c.nextSent(), written());
    const [a, b] = [c.invoke(get('k'), 900, N3), c.invoke(put('k'), 900, N3)];
    c.advance(900);
    expect(c.outcomes.get(a)).toMatchObject({ status: 'fail', code: 'Timeout' });
    expect(c.outcomes.get(b)).toMatchObject({ status: 'unknown', reason: 'timeout' });
    expect(c.unread.every(({ to }) => to === N3)).toBe(true);
  });

  test('a refusal after an attempt that may take effect is unknown', () => {
    const c = new ScriptedClient();
    c.registered();
    c.reply(c.nextSent(), written());
    const id = c.invoke(put('k'), 900, N3);
    c.nextSent();
    c.refuseConnection(c.nextSent());
    expect(c.outcomes.get(id)).toMatchObject({ status: 'unknown' });
  });
});

describe('scan', () => {
  const scan = { type: 'Scan', from: key(''), to: undefined, limit: 3 } as const;
  const range = (keys: string[], more = false) => ({
    type: 'Range' as const,
    pairs: keys.map((k) => ({ key: key(k), value: key(k) })),
    more,
    term: 1,
    readIndex: 1,
    appliedIndex: 1,
    ground: 'index' as const,
  });

  test('asks every shard, merges by key, cuts to the limit', () => {
    const c = new ScriptedClient(3);
    const id = c.invoke(scan);
    const asked = [c.nextSent(), c.nextSent(), c.nextSent()].sort((a, b) => a.shard - b.shard);
    expect(asked.map(({ shard, body }) => [shard, body.type === 'Scan' && body.limit])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    [['b', 'é'], ['a', 'z'], []].forEach((keys, i) => {
      c.reply(must(asked[i], 'asked'), range(keys));
    });
    const result = { type: 'Range', pairs: range(['a', 'b', 'z']).pairs, more: true };
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', result, attempts: 3, node: 0 });
  });

  test('fails with the shard that fails', () => {
    const c = new ScriptedClient(2);
    const id = c.invoke(scan, 300);
    c.reply(
      must(
        c.sent.find(({ shard }) => shard === 0),
        'sent',
      ),
      range(['a']),
    );
    c.advance(300);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'fail', code: 'Timeout', shard: 1 });
    for (const request of c.sent) c.reply(request, range([]));
  });
});
