import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { Outcome } from '../core/client/operation.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const tell = async (line: string, cluster = new FakeCluster()) => (await runLine(cluster, createSession(), line))[0];

test.each([
  ['ADD', { type: 'Add' }, 'n4 is started and asks to join · at 1.234 s'],
  ['REMOVE n2', { type: 'Remove', node: 2 }, 'n2 is to leave: its replicas move away · at 1.234 s'],
  ['WIPE n3', { type: 'Wipe', node: 3, force: false }, 'n3 has an empty disk and starts as a blank node · at 1.234 s'],
  ['wipe N3 force=yes', { type: 'Wipe', node: 3, force: true }, undefined],
  ['CANCEL s3', { type: 'CancelMove', shard: 3 }, 'the move of s3 is to be undone · at 1.234 s'],
  ['CANCEL meta', { type: 'CancelMove', shard: META_GROUP }, 'the move of meta is to be undone · at 1.234 s'],
])('%s is taken down as an action, and told', async (line, action, text) => {
  const cluster = new FakeCluster();
  const result = await tell(line, cluster);
  expect(cluster.actions).toEqual([action]);
  expect(result).toMatchObject({ ok: true });
  if (text !== undefined) expect(result?.text).toBe(text);
});

test.each(['ADD', 'REMOVE n2', 'WIPE n2', 'CANCEL s0'])('%s: a refusal is told in the run’s words', async (line) => {
  const cluster = new FakeCluster();
  cluster.refusal = { code: 'TooFewNodes', text: 'REMOVE n2: 3 nodes are the minimum for RF 3' };
  expect(await tell(line, cluster)).toMatchObject({
    ok: false,
    code: 'TooFewNodes',
    text: 'REMOVE n2: 3 nodes are the minimum for RF 3.',
  });
});

test('what ADD brought can be named from then on, and STATUS says what it is', async () => {
  const cluster = new FakeCluster();
  expect(await tell('KILL n4', cluster)).toMatchObject({ ok: false, code: 'UnknownNode' });
  await tell('ADD', cluster);
  expect(await tell('KILL n4', cluster)).toMatchObject({ ok: true });
  const status = await tell('STATUS', cluster);
  expect(status?.text).toContain('4 nodes × 8 shards');
  expect(status?.text).toMatch(/^n4 {2}down · joining: its replicas/m);
});

test('what is asked of a blank node alone is refused with what it is', async () => {
  const cluster = new FakeCluster();
  const refusal: Outcome = {
    status: 'fail',
    code: 'NotLeader',
    attempts: 1,
    shard: shardId(0),
    node: nodeId(2),
    leader: nodeId(0),
    ...{ term: 0, index: 0, acks: 0, voters: 0 },
    elapsedUs: 20_000,
  };
  cluster.nextOutcome = refusal;
  expect(await tell('GET k via=n2', cluster)).toMatchObject({
    text: expect.stringContaining('is not the leader of s0'),
  });
  await tell('WIPE n2', cluster);
  expect((await tell('STATUS', cluster))?.text).toMatch(/^n2 {2}up · blank: its disk was wiped/m);
  cluster.nextOutcome = refusal;
  expect(await tell('GET k via=n2', cluster)).toMatchObject({
    ok: false,
    code: 'NotLeader',
    text: expect.stringMatching(/^n2 is blank: its disk was wiped.* Leave via= out/),
  });
});

test('STATUS says that the meta group is lost, and promises nothing of a blank node then', async () => {
  const cluster = new FakeCluster();
  await tell('WIPE n2', cluster);
  expect((await tell('STATUS', cluster))?.text).toContain('until its replicas are replaced');
  const snapshot = await cluster.snapshot();
  cluster.snapshot = async () => ({ ...snapshot, metaLost: true });
  const text = (await tell('STATUS', cluster))?.text;
  expect(text).toContain('the meta group is lost: nothing can be placed any more. RESET begins another run');
  expect(text).toContain('so it neither votes nor acknowledges');
  expect(text).not.toContain('until its replicas are replaced');
});
