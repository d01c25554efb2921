import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import { batchFault } from './batch.ts';
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX } from './config.ts';
import type { KeyWrite, WriteOp } from './message.ts';
import { bytes, cas, del, put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const batch = (...items: readonly WriteOp[]): WriteOp => ({ type: 'Batch', items: items as readonly KeyWrite[] });

describe('a batch', () => {
  test('is one entry, and answers of each key whether it was there', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    const first = cluster.write(S0, session, 1, put('a', '1'));
    const reply = cluster.write(S0, session, 2, batch(put('a', '2'), cas('b', undefined, '3'), del('c')));
    expect(reply).toMatchObject({ type: 'Written', answer: { type: 'BatchOk', existed: [true, false, false] } });
    expect(reply.type === 'Written' && first.type === 'Written' && reply.index - first.index).toBe(1);
    expect([cluster.get('a'), cluster.get('b'), cluster.get('c')]).toEqual(['2', '3', undefined]);
    cluster.run(200_000);
    const states = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
    expect(states[0]?.keys).toBe(2);
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });

  test('is applied as a whole or not at all: the condition that fails may come last', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, batch(put('a', '1'), put('b', '1')));
    const writes = batch(put('a', '2'), del('b'), put('c', '2'), cas('d', 'x', 'y'));
    const refused = { answer: { type: 'BatchMismatch', item: 3, actual: undefined } };
    expect(cluster.write(S0, session, 2, writes)).toMatchObject(refused);
    expect([cluster.get('a'), cluster.get('b'), cluster.get('c')]).toEqual(['1', '1', undefined]);
    expect(cluster.write(S0, session, 2, writes)).toMatchObject({ ...refused, duplicate: true });
    const first = batch(cas('a', '9', '2'), cas('b', '9', '2'));
    expect(cluster.write(S0, session, 3, first)).toMatchObject({
      answer: { type: 'BatchMismatch', item: 0, actual: bytes('1') },
    });
  });

  test('a condition sees what was there before the batch', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, put('b', '1'));
    const reply = cluster.write(S0, session, 2, batch(put('a', '2'), cas('b', '1', '2')));
    expect(reply).toMatchObject({ answer: { type: 'BatchOk' } });
  });

  test('a retry of it gives the first answer again, also after a restart from log and from tables', () => {
    for (const memTableBytesMax of [1 << 20, 1]) {
      const cluster = new TestCluster({ limits: { memTableBytesMax } });
      const session = cluster.register(S0);
      const writes = batch(cas('a', undefined, '1'), cas('b', undefined, '1'));
      cluster.write(S0, session, 1, writes);
      cluster.run(300_000);
      for (const id of cluster.nodes.keys()) cluster.kill(id);
      for (const id of cluster.nodes.keys()) cluster.revive(id);
      expect(cluster.write(S0, session, 1, writes)).toMatchObject({
        answer: { type: 'BatchOk', existed: [false, false] },
        duplicate: true,
      });
      expect([cluster.get('a'), cluster.get('b')]).toEqual(['1', '1']);
    }
  });

  test('its values expire each in its time, and those it replaces no longer do', () => {
    const cluster = new TestCluster();
    const session = cluster.register(S0);
    cluster.write(S0, session, 1, batch(put('a', '1', 500_000), put('b', '1', 500_000), put('c', '1', 900_000)));
    cluster.write(S0, session, 2, batch(put('a', '2'), put('b', '2', 1_500_000)));
    cluster.run(1_000_000);
    expect([cluster.get('a'), cluster.get('b'), cluster.get('c')]).toEqual(['2', '2', undefined]);
    cluster.run(1_000_000);
    expect([cluster.get('a'), cluster.get('b')]).toEqual(['2', undefined]);
    const expired = cluster.eventsOf(1, 'KeysExpired').map(({ count }) => count);
    expect(expired).toEqual([1, 1]);
  });

  test('one whose keys are of several shards, or that names a key twice, no node takes', () => {
    const cluster = new TestCluster({ shards: 8 });
    const keys = Array.from({ length: 60 }, (_, i) => `k${i}`);
    const own = keys.filter((key) => cluster.shardOf(key) === S0);
    const other = keys.find((key) => cluster.shardOf(key) !== S0) as string;
    const [a, b] = own as [string, string];
    const session = cluster.register(S0);
    const ask = (...items: readonly WriteOp[]) => cluster.write(S0, session, 1, batch(...items)).type;
    expect(ask(put(a, '1'), put(other, '1'))).toBe('WrongShard');
    expect(ask(put(other, '1'), put(a, '1'))).toBe('WrongShard');
    expect(ask(put(a, '1'), del(a))).toBe('WrongShard');
    expect(ask()).toBe('WrongShard');
    expect(ask(put(a, '1'), put(b, '1'))).toBe('Written');
    expect(cluster.eventsOf(nodeId(1), 'RequestProposed').length).toBeLessThan(4);
  });
});

test('the limits of a batch', () => {
  const key = (i: number, value = ''): KeyWrite => put(`k${i}`, value) as KeyWrite;
  const keys = (count: number) => Array.from({ length: count }, (_, i) => key(i));
  expect(batchFault([])).toBe('no items');
  expect(batchFault(keys(BATCH_ITEMS_MAX))).toBeUndefined();
  expect(batchFault(keys(BATCH_ITEMS_MAX + 1))).toBe('too many items');
  const half = 'x'.repeat(BATCH_BYTES_MAX / 2 - 2);
  expect(batchFault([key(1, half), key(2, half)])).toBeUndefined();
  expect(batchFault([key(1, half), key(2, `${half}x`)])).toBe('too many bytes');
  expect(batchFault([key(1), key(2), key(1)])).toBe('a key twice');
});
