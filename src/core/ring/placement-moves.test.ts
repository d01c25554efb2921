import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_NODE, type NodeId, nodeId, shardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken } from './hash-ring.ts';
import { primaryShares } from './ownership.ts';
import { moduloMoves, placementMoves, replicaMoves, ringMoves } from './placement-moves.ts';

const nodes = (n: number, first = 1): NodeId[] => Array.from({ length: n }, (_, i) => nodeId(first + i));
const ids = (...all: number[]): NodeId[] => all.map(nodeId);
const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length;
const deviation = (all: readonly number[]): number => Math.sqrt(mean(all.map((x) => (x - mean(all)) ** 2)));

describe('moves of a shard', () => {
  const s7 = shardId(7);

  test('pair those that come with those that go', () => {
    expect(replicaMoves(s7, ids(1, 2, 3), ids(4, 1, 2))).toEqual([{ shard: 7, to: 4, from: 3 }]);
    expect(replicaMoves(s7, ids(1, 2, 3), ids(5, 4, 2))).toEqual([
      { shard: 7, to: 5, from: 1 },
      { shard: 7, to: 4, from: 3 },
    ]);
    expect(replicaMoves(s7, ids(1, 2), ids(3, 2, 1))).toEqual([{ shard: 7, to: 3, from: NO_NODE }]);
    expect(replicaMoves(s7, ids(1, 2, 3), ids(2, 3))).toEqual([{ shard: 7, to: NO_NODE, from: 1 }]);
  });

  test('another order of the same nodes moves nothing', () => {
    expect(replicaMoves(s7, ids(1, 2, 3), ids(3, 1, 2))).toEqual([]);
  });
});

describe('a join', () => {
  /** Of 20 rings of different nodes. */
  const fractionsMoved = (n: number, shards: number): number[] =>
    Array.from({ length: 20 }, (_, ring) => {
      const first = 1 + 20 * ring;
      const [before, after] = [n, n + 1].map((count) => new HashRing(nodes(count, first), 150, shards, 3));
      return ringMoves(before as HashRing, after as HashRing).copies;
    });

  // The standard deviations that were published for such rings. Over 150 rings here: 0.018 and 0.007 … 0.010, no fraction off by 3.7 × 0.015 or 2.7 × 0.011.
  test.each([
    [64, 0.015],
    [256, 0.011],
  ])('moves 1/(N+1) of the copies of %i shards, N = 3 … 12, within 4 standard deviations', (shards, sd) => {
    const variances: number[] = [];
    for (let n = 3; n <= 12; n++) {
      const fractions = fractionsMoved(n, shards);
      const ideal = 1 / (n + 1);
      for (const fraction of fractions) expect(Math.abs(fraction - ideal), `N=${n}`).toBeLessThan(4 * sd);
      expect(Math.abs(mean(fractions) - ideal), `mean, N=${n}`).toBeLessThan((4 * sd) / Math.sqrt(20));
      variances.push(deviation(fractions) ** 2);
    }
    expect(Math.sqrt(mean(variances)), 'sd over all N').toBeLessThan(1.3 * sd);
  });

  test('copies to the new node alone, and at most one replica of a shard; a leave is the same backwards', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 12 }),
        fc.constantFrom(1, 8, 16, 64, 256),
        fc.constantFrom(1, 8, 150),
        fc.nat(500),
        (n, shards, vnodes, first) => {
          const members = nodes(n + 1, first + 1);
          const joining = members[n] as NodeId;
          const before = new HashRing(members.slice(0, n), vnodes, shards, 3);
          const after = new HashRing(members, vnodes, shards, 3);
          const moves = placementMoves(before, after);
          expect(new Set(moves.map(({ shard }) => shard)).size).toBe(moves.length);
          expect(moves.every(({ to, from }) => to === joining && from !== NO_NODE && from !== joining)).toBe(true);
          const back = placementMoves(after, before);
          expect(back).toEqual(moves.map(({ shard, to, from }) => ({ shard, to: from, from: to })));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a cluster of two nodes that becomes one of three gains copies and gives none up', () => {
    const [two, three] = [new HashRing(nodes(2), 150, 16, 3), new HashRing(nodes(3), 150, 16, 3)];
    expect(placementMoves(two, three)).toEqual(
      Array.from({ length: 16 }, (_, shard) => ({ shard, to: 3, from: NO_NODE })),
    );
    expect(ringMoves(two, three).copies).toBe(1 / 3);
  });
});

describe('what moves', () => {
  test('is of a join what the new node has, and nothing where nothing changes', () => {
    const [before, after] = [new HashRing(nodes(4), 150, 64, 3), new HashRing(nodes(5), 150, 64, 3)];
    const { copies, firsts } = ringMoves(before, after);
    let own = 0;
    for (let s = 0; s < 64; s++) own += after.replicas(shardId(s)).includes(nodeId(5)) ? 1 : 0;
    expect(copies * 64 * 3).toBeCloseTo(own, 9);
    expect(firsts).toBeCloseTo(primaryShares(after).get(nodeId(5)) ?? 0, 12);
    expect(ringMoves(before, before)).toEqual({ copies: 0, firsts: 0 });
  });
});

describe('hash mod N', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => encodeUtf8(`user:${i}`));

  test.each([
    [3, 4, 3 / 4],
    [4, 5, 4 / 5],
    [9, 10, 9 / 10],
    [4, 8, 1 / 2],
    [6, 4, 2 / 3],
    [5, 5, 0],
  ])('moves most keys when %i nodes become %i', (before, after, expected) => {
    const { copies, firsts } = moduloMoves(before, after, 1);
    expect(copies).toBeCloseTo(expected, 12);
    expect(firsts).toBe(copies);
    const moved = keys.map(keyToken).filter((token) => token % before !== token % after).length;
    // 5 standard deviations of a share of 20 000 keys.
    expect(Math.abs(moved / keys.length - expected)).toBeLessThan(5 * Math.sqrt(0.25 / keys.length));
  });

  test('with a copy on every node moves as few copies as a ring, but most of the first ones', () => {
    expect(moduloMoves(3, 4, 3).copies).toBeCloseTo(1 / 4, 12);
    expect(moduloMoves(3, 4, 3).firsts).toBeCloseTo(3 / 4, 12);
  });

  test.each([
    [2, 3],
    [3, 4],
    [5, 6],
    [9, 10],
    [6, 4],
  ])('from %i to %i: as counted hash by hash, over sets of nodes', (before, after) => {
    let [moved, copies, firsts] = [0, 0, 0];
    const hashes = before * after * 3;
    for (let hash = 0; hash < hashes; hash++) {
      const on = (of: number): number[] => Array.from({ length: Math.min(3, of) }, (_, i) => ((hash % of) + i) % of);
      moved += on(after).filter((node) => !on(before).includes(node)).length;
      copies += on(after).length;
      if (on(before)[0] !== on(after)[0]) firsts++;
    }
    expect(moduloMoves(before, after, 3).copies).toBeCloseTo(moved / copies, 12);
    expect(moduloMoves(before, after, 3).firsts).toBeCloseTo(firsts / hashes, 12);
  });
});
