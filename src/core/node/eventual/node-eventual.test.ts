import { describe, expect, test } from 'vitest';
import { nodeId } from '../../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import type { ReplyBody, RequestBody } from '../message.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { isEventualMessage } from './eventual-kinds.ts';
import type { EventualPart } from './eventual-part.ts';
import type { EventualReport, HeldKey } from './eventual-report.ts';
import { read, write } from './testing/eventual-cluster.ts';

const MS = 1000;

function call(cluster: TestCluster, via: number, body: RequestBody, key = 'k'): ReplyBody {
  const requestId = cluster.send(nodeId(via), cluster.shardOf(key), body);
  cluster.until(`an answer to ${body.type}`, () => cluster.replies.has(requestId));
  return cluster.replies.get(requestId) as ReplyBody;
}

const values = (reply: ReplyBody): readonly string[] =>
  reply.type === 'EventualValue'
    ? reply.versions.map(({ value }) => (value === undefined ? '-' : decodeUtf8(value)))
    : [reply.type];

/** What a node says beside time. */
function report(cluster: TestCluster, id: number): EventualReport {
  const slot = cluster.at(id);
  const answer = slot.node === undefined ? undefined : slot.disk.run(slot.node.answer({ type: 'Eventual' }));
  if (answer?.type !== 'Eventual') throw new Error('no report');
  return answer.report;
}

function held(cluster: TestCluster, id: number, key = 'k'): HeldKey {
  const slot = cluster.at(id);
  const query = { type: 'EventualRow', shard: cluster.shardOf(key), key: encodeUtf8(key) } as const;
  const answer = slot.node === undefined ? undefined : slot.disk.run(slot.node.answer(query));
  if (answer?.type !== 'EventualRow' || 'damage' in answer.held) throw new Error('no row');
  return answer.held;
}

const partOf = (cluster: TestCluster, id: number): EventualPart =>
  (cluster.at(id).node as unknown as { readonly started: { readonly eventual: EventualPart } }).started.eventual;

describe('nodes', () => {
  test('answer both keyspaces side by side, and hold the same keys apart', () => {
    const cluster = new TestCluster();
    const shard = cluster.shardOf('k');
    const session = cluster.register(shard);
    const strong = { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8('strong') } as const;
    expect(cluster.write(shard, session, 1, strong)).toMatchObject({ type: 'Written' });
    expect(call(cluster, 2, write('eventual', { w: 3 }))).toMatchObject({ type: 'EventualWritten', status: 'ok' });
    expect(cluster.get('k')).toBe('strong');
    for (const id of [1, 2, 3]) expect(values(call(cluster, id, read(3)))).toEqual(['eventual']);
    expect(held(cluster, 3)).toMatchObject({ standing: 'complete', row: [{ stamp: { node: 2 } }] });
  });

  test.each([1 << 20, 1])(
    'keep what they acknowledged over a crash of all of them (MemTable %i B)',
    (memTableBytesMax) => {
      const cluster = new TestCluster({ limits: { memTableBytesMax } });
      for (const [i, key] of ['k', 'l', 'm'].entries()) {
        expect(call(cluster, i + 1, write(`${key}1`, { key, w: 3 }), key)).toMatchObject({ status: 'ok' });
        expect(call(cluster, i + 1, write(i === 1 ? undefined : `${key}2`, { key, w: 3 }), key)).toMatchObject({
          status: 'ok',
        });
      }
      for (const id of cluster.nodes.keys()) cluster.kill(id);
      for (const id of cluster.nodes.keys()) cluster.revive(id);
      expect(['k', 'l', 'm'].map((key) => values(call(cluster, 1, read(3, { key }), key)))).toEqual([
        ['k2'],
        ['-'],
        ['m2'],
      ]);
    },
  );

  test('take writes where no leader can be had, and hints come home after the heal, over a restart of who kept them', () => {
    const cluster = new TestCluster({ nodes: 5 });
    const homes = cluster.ring.replicas(cluster.shardOf('k'));
    const strangers = [1, 2, 3, 4, 5].map(nodeId).filter((id) => !homes.includes(id));
    const [alone, ...gone] = homes as readonly number[] as [number, number, number];
    for (const id of gone) cluster.kill(nodeId(id));
    cluster.run(10_000 * MS);
    expect(call(cluster, alone, write('strict', { w: 2, sloppy: false }))).toMatchObject({ status: 'unknown' });
    const reply = call(cluster, alone, write('sloppy', { w: 3 }));
    expect(reply).toMatchObject({ type: 'EventualWritten', status: 'ok', acks: { length: 3 } });
    for (const id of strangers) {
      cluster.kill(id);
      cluster.revive(id);
    }
    const waiting = strangers.flatMap((id) => report(cluster, id).hints).map(({ home }) => home);
    expect([...waiting].sort()).toEqual([...gone].sort());
    for (const id of gone) cluster.revive(nodeId(id));
    cluster.run(3000 * MS);
    expect(strangers.flatMap((id) => report(cluster, id).hints)).toEqual([]);
    const [stamp] = (held(cluster, alone).row ?? []).map((version) => version.stamp);
    for (const id of gone) expect(held(cluster, id).row?.map((version) => version.stamp)).toEqual([stamp]);
  });

  test('are not asked in vain: a request of another shard, or one that is too large, is sent on', () => {
    const cluster = new TestCluster({ shards: 8 });
    const shard = cluster.shardOf('k');
    const other = cluster.shardOf(['a', 'b', 'c', 'd', 'e'].find((key) => cluster.shardOf(key) !== shard) as string);
    const asked = [
      cluster.send(nodeId(1), other, write('a')),
      cluster.send(nodeId(1), shard, write('a', { w: 0 })),
      cluster.send(nodeId(1), shard, { ...read(), r: 0 } as RequestBody),
      cluster.send(nodeId(1), shard, write(undefined, { ttlUs: 5000 })),
      cluster.send(nodeId(1), shard, write('x'.repeat(1024 * 1024 + 1))),
    ];
    cluster.run(100 * MS);
    expect(asked.map((id) => cluster.replies.get(id)?.type)).toEqual(asked.map(() => 'WrongShard'));
  });

  test('take another setting while they run, and after a restart', () => {
    const cluster = new TestCluster();
    for (const id of [1, 2, 3]) cluster.at(id).node?.setEventual({ conflicts: 'siblings', clock: 'hybrid' });
    call(cluster, 1, write('x', { w: 3 }));
    call(cluster, 2, write('y', { w: 3 }));
    expect(values(call(cluster, 3, read(3)))).toEqual(['y', 'x']);
    expect(report(cluster, 1)).toMatchObject({ settings: { conflicts: 'siblings' }, readRepairs: 0, operations: 0 });
    expect(report(cluster, 1).shards).toMatchObject([{ standing: 'complete', fenceUs: 0, watermarkUs: 0 }]);
  });

  test('do nothing of it while nobody asks for it, and need nothing of it over a restart and whatever is asked beside time', () => {
    const cluster = new TestCluster({ limits: { checkIntervalUs: 200 * MS } });
    cluster.leaderOf(cluster.shardOf('k'));
    cluster.kill(nodeId(3));
    cluster.run(1000 * MS);
    cluster.revive(nodeId(3));
    cluster.run(1000 * MS);
    const types = new Set<string>(cluster.sent.flatMap(({ messages }) => messages.map(({ type }) => type)));
    expect([...types].filter((type) => isEventualMessage({ type }))).toEqual([]);
    expect(report(cluster, 1)).toMatchObject({ hints: [], clockBoundUs: 0, shards: [{ standing: 'complete' }] });
    expect(held(cluster, 1)).toMatchObject({ standing: 'complete', row: [], hints: [] });
    expect([1, 2, 3].map((id) => partOf(cluster, id).isNeeded)).toEqual([false, false, false]);
  });

  test('need it from the first row on, after a restart too; then it is compared by the clock', () => {
    const cluster = new TestCluster({ limits: { checkIntervalUs: 200 * MS } });
    call(cluster, 1, write('x', { w: 3 }));
    expect([1, 2, 3].map((id) => partOf(cluster, id).isNeeded)).toEqual([true, true, true]);
    cluster.run(1000 * MS);
    expect(cluster.eventsOf(1, 'SyncEnded').length).toBeGreaterThan(0);
    cluster.kill(nodeId(2));
    cluster.revive(nodeId(2));
    expect(partOf(cluster, 2).isNeeded).toBe(true);
  });
});
