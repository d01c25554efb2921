import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../../base/ids.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import type { ReplyBody } from '../message.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import type { HeldKey } from './eventual-report.ts';
import { read, write } from './testing/eventual-cluster.ts';

const MS = 1000;

function call(cluster: TestCluster, via: number, body: ReturnType<typeof write> | ReturnType<typeof read>): ReplyBody {
  const requestId = cluster.send(nodeId(via), shardId(0), body);
  cluster.until(`an answer to ${body.type}`, () => cluster.replies.has(requestId));
  return cluster.replies.get(requestId) as ReplyBody;
}

function held(cluster: TestCluster, id: NodeId, key: string): HeldKey {
  const slot = cluster.at(id);
  const query = { type: 'EventualRow', shard: shardId(0), key: encodeUtf8(key) } as const;
  const answer = slot.node === undefined ? undefined : slot.disk.run(slot.node.answer(query));
  if (answer?.type !== 'EventualRow' || 'damage' in answer.held) throw new Error('no row');
  return answer.held;
}

const stamps = (cluster: TestCluster, key: string): number =>
  new Set([...cluster.nodes.keys()].map((id) => JSON.stringify(held(cluster, id, key).row))).size;

describe('nodes with a store', () => {
  test('a home that was down catches up by the leaves that differ', () => {
    const cluster = new TestCluster({ limits: { checkIntervalUs: 0 } });
    for (let i = 0; i < 40; i++) call(cluster, 1, write('v', { key: `k${i}`, w: 3 }));
    cluster.kill(nodeId(3));
    for (let i = 0; i < 3; i++) call(cluster, 1, write('w', { key: `k${i}`, w: 2 }));
    cluster.run(500 * MS);
    cluster.revive(nodeId(3));
    cluster.run(3000 * MS);
    for (let i = 0; i < 40; i++) expect([i, stamps(cluster, `k${i}`)]).toEqual([i, 1]);
    const events = [...cluster.nodes.values()].flatMap((node) => node.events);
    const ended = events.find((event) => event.type === 'SyncEnded' && event.keysHeld > 0 && event.taken > 0);
    expect(ended).toMatchObject({ outcome: 'exchanged', taken: 3, keysHeld: 40 });
  });

  test('REPAIR makes tombstones go that all homes have, and no sooner', () => {
    const cluster = new TestCluster({ limits: { checkIntervalUs: 0 } });
    call(cluster, 1, write('v', { key: 'gone', w: 3 }));
    call(cluster, 1, write(undefined, { key: 'gone', w: 3 }));
    cluster.run(3000 * MS);
    expect(held(cluster, nodeId(2), 'gone').row).toHaveLength(1);
    // The shard's leader is asked; any home would do.
    cluster.input(nodeId(2), { type: 'CheckAsked', shard: shardId(0) });
    cluster.run(10_000 * MS);
    for (const id of cluster.nodes.keys()) expect(held(cluster, id, 'gone').row).toEqual([]);
    expect(call(cluster, 2, read(3, { key: 'gone' }))).toMatchObject({ type: 'EventualValue', versions: [] });
  });
});
