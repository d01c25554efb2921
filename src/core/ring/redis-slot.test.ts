import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/utf8.ts';
import { redisSlot } from './redis-slot.ts';

const slot = (key: string): number => redisSlot(encodeUtf8(key));

// The specification's check value of its CRC16, and what CLUSTER KEYSLOT answers.
test.each([
  ['123456789', 0x31c3 % 16384],
  ['foo', 12182],
  ['bar', 5061],
  ['hello', 866],
])('the slot of %s is %i, as in Redis Cluster', (key, expected) => expect(slot(key)).toBe(expected));

test('a hash tag decides the slot', () => {
  expect(slot('{foo}.cart')).toBe(slot('foo'));
  expect(slot('{}foo')).not.toBe(slot('foo'));
});
