import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { compareInternal, dataKey, replicaRange, userKeyOf } from './internal-key.ts';
import { bytes } from './testing/bytes.ts';
import { WriteBatch } from './write-batch.ts';

describe('internal key', () => {
  test('has the layout that is on disk', () => {
    expect([...dataKey(1, 0x0203, 0x04050607, bytes('k'))]).toEqual([1, 2, 3, 4, 5, 6, 7, 0x6b]);
    expect(userKeyOf(dataKey(1, 2, 3, bytes('key')))).toEqual(bytes('key'));
  });

  test('a replica is one range, apart from its neighbours', () => {
    for (const id of [0, 1, 255, 256, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe]) {
      const { from, to } = replicaRange(0, 3, id);
      for (const user of [new Uint8Array(0), new Uint8Array([0]), new Uint8Array(5).fill(0xff)]) {
        const key = dataKey(0, 3, id, user);
        expect(compareBytes(key, from) >= 0 && compareBytes(key, to) < 0).toBe(true);
        if (id > 0) expect(compareBytes(dataKey(0, 3, id - 1, user), from)).toBeLessThan(0);
        if (id < 0xfffffffe) expect(compareBytes(dataKey(0, 3, id + 1, user), to)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('sorts keys bytewise and versions newest first, whatever bytes a key ends in', () => {
    const [a, a0, aFF, b] = ['a', 'a\0', 'a\u{10ffff}', 'b'].map((user) => dataKey(0, 0, 1, bytes(user))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(compareInternal(a, 1, a, 2 ** 40)).toBeGreaterThan(0);
    expect(compareInternal(a, 1, a0, 2 ** 40)).toBeLessThan(0);
    expect(compareInternal(aFF, 1, b, 9)).toBeLessThan(0);
  });

  test('refuses what does not fit', () => {
    const none = new Uint8Array(0);
    expect(() => dataKey(256, 0, 0, none)).toThrow('keyspace');
    expect(() => dataKey(0, 65536, 0, none)).toThrow('shard');
    expect(() => dataKey(0, 0, 0xffffffff, none)).toThrow('replica id');
    expect(() => new WriteBatch().delete(new Uint8Array(6))).toThrow('begins with');
  });
});
