import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken, TOKEN_SPACE } from './hash-ring.ts';
import { locateKey } from './locate-key.ts';

const ring = new HashRing([1, 2, 3, 4, 5].map(nodeId), 150, 16, 3);

test('any key: its token lies on the arc, and the walk ends at the replicas that the ring gives', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const key = encodeUtf8(text);
      const { token, shard, arc, walk, replicas } = locateKey(ring, key);
      expect(token).toBe(keyToken(key));
      expect(shard).toBe(ring.shardOfKey(key));
      expect(arc.first).toBeLessThanOrEqual(token);
      expect(arc.last).toBeGreaterThanOrEqual(token);
      expect(arc.last - arc.first + 1).toBe(TOKEN_SPACE / 16);
      expect(walk.filter(({ taken }) => taken).map(({ vnode }) => vnode.node)).toEqual(replicas);
      expect(walk[0]?.vnode.token).toBeGreaterThanOrEqual(arc.first);
    }),
  );
});

test('of a key with a hash tag only the tag is hashed', () => {
  const place = locateKey(ring, encodeUtf8('cart{u1}'));
  expect([decodeUtf8(place.hashed), place.isTagged]).toEqual(['u1', true]);
  expect(place).toEqual({ ...locateKey(ring, encodeUtf8('u1')), isTagged: true });
});
