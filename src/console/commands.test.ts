import { describe, expect, test, vi } from 'vitest';
import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import type { OperationPath } from '../core/cluster/operation-path/operation-path.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import { ENGINE_VERSION } from '../core/cluster/run.ts';
import { combineResults } from './combine-results.ts';
import { fetched, NotFetched } from './fetched.ts';
import type { CommandResult } from './result.ts';
import { runLine, runScript } from './run-line.ts';
import { createSession, type Session } from './session.ts';
import { FakeCluster, GROUND, NO_GROUND } from './testing/fake-cluster.ts';

async function one(
  line: string,
  cluster = new FakeCluster(),
  session: Session = createSession(),
): Promise<CommandResult> {
  const results = await runLine(cluster, session, line);
  expect(results).toHaveLength(1);
  return results[0] as CommandResult;
}

describe('data', () => {
  test('PUT, GET, DELETE say who answered and on what ground', async () => {
    const cluster = new FakeCluster();
    expect(await one('put user:42 ada', cluster)).toEqual({
      ok: true,
      text: 'OK  term 4 index 17 · 2/3 acks · 41 ms · from n2, leader',
    });
    expect(await one('GET user:42', cluster)).toEqual({
      ok: true,
      text: '"ada"  from n2, leader, ReadIndex 17 · 41 ms',
      value: 'ada',
    });
    expect(await one('DEL user:42', cluster)).toMatchObject({ ok: true, value: true });
    expect(await one('DELETE user:42', cluster)).toMatchObject({
      ok: true,
      value: false,
      text: expect.stringContaining('nothing to delete'),
    });
    expect(await one('GET user:42', cluster)).toMatchObject({
      text: '(nil)  from n2, leader, ReadIndex 17 · 41 ms',
      value: null,
    });
  });

  test('positionals bind before options', async () => {
    const cluster = new FakeCluster();
    await one('PUT a b=c timeout=500ms via=N3 as=a', cluster);
    expect(cluster.actions[0]).toMatchObject({
      client: 'a',
      operation: { key: new Uint8Array([97]), value: new Uint8Array([98, 61, 99]) },
      options: { timeoutUs: 500_000, via: 3 },
    });
    expect(await one('GET a', cluster)).toMatchObject({ value: 'b=c' });
    await one('SCAN a limit=5', cluster);
    expect(cluster.actions.at(-1)).toMatchObject({
      client: 'client',
      operation: { limit: 5, to: undefined },
      options: { timeoutUs: 2_000_000 },
    });
    await one('SCAN a "limit=5"', cluster);
    expect(cluster.actions.at(-1)).toMatchObject({ operation: { limit: 10, to: expect.any(Uint8Array) } });
  });

  test('a time to live goes with the write, and GET says what is left of it', async () => {
    const cluster = new FakeCluster();
    await one('PUT a b ttl=1.5s', cluster);
    expect(cluster.actions.at(-1)).toMatchObject({ operation: { type: 'Put', ttlUs: 1_500_000 } });
    await one('CAS a b c ttl=80ms', cluster);
    expect(cluster.actions.at(-1)).toMatchObject({ operation: { type: 'Cas', ttlUs: 80_000 } });
    await one('PUT a ttl=30s', cluster);
    expect(cluster.actions.at(-1)).not.toHaveProperty('operation.ttlUs');
    const value = new TextEncoder().encode('b');
    cluster.nextOutcome = { status: 'ok', result: { type: 'Value', value, expiresInUs: 12_300_000 }, ...GROUND };
    expect(await one('GET a', cluster)).toMatchObject({
      text: '"b"  expires in 12.3 s of log time · from n2, leader, ReadIndex 17 · 41 ms',
      value: 'b',
    });
  });

  test('a read says whether a lease or ReadIndex made it right; r= asks for one, CONSISTENCY for all that follow', async () => {
    const cluster = new FakeCluster();
    const session = createSession();
    const asked = () => cluster.actions.at(-1);
    cluster.nextOutcome = { status: 'ok', result: { type: 'Value', value: undefined }, ...GROUND, ground: 'lease' };
    expect((await one('GET a', cluster, session)).text).toBe('(nil)  from n2, leader, lease, index 17 · 41 ms');
    expect(asked()).not.toHaveProperty('operation.read');
    await one('GET a r=INDEX', cluster, session);
    expect(asked()).toMatchObject({ operation: { read: 'index' } });
    expect(await one('CONSISTENCY', cluster, session)).toMatchObject({ value: { r: 'lease', w: 2 } });
    expect(await one('CONSISTENCY r=index', cluster, session)).toMatchObject({
      value: { r: 'index', w: 2 },
      text: expect.stringMatching(/^r=index: .*Price: two round trips/),
    });
    await one('SCAN a', cluster, session);
    expect(asked()).toMatchObject({ operation: { type: 'Scan', read: 'index' } });
    await one('GET a r=lease', cluster, session);
    expect(asked()).toMatchObject({ operation: { read: 'lease' } });
    expect(await one('consistency', cluster, session)).toMatchObject({ value: { r: 'index', w: 2 } });
  });

  test('SCAN goes backwards where it is told to', async () => {
    const cluster = new FakeCluster();
    await one('SCAN a z reverse=on limit=3', cluster);
    expect(cluster.actions.at(-1)).toMatchObject({ operation: { type: 'Scan', reverse: true, limit: 3 } });
    await one('SCAN a z reverse=off', cluster);
    expect(cluster.actions.at(-1)).not.toHaveProperty('operation.reverse');
    expect((await one('HELP SCAN', cluster)).text).toMatch(
      /`to` itself is not[\s\S]*moments of different shards differ/,
    );
  });

  test('CAS swaps, refuses to swap, and knows nil from "nil"', async () => {
    const cluster = new FakeCluster();
    expect(await one('CAS k "nil" x', cluster)).toMatchObject({
      ok: true,
      value: false,
      text: expect.stringContaining('(not swapped) there is no such key'),
    });
    expect(await one('CAS k nil x', cluster)).toMatchObject({
      ok: true,
      value: true,
      text: expect.stringMatching(/^OK {2}term 4/),
    });
    expect(await one('CAS k nil y', cluster)).toMatchObject({
      ok: true,
      value: false,
      text: expect.stringContaining('(not swapped) it holds "x"'),
    });
    expect(await one('CAS k x nil', cluster)).toMatchObject({ code: 'BadArgument' });
  });

  test('SCAN gives a line a pair', async () => {
    const cluster = new FakeCluster();
    await runLine(cluster, createSession(), 'PUT b 2; PUT a 1; PUT c 3');
    const result = await one('SCAN "" limit=2', cluster);
    expect(result.value).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(result.lines).toEqual(['"a"  "1"', '"b"  "2"', '… more', '2 keys  from n2, leader, ReadIndex 17 · 41 ms']);
    const named = result.keys?.map(({ at, length, key }) => [result.text.slice(at, at + length), key]);
    expect(named).toEqual([
      ['"a"', 'a'],
      ['"b"', 'b'],
    ]);
    expect(await one('SCAN x', cluster)).toMatchObject({ value: [], text: expect.stringContaining('(no keys here)') });
  });

  test('keys in any script, and values up to 1 MiB', async () => {
    const cluster = new FakeCluster();
    for (const key of ['ключ', '鍵', 'مفتاح', '🔑', '👩‍🚀', 'é', '"with space"', "'#1'"]) {
      expect(await one(`PUT ${key} ${key}`, cluster)).toMatchObject({ ok: true });
      expect(await one(`GET ${key}`, cluster)).toMatchObject({ value: key.replace(/^["']|["']$/g, '') });
    }
    expect(await one(`PUT k ${'v'.repeat(1024 * 1024)}`, cluster)).toMatchObject({ ok: true });
    const read = await one('GET k', cluster);
    expect(read.value).toHaveLength(1024 * 1024);
    expect(read.text.length).toBeLessThan(400);
    expect(await one(`PUT ${'k'.repeat(4096)} v`, cluster)).toMatchObject({ ok: true });
  });

  test('bytes that are no UTF-8 are shown as \\x', async () => {
    const cluster = new FakeCluster();
    const value = new Uint8Array([0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82]);
    cluster.nextOutcome = { status: 'ok', result: { type: 'Value', value }, ...GROUND };
    expect(await one('GET k', cluster)).toMatchObject({ value: 'a\\xffé\\xe2\\x82' });
  });

  test('an outcome that is not known is said to be unknown', async () => {
    const cluster = new FakeCluster();
    cluster.nextOutcome = { status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout', ...NO_GROUND };
    expect(await one('PUT k v', cluster)).toEqual({
      ok: false,
      code: 'OutcomeUnknown',
      text: '(outcome unknown) timeout after 500 ms; the write may or may not have happened. GET it, or retry: a retry is safe only with CAS',
    });
    cluster.nextOutcome = {
      status: 'unknown',
      code: 'OutcomeUnknown',
      reason: 'timeout',
      ...NO_GROUND,
      voters: 3,
      acks: 1,
    };
    expect((await one('PUT k v', cluster)).text).toContain('timeout after 500 ms, 1 of 2 acks;');
    cluster.nextOutcome = { status: 'unknown', code: 'OutcomeUnknown', reason: 'session expired', ...NO_GROUND };
    expect((await one('PUT k v', cluster)).text).toBe(
      '(outcome unknown) session expired after 500 ms; the retry was refused, and whether an earlier attempt was applied is forgotten. New writes open a new session. GET it, or retry: a retry is safe only with CAS',
    );
  });

  test('a full queue is told with whose it is, what is in it, and what to do', async () => {
    const cluster = new FakeCluster();
    const { node } = GROUND;
    const refused = { status: 'fail', code: 'Busy', leader: node, ...NO_GROUND } as const;
    cluster.nextOutcome = { ...refused, queue: 'log', node, attempts: 5 };
    expect((await one('PUT k v', cluster)).text).toBe(
      'n2, the leader of s3, waits for the disk of its log (500 ms · 5 attempts). Nothing was written. Try again with less at once, or when disks and followers keep up: STATUS shows them.',
    );
    cluster.nextOutcome = { ...refused, queue: 'client' };
    expect((await one('GET k', cluster)).text).toMatch(/^This client, for s3, has all under way that it takes/);
  });

  test.each([
    'NotEnoughReplicas',
    'NotLeader',
    'Timeout',
    'Busy',
    'TransferUnderWay',
    'ConnectionRefused',
    'SessionExpired',
  ] as const)('a %s names the shard and a way out', async (code) => {
    const cluster = new FakeCluster();
    cluster.nextOutcome = { status: 'fail', code, leader: GROUND.node, ...NO_GROUND };
    const write = await one('PUT k v', cluster);
    expect(write).toMatchObject({ ok: false, code });
    expect(write.text).toMatch(/Nothing was written\. .*(REVIVE|via=|timeout=|again)/);
    cluster.nextOutcome = { status: 'fail', code, leader: GROUND.node, ...NO_GROUND };
    expect((await one('GET k', cluster)).text).not.toContain('written');
  });

  test('an operation while paused says that time ran', async () => {
    const cluster = new FakeCluster();
    cluster.mode = 'paused';
    expect((await one('PUT k v', cluster)).text).toMatch(/time ran 41 ms for this and is paused again$/);
  });
});

describe('EXPLAIN', () => {
  const path: OperationPath = {
    id: 1,
    client: clientActorId(100),
    clientName: 'client',
    operation: { type: 'Get', key: new Uint8Array([107]) },
    shard: shardId(3),
    replicas: [nodeId(2), nodeId(1)],
    invokedUs: 1_000_000,
    completedUs: 1_041_000,
    outcome: undefined,
    reason: '',
    quorum: undefined,
    detailsOmitted: false,
    stepsLeftOut: 2,
    steps: [
      {
        id: 0,
        kind: 'request',
        phase: 'operation',
        actor: clientActorId(100),
        to: nodeId(2),
        shard: shardId(3),
        startUs: 1_000_000,
        endUs: 1_012_400,
        dueUs: undefined,
        state: 'failed',
        text: 'asks for GET',
        note: 'n2 is down',
      },
    ],
  };

  test('carries the operation out, followed, and tells its path; alone it tells of the last one', async () => {
    const cluster = new FakeCluster();
    const session = createSession();
    cluster.paths.set(1, path);
    const told = '+0.0 ms  12.4 ms  client → n2  ✕ asks for GET (n2 is down)';
    const explained = await one('explain get k via=n2', cluster, session);
    expect(explained.lines).toEqual(['(nil)  from n2, leader, ReadIndex 17 · 41 ms', told, '… 2 more steps']);
    expect(explained.value).toMatchObject([
      { who: 'client → n2', shard: 's3', atMs: 0, tookMs: 12.4, state: 'failed' },
    ]);
    expect(cluster.actions[0]).toMatchObject({ operation: { type: 'Get' }, options: { via: 2 } });
    expect(cluster.followed).toEqual([cluster.actions[0]]);
    expect((await one('EXPLAIN', cluster, session)).lines).toEqual([told, '… 2 more steps']);
    expect(cluster.actions).toHaveLength(1);
  });

  test('an operation that is not explained is not followed', async () => {
    const cluster = new FakeCluster();
    await one('GET k', cluster);
    expect(cluster.followed).toEqual([]);
  });

  test('what it cannot explain, it says', async () => {
    const cluster = new FakeCluster();
    const session = createSession();
    expect(await one('EXPLAIN', cluster, session)).toMatchObject({ ok: false, code: 'NothingToDo' });
    expect(await one('EXPLAIN GTE k', cluster)).toMatchObject({
      code: 'BadArgument',
      text: expect.stringMatching(/column 9.*GET/),
    });
    expect(await one('EXPLAIN PUT k', cluster)).toMatchObject({
      code: 'MissingArgument',
      text: expect.stringContaining('PUT needs a value'),
    });
    await one('GET k', cluster, session);
    expect(await one('EXPLAIN', cluster, session)).toMatchObject({
      code: 'NothingToDo',
      text: expect.stringContaining('EXPLAIN PUT'),
    });
    cluster.runId = 'another';
    expect(await one('EXPLAIN', cluster, session)).toMatchObject({
      code: 'NothingToDo',
    });
    cluster.refusal = { code: 'Replaying', text: 'a saved run is being replayed' };
    expect(await one('EXPLAIN GET k', cluster, session)).toMatchObject({ code: 'Replaying' });
  });

  test('a failed operation fails, and is explained', async () => {
    const cluster = new FakeCluster();
    cluster.paths.set(1, path);
    cluster.nextOutcome = { status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout', ...NO_GROUND };
    const result = await one('EXPLAIN PUT k v', cluster);
    expect(result).toMatchObject({ ok: false, code: 'OutcomeUnknown' });
    expect(result.lines).toHaveLength(3);
  });
});

describe('faults', () => {
  test('KILL is refused by the cluster, whatever the snapshot shows', async () => {
    const cluster = new FakeCluster();
    await one('KILL n2', cluster);
    const snapshot = await cluster.snapshot();
    cluster.snapshot = async () => snapshot;
    cluster.down.clear();
    expect(await one('KILL n2', cluster)).toMatchObject({ ok: true });
    cluster.down.add('n2');
    expect(await one('KILL n2', cluster)).toMatchObject({
      ok: false,
      code: 'AlreadyDown',
      text: 'n2 is down already. REVIVE n2 starts it again.',
    });
  });

  test('KILL and REVIVE, and doing either twice', async () => {
    const cluster = new FakeCluster();
    expect(await one('KILL n2', cluster)).toMatchObject({
      ok: true,
      text: expect.stringMatching(/^n2 is down; it led s0 s1 .* · at 1\.234 s$/),
    });
    expect(await one('KILL n2', cluster)).toMatchObject({ ok: false, code: 'AlreadyDown' });
    expect(await one('REVIVE n2', cluster)).toMatchObject({ ok: true });
    expect(await one('REVIVE n2', cluster)).toMatchObject({ ok: false, code: 'AlreadyUp' });
    expect(cluster.actions).toEqual([
      { type: 'Kill', node: 2 },
      { type: 'Revive', node: 2 },
    ]);
  });

  test.each([
    [
      'PARTITION n1 n2 | n3 a',
      {
        type: 'Partition',
        groups: [
          ['n1', 'n2'],
          ['n3', 'a'],
        ],
      },
    ],
    ['PARTITION n1 | n2,n3', { type: 'Partition', groups: [['n1'], ['n2', 'n3']] }],
    [
      'PARTITION n1, a|n2 ,n3,',
      {
        type: 'Partition',
        groups: [
          ['n1', 'a'],
          ['n2', 'n3'],
        ],
      },
    ],
    ['PARTITION n1|n2', { type: 'Partition', groups: [['n1'], ['n2']] }],
    ['PARTITION N1', { type: 'Partition', groups: [['n1']] }],
    ['CUT n1>n2', { type: 'Cut', from: 'n1', to: 'n2', bothWays: false }],
    ['CUT n1->n2', { type: 'Cut', from: 'n1', to: 'n2', bothWays: false }],
    ['CUT n1-n2', { type: 'Cut', from: 'n1', to: 'n2', bothWays: true }],
    ['CUT n1<>n2', { type: 'Cut', from: 'n1', to: 'n2', bothWays: true }],
    ['CUT my-app-n1', { type: 'Cut', from: 'my-app', to: 'n1', bothWays: true }],
    ['CUT client>n1', { type: 'Cut', from: 'client', to: 'n1', bothWays: false }],
    ['ISOLATE n1', { type: 'Isolate', actor: 'n1' }],
    ['HEAL', { type: 'Heal', actor: undefined }],
    ['HEAL a', { type: 'Heal', actor: 'a' }],
    ['HEAL app-1', { type: 'Heal', actor: 'app-1' }],
    ['HEAL N1>n2', { type: 'HealLink', from: 'n1', to: 'n2', bothWays: false }],
    ['HEAL n1-n2', { type: 'HealLink', from: 'n1', to: 'n2', bothWays: true }],
    ['HEAL n1<>n2', { type: 'HealLink', from: 'n1', to: 'n2', bothWays: true }],
    ['HEAL app-1-n3', { type: 'HealLink', from: 'app-1', to: 'n3', bothWays: true }],
    ['HEAL client>n1', { type: 'HealLink', from: 'client', to: 'n1', bothWays: false }],
    [
      'LINK n1>n2 delay=80ms jitter=1.5ms drop=10% dup=0.05 reorder=100%',
      {
        type: 'Link',
        from: 'n1',
        to: 'n2',
        bothWays: false,
        settings: { delayUs: 80_000, jitterUs: 1500, drop: 0.1, duplicate: 0.05, reorder: 1 },
      },
    ],
    ['LINK * drop=10%', { type: 'Configure', name: 'link.drop', value: 0.1 }],
    ['CONFIG disk.sync=500us', { type: 'Configure', name: 'disk.sync', value: 500 }],
    ['CONFIG durability=strict', { type: 'Configure', name: 'durability', value: 1 }],
    ['CONFIG phi.threshold=2.5', { type: 'Configure', name: 'phi.threshold', value: 2.5 }],
    ['CONFIG phi.window=20', { type: 'Configure', name: 'phi.window', value: 20 }],
    ['CONFIG down.after=5s', { type: 'Configure', name: 'down.after', value: 5_000_000 }],
    ['CONFIG phi.formula=normal', { type: 'Configure', name: 'phi.formula', value: 1 }],
    ['CONFIG durability=relaxed', { type: 'Configure', name: 'durability', value: 0 }],
    ['CONFIG n2 durability=strict', { type: 'Configure', name: 'durability', value: 1, node: 2 }],
  ])('%s', async (line, action) => {
    const cluster = new FakeCluster();
    expect(await one(line, cluster)).toMatchObject({ ok: true });
    expect(cluster.actions).toEqual([action]);
  });

  test('several settings at once are as many actions', async () => {
    const cluster = new FakeCluster();
    expect((await one('LINK * drop=10% delay=80ms', cluster)).text).toBe(
      'Every link: delay 80 ms, drop 10 % · at 1.234 s',
    );
    await one('CONFIG link.drop=0 link.dup=1%', cluster);
    expect(cluster.actions).toHaveLength(4);
  });

  test('a refusal of the cluster is passed on', async () => {
    const cluster = new FakeCluster();
    cluster.refusal = { code: 'NothingToDo', text: 'no link is cut' };
    for (const line of ['HEAL', 'KILL n1', 'PUT k v', 'LINK * drop=1% dup=1%', 'CONFIG disk.sync=1ms']) {
      expect(await one(line, cluster)).toEqual({ ok: false, code: 'NothingToDo', text: 'no link is cut' });
    }
  });
});

describe('time and run', () => {
  test('PAUSE, PLAY, STEP, SPEED', async () => {
    const cluster = new FakeCluster();
    expect((await one('PAUSE', cluster)).text).toMatch(/^Paused at 1\.234 s/);
    expect((await one('PAUSE', cluster)).text).toMatch(/^Paused already/);
    // What the transport told last may be long over at full speed.
    const { snapshot } = cluster;
    cluster.snapshot = async () => ({ ...(await snapshot.call(cluster)), timeMs: 30_264.349 });
    expect((await one('PAUSE', cluster)).text).toContain('at 30.264 s');
    cluster.snapshot = snapshot;
    expect((await one('PLAY', cluster)).ok && cluster.mode).toBe('playing');
    expect(await one('STEP', cluster)).toMatchObject({ text: '1 event · paused at 1.234 s' });
    await one('STEP 10', cluster);
    expect(cluster.calls).toEqual(['step 1', 'step 10']);
    for (const [text, speed] of [
      ['10', 10],
      ['1/40', 1 / 40],
      ['MAX', 'max'],
      ['0.5', 0.5],
      ['Auto', 'auto'],
    ] as const) {
      expect(await one(`SPEED ${text}`, cluster)).toMatchObject({ ok: true, value: speed });
      expect(cluster.speed).toBe(speed);
    }
    expect((await one('SPEED', cluster)).text).toBe('Speed auto: quick: nothing happens in s3');
    cluster.speed = 1 / 40;
    expect((await one('SPEED', cluster)).text).toContain('1/40');
  });

  test('RUN for a time or until something', async () => {
    const cluster = new FakeCluster();
    expect(await one('RUN for=2s', cluster)).toEqual({
      ok: true,
      text: 'every shard has a leader · paused at 2.000 s',
    });
    await runLine(cluster, createSession(), 'RUN until=Leader; RUN until=rolechanged');
    expect(cluster.calls).toEqual([
      'runUntil {"type":"for","durationUs":2000000}',
      'runUntil {"type":"leader"}',
      'runUntil {"type":"event","name":"RoleChanged"}',
    ]);
    cluster.runEnd = { reached: false, timeUs: 0, text: 'gave up' };
    expect(await one('RUN until=commit', cluster)).toMatchObject({ ok: false, code: 'NotReached' });
  });

  test('SEED and RESET', async () => {
    const cluster = new FakeCluster();
    expect(await one('SEED', cluster)).toMatchObject({ value: 7, text: 'Seed 7' });
    expect((await one('SEED 42', cluster)).text).toBe('A new run: 3 nodes × 8 shards, classroom, seed 42');
    await one('RESET', cluster);
    await one('RESET nodes=5 shards=16 profile=datacenter seed=0', cluster);
    await one('RESET nodes=12', cluster);
    expect(cluster.calls).toEqual([
      'reset {"seed":42}',
      'reset {}',
      'reset {"seed":0,"config":{"nodes":5,"shards":16,"profile":"datacenter"}}',
      'reset {"config":{"nodes":12}}',
    ]);
  });

  test('SAVE and LOAD go through the hooks', async () => {
    const cluster = new FakeCluster();
    const onSave = vi.fn();
    let file: string | undefined;
    const codec = { encodeRun: JSON.stringify, decodeRun: (text: string) => JSON.parse(text) as SavedRun };
    const session = createSession({ ...codec, onSave, pickFile: async () => file });
    const saved = await one('SAVE', cluster, session);
    expect(saved.text).toBe('Saved as ringside-abc.json: seed 7, 0 actions, up to 3.250 s · digest d1');
    expect(onSave).toHaveBeenCalledWith(saved.value, 'ringside-abc.json');
    expect(await one('LOAD', cluster, session)).toMatchObject({ code: 'NothingToDo' });
    file = '{';
    expect(await one('LOAD', cluster, session)).toMatchObject({ code: 'BadFile' });
    file = (saved.value as string).replace(`"engineVersion":${ENGINE_VERSION}`, '"engineVersion":99');
    expect(await one('LOAD', cluster, session)).toMatchObject({
      code: 'BadFile',
      text: expect.stringContaining('version 99'),
    });
    file = (saved.value as string).replace('"nodes":3', '"nodes":13');
    expect(await one('LOAD', cluster, session)).toMatchObject({
      code: 'BadFile',
      text: expect.stringMatching(/13 nodes; .* at most 12\..*npm run sim -- --run/),
    });
    const later = [...Array(10).fill({ type: 'Add' }), { type: 'Remove', node: 2 }];
    const grown = (actions: readonly unknown[]) =>
      JSON.stringify({
        ...JSON.parse(saved.value as string),
        actions: actions.map((action) => ({ timeUs: 1, action })),
      });
    file = grown(later.slice(0, -1));
    expect(await one('LOAD', cluster, session), 'it has 13 nodes before it ends').toMatchObject({
      code: 'BadFile',
      text: expect.stringMatching(/13 nodes/),
    });
    expect(cluster.loaded).toBeUndefined();
    file = grown(later);
    expect(await one('LOAD', cluster, session), 'one of the 13 may have left').toMatchObject({ ok: true });
    file = saved.value as string;
    expect(await one('LOAD', cluster, session)).toMatchObject({ ok: true, value: 'd1' });
    cluster.equal = false;
    expect(await one('LOAD', cluster, session)).toMatchObject({ code: 'DigestMismatch' });
    expect(await one('SAVE')).toMatchObject({ code: 'NotAvailable' });
    expect(await one('LOAD')).toMatchObject({ code: 'NotAvailable' });
  });
});

/** The line, the stable code, and what the text must say: the place, the remedy. */
const ERRORS: readonly [line: string, code: string, ...says: string[]][] = [
  ['GTE k', 'UnknownVerb', 'GTE (column 1)', 'Did you mean GET?', 'Commands are PUT GET'],
  ['GOSSIP n1', 'UnknownVerb', 'HELP'],
  ['HELP KIL', 'UnknownVerb', 'column 6', 'Did you mean KILL?'],
  ['KILL n9', 'UnknownNode', 'n9 (column 6)', 'n1, n2, n3'],
  ['KILL 2', 'UnknownNode', 'Did you mean n2?'],
  ['PUT k v via=n9', 'UnknownNode', 'via=', 'column 13'],
  ['CUT n1>n9', 'UnknownNode', 'column 8'],
  ['PARTITION n1 | s2', 'UnknownNode', 's2 is a shard'],
  ['PARTITION n1 | N_2', 'UnknownNode', 'column 16'],
  ['LOG n1 s8', 'UnknownShard', 's0 to s7'],
  ['LOG n1 x', 'UnknownShard'],
  ['PUT k v w=4', 'BadOption', '4 is not available here (column 11)', 'It takes 1, 2, 3'],
  ['GET k w=2', 'UnknownOption', 'w= (column 7)', 'r=, quorum=, timeout=, via=, as='],
  ['GET k r=4', 'BadOption', 'It takes lease, index, session, 1, 2, 3'],
  ['GET k r=2 via=n1', 'BadOption', 'via= asks one node, and r=2 several', 'read with r=1'],
  ['CAS k a b w=1', 'BadOption', 'CAS is answered when it is applied', 'w=1 is for PUT, DELETE and BATCH'],
  ['BATCH { PUT k v; CAS k2 nil b } w=1', 'BadOption', 'A BATCH with CAS is answered when it is applied'],
  ['SCAN k r=1', 'BadOption', "SCAN is answered by each shard's leader", 'It takes r=lease and r=index'],
  ['PUT k v expire=30s', 'UnknownOption', 'ttl='],
  ['PUT k v ttl=0s', 'BadOption', '0s is out of range', 'from 1ms to 86400s'],
  ['PUT k v ttl=30', 'BadOption', 'needs a unit', '30s'],
  ['PUT k v ttl=-5s', 'BadOption', 'is not a time', 'from 1ms to 86400s'],
  ['CAS k nil v ttl=90000s', 'BadOption', '90000s is out of range', 'from 1ms to 86400s'],
  ['DELETE k ttl=30s', 'UnknownOption', 'timeout='],
  ['SCAN a reverse=yes', 'BadOption', 'on, off'],
  ['PUT k v r=index', 'UnknownOption'],
  ['PUT k v timout=3s', 'UnknownOption', 'Did you mean timeout?'],
  ['PUT k v constructor=3s', 'UnknownOption'],
  ['KILL n1 force=1', 'UnknownOption', 'KILL takes none'],
  ['CONFIG link.dely=5ms', 'UnknownOption', 'Did you mean link.delay?'],
  ['CONFIG phi.threshold=0', 'BadOption', 'a number from 0.1 to 1000'],
  ['CONFIG phi.threshold=8x', 'BadOption', 'a number from 0.1 to 1000'],
  ['CONFIG phi.window=0', 'BadOption', 'a whole number from 1'],
  ['CONFIG down.after=1ms', 'BadOption', 'a time from 1s to 600s'],
  ['CONFIG phi.formula=gauss', 'BadOption', 'exponential, normal'],
  ['SCAN a b=c', 'UnknownOption', '"b=c"'],
  ['GET k r=quorum', 'BadOption', 'r=', 'It takes lease, index'],
  ['CONSISTENCY index', 'ExtraArgument', 'CONSISTENCY takes no argument without a name'],
  ['TRANSFER s3', 'MissingArgument', 'TRANSFER shard node'],
  ['TRANSFER s9 n2', 'UnknownShard', 's0 to s7'],
  ['TRANSFER s3 n9', 'UnknownNode', 'n1, n2, n3'],
  ['GET k timeout=5', 'BadOption', 'needs a unit', '5ms or 5s', 'column 15'],
  ['GET k timeout=5h', 'BadOption', 'us, ms and s'],
  ['GET k timeout=-5s', 'BadOption', 'not a time'],
  ['GET k timeout=0ms', 'BadOption', 'from 1ms'],
  ['GET k timeout=', 'BadOption', 'no value'],
  ['GET k timeout=1s timeout=2s', 'BadOption', 'twice'],
  ['GET k as=n1', 'BadOption', 'names a node'],
  ['GET k as=Ada', 'BadOption', 'lower-case'],
  ['SCAN a limit=0', 'BadOption', 'from 1 to 1000'],
  ['SCAN a limit=1001', 'BadOption'],
  ['LINK n1>n2 drop=10', 'BadOption', '10%'],
  ['LINK n1>n2 drop=101%', 'BadOption'],
  ['RESET nodes=13', 'BadOption', 'from 1 to 12'],
  ['RESET replicas=4', 'BadOption', 'needs nodes=4 or more, and there would be 3. Write RESET nodes=4 replicas=4.'],
  ['RESET nodes=2 replicas=4', 'BadOption', 'needs nodes=4 or more, and there would be 2'],
  ['RESET shards=7', 'BadOption', '1, 8, 16, 64, 256'],
  ['RESET profile=clasroom', 'BadOption', 'Did you mean classroom?'],
  ['RUN for=1s until=leader', 'BadOption', 'not both'],
  ['RUN until=RoleChangd', 'BadOption', 'Did you mean RoleChanged?', 'leader, commit, quiet'],
  ['SPEED fast', 'BadArgument', 'a number such as 10, a fraction such as 1/40, or max'],
  ['SPEED 0', 'BadArgument', 'PAUSE'],
  ['SPEED 1/0', 'BadArgument'],
  ['STEP 0', 'BadArgument'],
  ['SEED -1', 'BadArgument'],
  ['SEED 4294967296', 'BadArgument'],
  ['CUT n1', 'BadArgument', 'n1>n2'],
  ['CUT n1>n1', 'BadArgument'],
  ['CUT a>b', 'BadArgument', 'Clients'],
  ['CUT *', 'BadArgument'],
  ['PARTITION n1 | | n2', 'BadArgument', 'column 16'],
  ['PARTITION n1 |', 'BadArgument'],
  ['PARTITION n1 | ,', 'BadArgument', 'A group is empty'],
  ['PARTITION n1 | n2,N_3', 'UnknownNode', 'column 19'],
  ['PARTITION n1 | n1', 'BadArgument', 'part of another'],
  ['PARTITION n1 n2 n3', 'NothingToDo', '|'],
  ['PUT k', 'MissingArgument', 'a value', 'PUT key value'],
  ['PUT k #1', 'MissingArgument', 'comment'],
  ['GET', 'MissingArgument', 'a key'],
  ['SCAN', 'MissingArgument'],
  ['KILL', 'MissingArgument'],
  ['PARTITION', 'MissingArgument'],
  ['RUN', 'MissingArgument', 'RUN for=2s'],
  ['LINK n1>n2', 'MissingArgument', 'delay='],
  ['PUT k hello world', 'ExtraArgument', 'world is too much (column 13)', 'quotes'],
  ['PUT k “hello world”', 'ExtraArgument', 'Quotes are written'],
  ['GET via=n1 k', 'ExtraArgument', 'Options come after'],
  ['GET k timeout', 'ExtraArgument', 'timeout='],
  ['SCAN a limit=1 b', 'ExtraArgument', 'before options'],
  ['PAUSE now', 'ExtraArgument'],
  ['CONFIG link.delay', 'ExtraArgument', 'link.delay='],
  ['PUT "" v', 'EmptyKey', 'column 5'],
  [`PUT ${'é'.repeat(2049)} v`, 'KeyTooLarge', '4098 bytes', '4096'],
  [`PUT k ${'v'.repeat(1024 * 1024 + 1)}`, 'ValueTooLarge', '1048577 bytes', '1 MiB'],
  ['PUT k "abc', 'UnterminatedQuote', 'column 7'],
  ['PUT 🔑🔑 "abc', 'UnterminatedQuote', 'column 8'],
  ['PUT k "a"b', 'BadQuote', 'column 10'],
  ['PUT k "\\q"', 'BadEscape', '\\q'],
];

describe('errors name the problem, the place and the remedy', () => {
  test.each(ERRORS)('%.60s → %s', async (line, code, ...says) => {
    const cluster = new FakeCluster();
    const result = await one(line, cluster);
    expect(result).toMatchObject({ ok: false, code });
    for (const part of says) expect(result.text).toContain(part);
    expect(result.text.length).toBeLessThan(2400);
    expect(cluster.actions).toEqual([]);
    expect(cluster.calls).toEqual([]);
  });

  test('a ; inside a value is pointed out', async () => {
    const [first, second] = await runLine(new FakeCluster(), createSession(), 'PUT k a;b');
    expect(first).toMatchObject({ ok: true });
    expect(second).toMatchObject({
      code: 'UnknownVerb',
      text: expect.stringContaining('quote text that contains one'),
    });
  });

  test('a fault below the console is reported, never thrown', async () => {
    const cluster = new FakeCluster();
    cluster.snapshot = () => Promise.reject(new Error('worker is gone'));
    expect(await one('STATUS', cluster)).toMatchObject({
      code: 'Internal',
      text: expect.stringContaining('worker is gone'),
    });
  });

  test('code that does not come is told apart from a fault', async () => {
    await expect(fetched(Promise.reject(new TypeError('Failed to fetch')))).rejects.toThrow(
      new NotFetched('Failed to fetch'),
    );
    const cluster = new FakeCluster();
    cluster.run = () => Promise.reject(new NotFetched('Failed to fetch'));
    expect(await one('LOG n1', cluster)).toMatchObject({
      code: 'NotFetched',
      text: 'The code of LOG could not be fetched: Failed to fetch. The cluster runs on; with the network back, reload the page.',
    });
  });
});

describe('scripts', () => {
  const SCRIPT = 'PUT a 1; GET a # both\n\nGTE a\r\nGET "a\nGET a';

  test('run line by line, errors name the line, and the rest goes on', async () => {
    const seen: string[] = [];
    const session = createSession({
      onCommand: (source) => seen.push(source),
      onResult: (source, { ok }) => seen.push(`${source}: ${ok}`),
    });
    const results = await runScript(new FakeCluster(), session, SCRIPT);
    expect(results.map(({ line, source, result }) => [line, source, result.code ?? result.value])).toEqual([
      [1, 'PUT a 1', undefined],
      [1, 'GET a', '1'],
      [3, 'GTE a', 'UnknownVerb'],
      [4, 'GET "a', 'UnterminatedQuote'],
      [5, 'GET a', '1'],
    ]);
    expect(results[2]?.result.text).toContain('(line 3, column 1)');
    expect(seen.slice(0, 4)).toEqual(['PUT a 1', 'PUT a 1: true', 'GET a', 'GET a: true']);
    expect(seen.slice(-3)).toEqual(['GET "a: false', 'GET a', 'GET a: true']);
  });

  test('a syntax error keeps the whole line from running', async () => {
    const cluster = new FakeCluster();
    expect(await one('KILL n1; PUT k "', cluster)).toMatchObject({ code: 'UnterminatedQuote' });
    expect(cluster.actions).toEqual([]);
  });

  test('combine into one result', async () => {
    const results = await runLine(new FakeCluster(), createSession(), SCRIPT);
    expect(combineResults(results)).toMatchObject({ ok: false, code: 'UnknownVerb', value: '1' });
    expect(combineResults([])).toEqual({ ok: true, text: '' });
    expect(combineResults(results.slice(1, 2))).toBe(results[1]);
  });
});

test('a misspelled name comes with the command put right', async () => {
  const correctionsOf = async (line: string) =>
    (await runLine(new FakeCluster(), createSession(), line)).at(-1)?.corrections;
  expect(await correctionsOf('GET a; klil n1 # now')).toEqual(['KILL n1']);
  expect(await correctionsOf('GET a via=nn2')).toEqual(['GET a via=n2']);
  expect(await correctionsOf('PUT "k 1" v tiemout=5s')).toEqual(['PUT "k 1" v timeout=5s']);
  expect(await correctionsOf('RUN until=leeder')).toEqual(['RUN until=leader']);
  expect(await correctionsOf('KILL "nn2"')).toBeUndefined();
  expect(await correctionsOf('XYZZY')).toBeUndefined();
  expect(await correctionsOf('KILL')).toBeUndefined();
});
