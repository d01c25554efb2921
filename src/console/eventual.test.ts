import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { OutcomeGround } from '../core/client/operation.ts';
import { contextToken } from '../core/replication/context-token.ts';
import { runLine } from './run-line.ts';
import { createSession, type Session } from './session.ts';
import { FakeCluster, GROUND } from './testing/fake-cluster.ts';

const [n1, n2, n3] = [nodeId(1), nodeId(2), nodeId(3)];
const HOMES = [n1, n2, n3];
const stamp = { wallUs: 12_604_000, logical: 0, node: n1 };
const token = contextToken({ stamp, vector: [{ actor: stamp, counter: 1 }] });
const own = (...nodes: (typeof n1)[]) => nodes.map((to) => ({ to, home: to }));

function used(session: Session = createSession()): Session {
  session.keyspace = 'eventual';
  return session;
}

async function asked(line: string, session = used()): Promise<unknown> {
  const cluster = new FakeCluster();
  cluster.nextOutcome = written();
  await runLine(cluster, session, line);
  const action = cluster.actions.at(-1);
  return action?.type === 'Operate' ? action.operation : undefined;
}

const ground = (answers = own(n1), more: Partial<OutcomeGround> = {}): OutcomeGround => ({
  ...GROUND,
  node: n1,
  elapsedUs: 22_000,
  replicas: { answers, homes: HOMES },
  ...more,
});
const written = (answers = own(n1), versions = 1, more: Partial<OutcomeGround> = {}) =>
  ({
    status: 'ok',
    result: { type: 'EventualWritten', stamp, versions, token },
    ...ground(answers, more),
  }) as const;
const found = (values: readonly (string | undefined)[], answers = own(n1), repaired = [] as (typeof n1)[]) =>
  ({
    status: 'ok',
    result: {
      type: 'EventualFound',
      versions: values.map((value) => ({ value: value === undefined ? undefined : encodeUtf8(value), stamp })),
      repaired,
      token,
    },
    ...ground(answers),
  }) as const;

async function told(line: string, outcome: object) {
  const cluster = new FakeCluster();
  cluster.nextOutcome = outcome as never;
  const [result] = await runLine(cluster, used(), line);
  return result;
}

test('USE chooses the keyspace of one console, and alone says which', async () => {
  const session = createSession();
  const say = async (line: string) => (await runLine(new FakeCluster(), session, line))[0];
  expect(await say('USE')).toMatchObject({ ok: true, value: 'strong' });
  expect(await say('USE eventual')).toMatchObject({
    value: 'eventual',
    text: expect.stringContaining('R=1, W=1: a read may return any value that was ever written here.'),
  });
  expect(await say('USE')).toMatchObject({ value: 'eventual' });
  expect(await say('USE dynamo')).toMatchObject({ ok: false, code: 'BadOption' });
  expect(await asked('PUT k v', session)).toMatchObject({ type: 'EventualWrite' });
  expect(await say('USE strong')).toMatchObject({ value: 'strong' });
});

test('STATUS tells the settings of the keyspace in use, and a screen hears of both', async () => {
  const heard: unknown[] = [];
  const session = createSession({
    onKeyspace: (keyspace) => heard.push(keyspace),
    onEventual: (settings) => heard.push(settings),
  });
  const say = async (line: string) => (await runLine(new FakeCluster(), session, line))[0]?.text;
  expect(await say('STATUS')).not.toContain('eventual keyspace');
  await say('USE');
  await say('USE eventual');
  await say('CONSISTENCY r=lease');
  await say('CONSISTENCY r=2 quorum=strict');
  expect(heard).toEqual(['eventual', { r: 2, w: 1, quorum: 'strict' }]);
  const text = await say('STATUS');
  expect(text).toContain('eventual keyspace, quorum=strict. R=2, W=1: a read may return');
  expect(text).not.toContain('r=lease');
});

test('R, W, the quorum and the context go with the operation; what is not given is as CONSISTENCY set it', async () => {
  expect(await asked('PUT k v')).toEqual({
    type: 'EventualWrite',
    key: encodeUtf8('k'),
    value: encodeUtf8('v'),
    w: 1,
    sloppy: true,
  });
  expect(await asked('PUT k v w=3 quorum=strict ttl=5s')).toMatchObject({ w: 3, sloppy: false, ttlUs: 5_000_000 });
  expect(await asked(`PUT k v context=${token}`)).toMatchObject({ context: token });
  expect(await asked('DELETE k context=none')).toMatchObject({ value: undefined, context: '' });
  expect(await asked('GET k r=2')).toMatchObject({ type: 'EventualRead', r: 2, sloppy: true });
  const session = used();
  const [set] = await runLine(new FakeCluster(), session, 'CONSISTENCY r=2 w=2 quorum=strict');
  expect(set).toMatchObject({ ok: true, value: { r: 2, w: 2, quorum: 'strict' } });
  expect(set?.text).toMatch(/R=2, W=2: overlapping.*not linearizable/);
  expect(await asked('GET k', session)).toMatchObject({ r: 2, sloppy: false });
  expect(await asked('PUT k v', session)).toMatchObject({ w: 2, sloppy: false });
});

test.each([
  ['CAS k a b', 'StrongOnly', /USE strong, then CAS/],
  ['BATCH { PUT a 1 }', 'StrongOnly', /USE strong, then BATCH/],
  ['SCAN k', 'StrongOnly', /USE strong, then SCAN/],
  ['GET k r=lease', 'BadOption', /r=lease needs a leader.*USE strong/],
  ['CONSISTENCY r=session', 'BadOption', /r=session needs a leader/],
  ['PUT k v context=abc', 'BadOption', /no context of this store.*context=none/],
])('%s is refused there', async (line, code, text) => {
  expect(await told(line, written())).toMatchObject({ ok: false, code, text: expect.stringMatching(text) });
});

test.each(['PUT k v quorum=sloppy', 'GET k quorum=strict', 'DELETE k context=none', 'CONSISTENCY quorum=strict'])(
  '%s is refused in the strong keyspace',
  async (line) => {
    const [result] = await runLine(new FakeCluster(), createSession(), line);
    expect(result).toMatchObject({ ok: false, code: 'EventualOnly', text: expect.stringContaining('USE eventual') });
  },
);

test('a write says who has it, and what is kept for others', async () => {
  expect((await told('PUT k v', written()))?.text).toBe('OK  1/1 acks from n1 · 22 ms');
  const hint = [...own(n1), { to: nodeId(4), home: n3 }];
  expect((await told('PUT k v w=2', written(hint)))?.text).toBe(
    'OK  2/2 acks from n1 and a hint for n3 on n4 · 22 ms · 1 hint',
  );
  const siblings = written(own(n1), 2, { node: nodeId(5), attempts: 2 });
  expect((await told('PUT k v', siblings))?.text).toBe(
    'OK  1/1 acks from n1 · 22 ms · the key has 2 siblings now: GET shows them · through n5, which holds no replica · 2 attempts',
  );
});

test('a read says who answered, and how old that may be', async () => {
  expect(await told('GET k', found(['bob']))).toMatchObject({
    value: 'bob',
    text: '"bob"  from n1, alone · may be old · 22 ms · written 12.604000 n1',
  });
  expect((await told('GET k r=2', found(['bob'], own(n1, n2), [n2])))?.text).toBe(
    '"bob"  from n1, n2 · sees what was written with w=2 or more, quorum=strict · 22 ms · written 12.604000 n1 · n2 had less and is sent the rest',
  );
  expect((await told('GET k r=3', found(['bob'], own(n1, n2, n3))))?.text).toContain('all its replicas');
  expect(await told('GET k', found([undefined]))).toMatchObject({
    value: null,
    text: '(nil)  from n1, alone · may be old · 22 ms · deleted 12.604000 n1',
  });
  expect(await told('GET k', found([]))).toMatchObject({
    value: null,
    text: '(nil)  from n1, alone · may be old · 22 ms',
  });
});

test('a read promises no more than the homes of the key can among them', async () => {
  const hint = { to: nodeId(4), home: n3 };
  const sloppy = (await told('GET k r=2', found(['bob'], [...own(n1), hint])))?.text;
  expect(sloppy).toContain('from n1 and a hint for n3 on n4 · may be old ·');
  expect((await told('GET k r=3', found(['bob'], [...own(n1, n2), hint])))?.text).toContain('may be old');
  const four = { answers: own(n1, n2), homes: [...HOMES, nodeId(4)] };
  expect((await told('GET k r=2', { ...found(['bob']), replicas: four }))?.text).toContain(
    'sees what was written with w=3, quorum=strict',
  );
});

test('what R and W promise is told of as many replicas as the run has', async () => {
  const cluster = new FakeCluster();
  const session = used();
  const say = async (line: string) => (await runLine(cluster, session, line))[0]?.text;
  expect(await say('CONSISTENCY r=2 w=2')).toContain('R=2, W=2: overlapping');
  await cluster.reset({ config: { nodes: 4, replicationFactor: 4 } });
  for (const line of ['CONSISTENCY', 'USE', 'STATUS']) expect(await say(line)).toContain('R=2, W=2: a read may return');
  expect(await say('CONSISTENCY w=3')).toContain('R=2, W=3: overlapping');
});

test('siblings are listed with their stamps, and how to merge them', async () => {
  const result = await told('GET cart r=2', found(['milk', undefined], own(n1, n2)));
  expect(result?.value).toEqual(['milk', null]);
  expect(result?.lines).toEqual([
    '2 siblings  from n1, n2 · sees what was written with w=2 or more, quorum=strict · 22 ms',
    '  1  "milk"  12.604000 n1',
    '  2  (deleted)  12.604000 n1',
    `A PUT of the key replaces them: this console sends along what it has read. Elsewhere: context=${token}`,
  ]);
});

test('written by fewer than W is an unknown outcome with who has it, and not a failure', async () => {
  const unknown = { status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout', ...ground(own(n1, n2)) };
  expect(await told('PUT k v w=3', unknown)).toMatchObject({
    ok: false,
    code: 'OutcomeUnknown',
    text: expect.stringContaining('2 of 3 acks, from n1, n2: written there, not on as many as asked for'),
  });
  const silent = { ...unknown, ...ground([]) };
  expect((await told('PUT k v w=3', silent))?.text).toContain(
    'no acknowledgment of the 3 asked for; it may be written',
  );
});

test.each([
  [
    { why: 'NotEnoughReplicas', needed: 2, homes: HOMES },
    /^Only n1 answered in time, 2 are needed. The key’s replicas are n1, n2, n3; a smaller w= needs fewer of them\. Nothing/,
  ],
  [{ why: 'NotEnoughReplicas', needed: 3, homes: [n1] }, /The key has 1 replica \(n1\): ask for at most r=1 w=1\./],
  [
    { why: 'NotEnoughReplicas', needed: 3, homes: [n1, n2] },
    /The key has 2 replicas \(n1, n2\): ask for at most r=2 w=2\./,
  ],
  [{ why: 'ClockAhead', aheadUs: 900_000, maxUs: 500_000 }, /900ms ahead of the clock of n1.*context=none/],
  [{ why: 'BelowFence', behindUs: 10_000 }, /10ms behind a purge.*CONFIG clock=hybrid/],
  [{ why: 'TooManySiblings', siblings: 65, max: 64 }, /65 siblings, the most is 64. GET it, then PUT/],
])('a refusal tells what to do', async (refusal, text) => {
  const outcome = { status: 'fail', code: refusal.why, leader: 0, refusal, ...ground() };
  const result = await told('PUT k v', outcome);
  expect(result).toMatchObject({ ok: false, code: refusal.why, text: expect.stringMatching(text) });
  expect(result?.text).toContain('Nothing was written.');
});

test.each([
  [
    'GET k r=2 quorum=strict',
    own(n1),
    'Only n1 answered in time, 2 are needed',
    'a smaller r= needs fewer of them, quorum=sloppy takes others instead.',
  ],
  ['GET k r=2', own(n1), 'Only n1 answered in time, 2 are needed', 'a smaller r= needs fewer of them. ('],
  [
    'GET k r=1 quorum=strict',
    [],
    'Nobody answered in time, 1 is needed',
    'n1, n2, n3; quorum=sloppy takes others instead.',
  ],
  ['GET k', [], 'Nobody answered in time, 1 is needed', 'The key’s replicas are n1, n2, n3. ('],
])('%s refused: only what would help is advised', async (line, answers, heard, remedy) => {
  const needed = line.includes('r=2') ? 2 : 1;
  const refusal = { why: 'NotEnoughReplicas', needed, homes: HOMES };
  const refused = { status: 'fail', code: refusal.why, leader: 0, refusal, ...ground(answers) };
  const text = (await told(line, refused))?.text;
  expect(text).toContain(heard);
  expect(text).toContain(remedy);
});
