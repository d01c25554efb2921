import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../base/ids.ts';
import { HashRing, TOKEN_SPACE } from './hash-ring.ts';
import {
  arcShares,
  expectedArcDeviation,
  primaryShares,
  relativeDeviation,
  replicaShares,
  type Shares,
} from './ownership.ts';

const nodes = (n: number, first = 1): NodeId[] => Array.from({ length: n }, (_, i) => nodeId(first + i));
const sum = (shares: Shares): number => [...shares.values()].reduce((a, b) => a + b, 0);
const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length;
const shares = (...of: number[]): Shares => new Map(of.map((share, i) => [nodeId(i + 1), share]));

/** Rings of `n` different nodes each. */
const rings = (count: number, n: number, vnodes: number, shards: number): HashRing[] =>
  Array.from({ length: count }, (_, i) => new HashRing(nodes(n, 1 + i * n), vnodes, shards, 3));

/** Root of the mean square, since variances add up and deviations do not. */
const typicalDeviation = (all: readonly HashRing[], of: (ring: HashRing) => Shares): number =>
  Math.sqrt(mean(all.map((ring) => relativeDeviation(of(ring)) ** 2)));

test('the relative deviation is that of all nodes around the even share', () => {
  expect(relativeDeviation(shares(0.25, 0.25, 0.25, 0.25))).toBe(0);
  expect(relativeDeviation(shares(1, 0))).toBeCloseTo(1, 12);
  expect(relativeDeviation(shares(0.75, 0.25))).toBeCloseTo(0.5, 12);
});

describe('arcs', () => {
  test('every token belongs to the next point clockwise: counted token by token', () => {
    const ring = new HashRing(nodes(4), 3, 8, 3);
    const counted = new Map<NodeId, number>();
    const SAMPLES = 40_000;
    for (let i = 0; i < SAMPLES; i++) {
      const [owner] = ring.walkFrom(Math.floor((i * TOKEN_SPACE) / SAMPLES));
      if (owner === undefined) throw new Error('a walk has a first step');
      counted.set(owner.vnode.node, (counted.get(owner.vnode.node) ?? 0) + 1 / SAMPLES);
    }
    expect(sum(arcShares(ring))).toBeCloseTo(1, 12);
    for (const [node, share] of arcShares(ring)) expect(counted.get(node)).toBeCloseTo(share, 3);
  });

  test('of two points are what lies between them', () => {
    const ring = new HashRing(nodes(2), 1, 1, 1);
    const [a, b] = ring.vnodes as [(typeof ring.vnodes)[0], (typeof ring.vnodes)[0]];
    expect(arcShares(ring).get(b.node)).toBe((b.token - a.token) / TOKEN_SPACE);
  });

  test('one point a node is visibly uneven, 150 are within a few per cent: five nodes of the product', () => {
    const uneven = arcShares(new HashRing(nodes(5), 1, 8, 3));
    expect(Math.max(...uneven.values()) / Math.min(...uneven.values())).toBeGreaterThan(4);
    for (const share of arcShares(new HashRing(nodes(5), 150, 8, 3)).values())
      expect(Math.abs(share * 5 - 1)).toBeLessThan(4 / Math.sqrt(150));
  });

  // 40 rings of other nodes each: the mean square is known to about ±√(2 / (40(N−1))), its root to half of that: 8 % with 3 nodes, 4 % with 8.
  test.each([1, 8, 150, 500])('of %i vnodes a node deviate as theory says', (vnodes) => {
    for (const [n, tolerance] of [
      [3, 0.25],
      [5, 0.2],
      [8, 0.15],
      [9, 0.15],
    ] as const) {
      const measured = typicalDeviation(rings(40, n, vnodes, 1), arcShares);
      expect(Math.abs(measured / expectedArcDeviation(n, vnodes) - 1), `${n} nodes`).toBeLessThan(tolerance);
    }
  });

  test('deviate visibly with 1 vnode and by about 1/√150 with 150', () => {
    const [one, many] = [1, 150].map((vnodes) => typicalDeviation(rings(40, 8, vnodes, 1), arcShares)) as [
      number,
      number,
    ];
    expect(one).toBeGreaterThan(0.7);
    expect(Math.abs(many * Math.sqrt(150) - 1)).toBeLessThan(0.15);
  });

  test('theory is 1/√v for many nodes', () => {
    expect(expectedArcDeviation(1000, 150) * Math.sqrt(150)).toBeCloseTo(1, 2);
    expect(expectedArcDeviation(3, 150)).toBeCloseTo(Math.sqrt(2 / 451), 12);
  });
});

describe('shards', () => {
  test('each is counted for the first node of its list, each copy for the node that has it', () => {
    const ring = new HashRing(nodes(9), 150, 64, 3);
    for (const [of, units] of [
      [primaryShares(ring), 64],
      [replicaShares(ring), 192],
    ] as const) {
      expect(sum(of)).toBeCloseTo(1, 12);
      expect(of.size).toBe(9);
      for (const share of of.values()) expect(share * units).toBeCloseTo(Math.round(share * units), 9);
    }
  });

  test('no node with a point is left out, however few shards there are', () => {
    const ring = new HashRing(nodes(9), 150, 1, 3);
    expect([...primaryShares(ring).values()].filter((share) => share > 0)).toEqual([1]);
    expect(primaryShares(ring).size).toBe(9);
  });

  test('few of them spread coarser than the arcs do, and a node may be first of none', () => {
    const ring = new HashRing(nodes(9), 150, 8, 3);
    expect(relativeDeviation(primaryShares(ring))).toBeGreaterThan(3 * relativeDeviation(arcShares(ring)));
    expect([...primaryShares(ring).values()]).toContain(0);
  });

  // Primaries are S draws for N nodes: √((N − 1) / S) of the mean, and the spread of the arcs on top of it.
  test.each([16, 64, 256])('%i of them are coarser than the arcs', (count) => {
    const all = rings(40, 8, 150, count);
    const arcs = typicalDeviation(all, arcShares);
    const primaries = typicalDeviation(all, primaryShares);
    expect(primaries).toBeGreaterThan(1.5 * arcs);
    // Anchors are equally spaced, which evens them out a little: less than independent draws would give.
    expect(primaries).toBeLessThan(1.15 * Math.sqrt(7 / count + arcs ** 2));
  });

  // Published: replicas per node, max/avg, the mean of 20 rings.
  test.each([
    [5, 64, 1.1],
    [5, 256, 1.06],
    [10, 64, 1.3],
    [10, 256, 1.12],
  ])('copies of %i nodes × %i shards: the fullest node holds %f of the mean', (n, count, published) => {
    const peaks = rings(20, n, 150, count).map((ring) => Math.max(...replicaShares(ring).values()) * n);
    expect(Math.abs(mean(peaks) - published)).toBeLessThan(0.06);
  });
});
