import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { clientDataKey, dataKeyFields, dataKeyText } from './data-key.ts';

test('a data key is read as its shard, its replica and what the user wrote', () => {
  const key = dataKey(1, 300, 70_000, encodeUtf8('user:42'));
  expect(dataKeyFields(key)).toEqual({ keyspace: 'strong', shard: 300, replicaId: 70_000, text: 'user:42' });
  expect(dataKeyText(key)).toBe('s300 user:42');
  expect(clientDataKey(300, 70_000, encodeUtf8('user:42'))).toEqual(key);
});

test('it is read the same where it is a view into a larger buffer', () => {
  const whole = new Uint8Array([9, 9, ...dataKey(1, 5, 1, encodeUtf8('k')), 9]);
  expect(dataKeyText(whole.subarray(2, whole.length - 1))).toBe('s5 k');
});

test('rows of the system keyspace say what they are', () => {
  const session = new Uint8Array([...encodeUtf8('session/'), 0, 0, 0, 0, 0, 0, 1, 2]);
  expect(dataKeyText(dataKey(0, 3, 1, session))).toBe('s3 (session 258)');
  expect(dataKeyText(dataKey(0, 3, 1, encodeUtf8('summary')))).toBe('s3 (summary)');
});

test('bytes too short to be a data key are said to be so', () => {
  expect(dataKeyFields(new Uint8Array([1, 0]))).toBeUndefined();
  expect(dataKeyText(new Uint8Array([1, 0]))).toBe('2 bytes that are no data key');
});
