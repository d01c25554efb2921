import { expect, test } from 'vitest';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const voters = async (line: string, cluster = new FakeCluster()) => (await runLine(cluster, createSession(), line))[0];

test('VOTERS names those that vote; the other replicas of the shard learn', async () => {
  const cluster = new FakeCluster();
  expect(await voters('voters S3 N2 n1', cluster)).toEqual({
    ok: true,
    text: 's3: voters n1 n2 n3 → n1 n2, learner n3 · at 1.234 s',
  });
  expect(await voters('VOTERS s0 n3', cluster)).toMatchObject({ text: expect.stringContaining(', learners n1 n2 ·') });
  expect(await voters('VOTERS s0 n1 n2 n3', cluster)).toMatchObject({ ok: true });
  expect(cluster.actions).toEqual([
    { type: 'Reconfigure', shard: 3, voters: [2, 1], learners: [3] },
    { type: 'Reconfigure', shard: 0, voters: [3], learners: [1, 2] },
    { type: 'Reconfigure', shard: 0, voters: [1, 2, 3], learners: [] },
  ]);
});

test('nodes stand in the order of their numbers', async () => {
  const cluster = new (class extends FakeCluster {
    override async snapshot() {
      const now = await super.snapshot();
      const replicas = ['n10', 'n2', 'n9'];
      return { ...now, shards: now.shards.map((shard) => ({ ...shard, replicas, voters: ['n2', 'n9', 'n10'] })) };
    }
  })();
  cluster.config = { ...cluster.config, nodes: 12 };
  const [told] = [await voters('VOTERS s0 n9', cluster)];
  expect(told).toMatchObject({ text: expect.stringContaining('s0: voters n2 n9 n10 → n9, learners n2 n10 ·') });
  expect(cluster.actions).toEqual([{ type: 'Reconfigure', shard: 0, voters: [9], learners: [2, 10] }]);
});

test('what the run refuses is told in its words', async () => {
  const cluster = new FakeCluster();
  cluster.refusal = { code: 'ConfigurationPending', text: 'a change of s3 is under way' };
  expect(await voters('VOTERS s3 n2', cluster)).toMatchObject({
    ok: false,
    code: 'ConfigurationPending',
    text: 'a change of s3 is under way.',
  });
});

test.each([
  ['VOTERS s3', 'MissingArgument', 'VOTERS s3 n1 n2'],
  ['VOTERS s9 n1', 'UnknownShard', 's0 to s7'],
  ['VOTERS s3 n1 n9', 'UnknownNode', 'n1, n2, n3'],
  ['VOTERS s3 n1 n1', 'BadArgument', 'n1 is named twice'],
])('%s is refused: %s', async (line, code, text) => {
  expect(await voters(line)).toMatchObject({ ok: false, code, text: expect.stringContaining(text) });
});
