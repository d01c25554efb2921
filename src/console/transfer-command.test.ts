import { expect, test } from 'vitest';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const transfer = async (line: string, cluster: FakeCluster) => (await runLine(cluster, createSession(), line))[0];

test('TRANSFER says who hands what to whom, and since when', async () => {
  const cluster = new FakeCluster();
  expect(await transfer('transfer S3 N1', cluster)).toEqual({
    ok: true,
    text: 'n2 hands s3 over to n1 · at 1.234 s',
  });
  expect(cluster.actions).toEqual([{ type: 'Transfer', shard: 3, to: 1 }]);
});

test('what the run refuses is told in its words', async () => {
  const cluster = new FakeCluster();
  cluster.refusal = { code: 'AlreadyLeader', text: 'n2 leads s3 already' };
  expect(await transfer('TRANSFER s3 n2', cluster)).toMatchObject({
    ok: false,
    code: 'AlreadyLeader',
    text: 'n2 leads s3 already.',
  });
});
