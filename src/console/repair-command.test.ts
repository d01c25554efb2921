import { expect, test } from 'vitest';
import { encodeUtf8 } from '../core/base/utf8.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const one = async (line: string, cluster: FakeCluster) => (await runLine(cluster, createSession(), line))[0];

test('REPAIR s3 has one shard compared, REPAIR every one', async () => {
  const cluster = new FakeCluster();
  expect(await one('repair S3', cluster)).toEqual({
    ok: true,
    text: 'the replicas of s3 say what they hold · at 1.234 s. The feed tells what comes of it',
  });
  expect(cluster.actions).toEqual([{ type: 'Check', shard: 3 }]);
  expect(await one('REPAIR', cluster)).toMatchObject({ ok: true, text: expect.stringContaining('8 shards') });
  expect(cluster.actions.slice(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((shard) => ({ type: 'Check', shard })));
});

test('what the run refuses is told in its words', async () => {
  const cluster = new FakeCluster();
  cluster.refusal = { code: 'NoLeader', text: 's3 has no leader' };
  expect(await one('REPAIR s3', cluster)).toMatchObject({ ok: false, code: 'NoLeader', text: 's3 has no leader.' });
  expect(await one('REPAIR', cluster)).toMatchObject({
    ok: false,
    code: 'NotChecked',
    text: 'No shard was checked: s3 has no leader.',
  });
});

test('without a leader the eventual rows are compared all the same, and it says what is not', async () => {
  const cluster = new FakeCluster();
  const act = cluster.act.bind(cluster);
  const text = 's3 has no leader that could compare its replicas';
  cluster.act = (action) =>
    action.type === 'Check' && action.shard === 3 && action.keyspace === undefined
      ? Promise.resolve({ type: 'Refused', code: 'NoLeader', text })
      : act(action);
  expect(await one('REPAIR s3', cluster)).toMatchObject({
    ok: true,
    lines: [
      `strong keyspace: not compared, ${text}.`,
      'eventual keyspace: the replicas of s3 compare their rows · at 1.234 s. The feed tells what comes of it',
    ],
  });
  expect(cluster.actions).toEqual([{ type: 'Check', shard: 3, keyspace: 'eventual' }]);
  const all = await one('REPAIR', cluster);
  expect(all).toMatchObject({ ok: true, text: expect.stringContaining('the replicas of 8 shards say what they hold') });
  expect(all?.text).toContain(`In the eventual keyspace alone: ${text}.`);
});

test('after USE eventual it is the eventual rows alone', async () => {
  const cluster = new FakeCluster();
  const session = createSession();
  const used = async (line: string) => (await runLine(cluster, session, line)).at(-1);
  expect(await used('USE eventual; REPAIR s3')).toMatchObject({
    ok: true,
    text: 'the replicas of s3 compare their eventual rows · at 1.234 s. The feed tells what comes of it',
  });
  expect(cluster.actions).toEqual([{ type: 'Check', shard: 3, keyspace: 'eventual' }]);
  expect(await used('REPAIR')).toMatchObject({ ok: true, text: expect.stringContaining('8 shards compare their') });
  cluster.refusal = { code: 'NoReplica', text: 'none of n1, n2, n3 runs' };
  expect(await used('REPAIR s3')).toMatchObject({ ok: false, code: 'NoReplica', text: 'none of n1, n2, n3 runs.' });
});

test('DISK n2 corrupt row damages what one node holds under a key', async () => {
  const cluster = new FakeCluster();
  expect(await one('DISK n2 corrupt row key=user:42', cluster)).toMatchObject({
    ok: true,
    text: expect.stringContaining('n2 holds another value under user:42 now'),
  });
  await one('DISK n2 corrupt row key=user:42 drop=yes', cluster);
  const row = { type: 'DamageRow', node: 2, key: encodeUtf8('user:42') };
  expect(cluster.actions).toEqual([
    { ...row, damage: 'change' },
    { ...row, damage: 'drop' },
  ]);
});

test.each([
  ['DISK n2 corrupt row', 'corrupt row needs to know which one'],
  ['DISK n2 corrupt row key=a table=7', 'a row is named by key='],
  ['DISK n2 corrupt log key=a', 'key= belongs to DISK … corrupt row'],
  ['DISK n2 full drop=yes', 'drop= belongs to DISK … corrupt row'],
])('%s is refused', async (line, text) => {
  const cluster = new FakeCluster();
  expect(await one(line, cluster)).toMatchObject({ ok: false, code: 'BadOption', text: expect.stringContaining(text) });
  expect(cluster.actions).toEqual([]);
});

test('STATUS names who is quarantined, and CONFIG how often is checked', async () => {
  const cluster = new FakeCluster();
  const snapshot = await cluster.snapshot();
  const shards = snapshot.shards.map((shard) => (shard.id === 's3' ? { ...shard, quarantined: ['n1'] } : shard));
  cluster.snapshot = async () => ({ ...snapshot, shards });
  expect((await one('STATUS', cluster))?.text).toMatch(/s3 .*QUARANTINED, damaged and not repaired yet: n1/);
  expect(await one('CONFIG check.interval=10s', cluster)).toMatchObject({ ok: true });
  expect(cluster.actions).toEqual([{ type: 'Configure', name: 'check.interval', value: 10_000_000 }]);
});

test('CONFIG says how often damage is looked for; off is never', async () => {
  const cluster = new FakeCluster();
  for (const line of ['CONFIG scrub.interval=5s', 'CONFIG scrub.interval=off', 'CONFIG check.interval=0'])
    expect(await one(line, cluster)).toMatchObject({ ok: true });
  const action = { type: 'Configure', name: 'scrub.interval' };
  expect(cluster.actions).toEqual([
    { ...action, value: 5_000_000 },
    { ...action, value: 0 },
    { type: 'Configure', name: 'check.interval', value: 0 },
  ]);
  expect((await one('CONFIG', cluster))?.text).toContain('scrub.interval');
});
