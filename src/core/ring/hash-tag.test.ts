import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken } from './hash-ring.ts';
import { hashedPart } from './hash-tag.ts';

/** The examples of the Redis Cluster specification, and what stands between them. */
test.each([
  ['{user1000}.following', 'user1000'],
  ['{user1000}.followers', 'user1000'],
  ['foo{}{bar}', 'foo{}{bar}'],
  ['foo{{bar}}zap', '{bar'],
  ['foo{bar}{zap}', 'bar'],
  ['no tag', 'no tag'],
  ['open{only', 'open{only'],
  ['}closed{u1}', 'u1'],
  ['}{', '}{'],
  ['{"a":1}', '"a":1'],
  ['{é}x', 'é'],
])('of %s, %s is hashed', (key, part) => {
  expect(decodeUtf8(hashedPart(encodeUtf8(key)))).toBe(part);
});

test('keys with one tag share a token and a shard, also with a key that is the tag itself', () => {
  const ring = new HashRing([nodeId(1), nodeId(2), nodeId(3)], 16, 64, 3);
  for (let user = 0; user < 100; user++) {
    const keys = [`cart{u${user}}`, `orders{u${user}}`, `{u${user}}`, `u${user}`].map(encodeUtf8);
    expect(new Set(keys.map(keyToken)).size).toBe(1);
    expect(new Set(keys.map((key) => ring.shardOfKey(key))).size).toBe(1);
  }
});
