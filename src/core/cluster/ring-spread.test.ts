import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { firstNodes } from './node-list.ts';
import { moduloJoin, type Placed, ringSpread } from './ring-spread.ts';

const of = (count: number, shards: number): Placed => ({
  nodes: firstNodes(count),
  next: nodeId(count + 1),
  shards,
  replicationFactor: 3,
});
const THREE = of(3, 8);
const NINE = of(9, 64);

test('more points a node make arcs more even, down to what theory says', () => {
  for (const placed of [THREE, NINE]) {
    const [one, eight, many, most] = [1, 8, 150, 500].map((vnodes) => ringSpread(placed, vnodes).arcDeviation);
    expect(one).toBeGreaterThan(0.3);
    expect(one).toBeGreaterThan(eight ?? 1);
    expect(eight).toBeGreaterThan(many ?? 1);
    expect(Math.max(many ?? 1, most ?? 1)).toBeLessThan(1.6 / Math.sqrt(150));
  }
});

test('of nine nodes, a join moves about a tenth of the copies on the ring, and far more by hash mod N', () => {
  const { join, arcs, shards } = ringSpread(NINE, 150);
  expect(arcs.size).toBe(9);
  expect(shards.get(nodeId(9))).toBeGreaterThan(0);
  // 4 standard deviations of the simulated placement.
  expect(Math.abs(join.copies - 1 / 10)).toBeLessThan(4 * 0.015);
  expect(moduloJoin(NINE).copies).toBeGreaterThan(0.6);
  expect(moduloJoin(NINE).firsts).toBeCloseTo(0.9, 12);
});

test('of three nodes with three copies, both move a quarter', () => {
  expect(ringSpread(of(3, 256), 150).join.copies).toBeCloseTo(1 / 4, 1);
  expect(moduloJoin(THREE).copies).toBeCloseTo(1 / 4, 12);
});
