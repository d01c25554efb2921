import { describe, expect, test } from 'vitest';
import { nodeId } from '../../base/ids.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { compareStamps } from '../../replication/stamp.ts';
import { EventualCluster, MS, read, S0, write } from './testing/eventual-cluster.ts';
import { told, values } from './testing/replies.ts';

const KEY = encodeUtf8('k');
const ack = (to: number, home = to) => ({ to: nodeId(to), home: nodeId(home) });

describe('clocks', () => {
  test('hybrid: a write is later than what its coordinator holds and its client has seen, whatever its clock shows', () => {
    const cluster = new EventualCluster();
    cluster.wallOffsetsUs.set(nodeId(1), 300 * MS);
    const first = told('EventualWritten', cluster.call(1, write('a', { w: 3 })));
    const second = told('EventualWritten', cluster.call(2, write('b', { w: 3 })));
    expect(compareStamps(second.stamp, first.stamp)).toBeGreaterThan(0);
    const third = told('EventualWritten', cluster.call(4, write('c', { w: 3, seen: second.stamp })));
    expect(compareStamps(third.stamp, second.stamp)).toBeGreaterThan(0);
    expect(values(cluster.call(3, read(3)))).toEqual(['c']);
  });

  test('wall: a clock that is behind makes a write that is acknowledged and lost', () => {
    const cluster = new EventualCluster({ settings: { clock: 'wall' } });
    cluster.wallOffsetsUs.set(nodeId(1), 300 * MS);
    cluster.call(1, write('a', { w: 3 }));
    expect(cluster.call(2, write('b', { w: 3 }))).toMatchObject({ status: 'ok' });
    expect(values(cluster.call(3, read(3)))).toEqual(['a']);
  });

  test('a stamp too far ahead is refused with its row, and from a client', () => {
    const cluster = new EventualCluster();
    cluster.wallOffsetsUs.set(nodeId(1), 800 * MS);
    const reply = told('EventualWritten', cluster.call(1, write('a', { w: 2, sloppy: false })));
    expect(reply).toMatchObject({ status: 'unknown', acks: [ack(1)] });
    expect(cluster.eventsOf(2, 'ClockRefused')[0]).toMatchObject({ from: 1, maxUs: 500 * MS });
    expect(cluster.call(2, write('b', { seen: reply.stamp }))).toMatchObject({ why: 'ClockAhead', maxUs: 500 * MS });
    expect(values(cluster.call(2, read(2, { sloppy: false })))).toEqual([]);
    expect(cluster.call(2, read(3, { sloppy: false }))).toMatchObject({ answers: [ack(2), ack(3)] });
  });

  test('a node that was started again stamps later than before, also where its clock was set back', () => {
    const cluster = new EventualCluster();
    cluster.wallOffsetsUs.set(nodeId(1), 300 * MS);
    const before = told('EventualWritten', cluster.call(1, write('a', { w: 3 })));
    cluster.kill(1);
    cluster.wallOffsetsUs.set(nodeId(1), 0);
    cluster.revive(1);
    const after = told('EventualWritten', cluster.call(1, write('b', { w: 3, key: 'l' })));
    expect(compareStamps(after.stamp, before.stamp)).toBeGreaterThan(0);
  });

  test('nothing stamped is read, or leaves the node, before the bound is durable', () => {
    const cluster = new EventualCluster();
    cluster.at(1).holdsSyncs = true;
    const asked = cluster.ask(1, write('a', { w: 3, waitUs: 4000 * MS }));
    cluster.run(300 * MS);
    expect(cluster.sent).toEqual([]);
    expect(values(cluster.call(1, read(1, { sloppy: false })))).toEqual([]);
    expect(cluster.host(1).heldKey(S0, KEY).next().value).toMatchObject({ row: [] });
    cluster.at(1).holdsSyncs = false;
    cluster.sync(1);
    cluster.run(20 * MS);
    expect(cluster.replies.get(asked)).toMatchObject({ status: 'ok' });
    expect(cluster.at(1).disk.boundUs).toBeGreaterThan(
      told('EventualWritten', cluster.replies.get(asked)).stamp.wallUs,
    );
  });

  test('a write seldom waits for the bound: there is a step in reserve while others are written', () => {
    const cluster = new EventualCluster();
    cluster.call(1, write('first', { w: 3 }));
    // A disk that takes 20 ms for each write.
    for (let i = 0; i < 20; i++) {
      cluster.at(1).holdsSyncs = true;
      const before = cluster.sent.length;
      cluster.ask(1, write(`v${i}`, { w: 3 }));
      cluster.run(20 * MS);
      expect(cluster.sent.length, `write ${i}`).toBeGreaterThan(before);
      cluster.at(1).holdsSyncs = false;
      cluster.sync(1);
      cluster.run(10 * MS);
    }
  });

  test('a wall clock behind the fence of a purge makes no writes', () => {
    const cluster = new EventualCluster({ settings: { clock: 'wall' } });
    for (const id of [1, 2, 3]) cluster.at(id).rows.raiseFence(S0, cluster.at(1).wallUs + 100 * MS, () => {});
    expect(cluster.call(1, write('a'))).toMatchObject({ type: 'EventualRefused', why: 'BelowFence' });
    cluster.run(200 * MS);
    expect(cluster.call(1, write('a'))).toMatchObject({ status: 'ok' });
  });

  test('a row from before the fence is refused by a home and by a fallback', () => {
    const cluster = new EventualCluster({ settings: { clock: 'wall' } });
    for (const id of [2, 3, 4]) cluster.at(id).rows.raiseFence(S0, 2_000_000_000, () => {});
    expect(cluster.call(1, write('a'))).toMatchObject({ status: 'ok', acks: [ack(1), { to: 5 }] });
    expect(cluster.eventsOf(4, 'RowRefused')).toMatchObject([{ refusal: 'BelowLimit' }]);
  });
});
