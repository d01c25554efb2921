import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken, TOKEN_SPACE, vnodeToken } from './hash-ring.ts';

const nodes = (n: number, first = 1): NodeId[] => Array.from({ length: n }, (_, i) => nodeId(first + i));
const SHARD_COUNTS = [1, 8, 16, 64, 256];

describe('shard arcs', () => {
  test.each([...SHARD_COUNTS, 3, 7, 100])('%i of them tile the token space', (shards) => {
    const ring = new HashRing(nodes(3), 2, shards, 3);
    expect(ring.shardStart(shardId(0))).toBe(0);
    for (let s = 0; s < shards; s++) {
      const start = ring.shardStart(shardId(s));
      const end = s + 1 === shards ? TOKEN_SPACE : ring.shardStart(shardId(s + 1));
      expect(end).toBeGreaterThan(start);
      expect([start, end - 1].map((token) => ring.shardOfToken(token))).toEqual([s, s]);
      expect(Math.abs(end - start - TOKEN_SPACE / shards)).toBeLessThan(1);
    }
  });

  test('keys spread evenly over 16 shards', () => {
    const ring = new HashRing(nodes(3), 150, 16, 3);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[ring.shardOfKey(encodeUtf8(`user:${i}`))]! += 1;
    // 1000 ± 5 sd.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(155);
  });
});

describe('placement', () => {
  test('replicas are distinct nodes of the cluster, as many as asked for or there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...SHARD_COUNTS), fc.nat(200), (n, shards, first) => {
        const members = nodes(n, first + 1);
        const ring = new HashRing(members, 20, shards, 3);
        for (let s = 0; s < shards; s++) {
          const replicas = ring.replicas(shardId(s));
          expect(replicas).toHaveLength(Math.min(3, n));
          expect(new Set(replicas).size).toBe(replicas.length);
          expect(replicas.every((node) => members.includes(node))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is the clockwise walk from the start of the arc', () => {
    const ring = new HashRing(nodes(5), 150, 64, 3);
    for (let s = 0; s < 64; s++) {
      const start = ring.shardStart(shardId(s));
      const distance = (token: number): number => (token - start + TOKEN_SPACE) % TOKEN_SPACE;
      const clockwise = [...ring.vnodes].sort((a, b) => distance(a.token) - distance(b.token)).map(({ node }) => node);
      expect(ring.replicas(shardId(s))).toEqual([...new Set(clockwise)].slice(0, 3));
    }
  });

  test('the walk tells each point that it comes to: the first of a node is taken, any other skipped, and it ends with the last taken', () => {
    const ring = new HashRing(nodes(5), 150, 64, 3);
    let skipped = 0;
    for (let s = 0; s < 64; s++) {
      const start = ring.shardStart(shardId(s));
      const steps = ring.walkFrom(start);
      const taken = steps.filter((step) => step.taken).map(({ vnode }) => vnode.node);
      expect(taken).toEqual(ring.replicas(shardId(s)));
      expect(steps.at(-1)?.taken).toBe(true);
      const tokens = steps.map(({ vnode }) => (vnode.token - start + TOKEN_SPACE) % TOKEN_SPACE);
      expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
      for (const [i, { vnode, taken: isFirst }] of steps.entries()) {
        expect(steps.findIndex((other) => other.vnode.node === vnode.node) === i).toBe(isFirst);
        expect(vnode.token).toBe(vnodeToken(vnode.node, vnode.index));
      }
      skipped += steps.length - taken.length;
    }
    expect(skipped).toBeGreaterThan(0);
  });

  test('past the last point the walk goes on at the first one', () => {
    const ring = new HashRing(nodes(3), 1, 8, 3);
    const last = ring.vnodes.at(-1)?.token ?? 0;
    expect(ring.walkFrom(last + 1).map(({ vnode }) => vnode)).toEqual(ring.vnodes);
    expect(ring.walkFrom(last)[0]?.vnode, 'a point at the very token is the first').toEqual(ring.vnodes.at(-1));
  });

  test('does not depend on the order in which the nodes are named', () => {
    const [a, b] = [new HashRing(nodes(5), 150, 64, 3), new HashRing(nodes(5).reverse(), 150, 64, 3)];
    expect(a.vnodes).toEqual(b.vnodes);
    for (let s = 0; s < 64; s++) expect(a.replicas(shardId(s))).toEqual(b.replicas(shardId(s)));
  });

  // Data on disk sits where these say.
  test('known answers', () => {
    expect(keyToken(encodeUtf8('user:42'))).toBe(3349586805);
    const ring = new HashRing(nodes(5), 150, 8, 3);
    expect(Array.from({ length: 8 }, (_, s) => ring.replicas(shardId(s)).join(' '))).toEqual([
      '1 3 2',
      '3 4 5',
      '1 5 2',
      '4 5 2',
      '3 2 4',
      '4 5 1',
      '5 1 3',
      '2 4 5',
    ]);
  });
});
