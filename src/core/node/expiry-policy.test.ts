import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { mayDropExpired } from './expiry-policy.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspace.ts';
import { encodeStoredValue, NO_DEADLINE } from './stored-value.ts';

const name = encodeUtf8('k');
const stored = (deadlineUs: number) => encodeStoredValue({ value: encodeUtf8('v'), deadlineUs });
/** s258, replica 3 is at 1000 µs; every other replica at 0. */
const published = (shard: number, replicaId: number): number => (shard === 258 && replicaId === 3 ? 1000 : 0);
const drops = (deadlineUs: number, keyspace = STRONG_KEYSPACE, shard = 258, replicaId = 3): boolean =>
  mayDropExpired(dataKey(keyspace, shard, replicaId, name), stored(deadlineUs), published);

test("what is due by its own replica's published log time may go, and nothing else", () => {
  expect(drops(999)).toBe(true);
  expect(drops(1000)).toBe(true);
  expect(drops(1001)).toBe(false);
  expect(drops(NO_DEADLINE)).toBe(false);
  expect(drops(999, STRONG_KEYSPACE, 258, 4)).toBe(false);
  expect(drops(999, STRONG_KEYSPACE, 2, 3)).toBe(false);
});

test('system rows are no values, whatever their bytes', () => {
  expect(drops(1, SYSTEM_KEYSPACE)).toBe(false);
  expect(mayDropExpired(dataKey(SYSTEM_KEYSPACE, 258, 3, name), new Uint8Array(0), published)).toBe(false);
});
