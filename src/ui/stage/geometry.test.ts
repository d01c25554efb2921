import { expect, test } from 'vitest';
import { type ActorId, nodeId } from '../../core/base/ids.ts';
import { CLIENT_HEIGHT, CLIENT_WIDTH, layoutStage, linkSegment, polar, progressAt } from './geometry.ts';

const CLIENT = 100 as ActorId;
const nodes = (count: number) => Array.from({ length: count }, (_, i) => nodeId(i + 1));

test.each([3, 5, 9, 10, 11, 12])('%d nodes stand inside the ring and clear of each other, from 390 px up', (count) => {
  for (const [width, height] of [
    [390, count > 9 ? 440 : 380],
    [820, 568],
  ] as const) {
    const layout = layoutStage(width, height, nodes(count), [CLIENT]);
    const points = [...layout.nodes.values()];
    for (const [i, a] of points.entries()) {
      expect(Math.hypot(a.x - layout.center.x, a.y - layout.center.y) + layout.nodeRadius).toBeLessThan(
        layout.ringRadius - 8,
      );
      for (const b of points.slice(i + 1))
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(2 * layout.nodeRadius + 11.99);
    }
    expect(layout.ringRadius + 40).toBeLessThanOrEqual(Math.min(width, height) / 2);
  }
});

test.each([
  [5, 820, 568],
  [9, 820, 568],
  [9, 390, 440],
  [10, 820, 568],
  [12, 820, 568],
] as const)(
  'with %d nodes on %d × %d, no button lies on a node, the client or another button',
  (count, width, height) => {
    const layout = layoutStage(width, height, nodes(count), [CLIENT]);
    const round = count > 5;
    const half = { x: round ? 12 : 22, y: 12 };
    const points = [...layout.buttons.values()];
    expect(points).toHaveLength(count);
    for (const [i, at] of points.entries()) {
      for (const node of layout.nodes.values()) {
        const dx = Math.max(0, Math.abs(at.x - node.x) - half.x);
        const dy = Math.max(0, Math.abs(at.y - node.y) - half.y);
        const gap = round ? Math.hypot(at.x - node.x, at.y - node.y) - 12 : Math.hypot(dx, dy);
        expect(gap).toBeGreaterThan(layout.nodeRadius + 2.5);
      }
      for (const other of points.slice(i + 1))
        expect(Math.max(Math.abs(at.x - other.x) / half.x, Math.abs(at.y - other.y) / half.y)).toBeGreaterThan(2);
      const beside = Math.abs(at.x - layout.center.x) - half.x - CLIENT_WIDTH / 2;
      const above = Math.abs(at.y - layout.center.y) - half.y - CLIENT_HEIGHT / 2;
      expect(Math.max(beside, above)).toBeGreaterThan(2);
    }
  },
);

test.each([
  [9, 320, 300],
  [9, 335, 330],
  [12, 390, 440],
  [9, 390, 240],
  [12, 390, 240],
  // Here they would lie clear of each other, but not what catches a finger.
  [12, 600, 440],
] as const)(
  'with %d nodes on %d × %d, there is no room for buttons, and nodes do not touch',
  (count, width, height) => {
    const layout = layoutStage(width, height, nodes(count), [CLIENT]);
    expect(layout.buttons.size).toBe(0);
    const [a, b] = [...layout.nodes.values()];
    // Their outlines are 5 px wide, half of it outside.
    expect(Math.hypot((a?.x ?? 0) - (b?.x ?? 0), (a?.y ?? 0) - (b?.y ?? 0))).toBeGreaterThan(2 * layout.nodeRadius + 5);
  },
);

test('between twelve nodes and their buttons is room for the signs of their roles, which stand above them', () => {
  const layout = layoutStage(820, 568, nodes(12), [CLIENT]);
  for (const [node, at] of layout.nodes) {
    const button = layout.buttons.get(node);
    const badge = { x: at.x, y: at.y - layout.nodeRadius - 2 };
    expect(Math.hypot((button?.x ?? 0) - badge.x, (button?.y ?? 0) - badge.y)).toBeGreaterThan(12 + 9);
  }
});

test.each([
  [583, 390],
  [390, 520],
] as const)('the button above the client keeps clear of it on %d × %d', (width, height) => {
  const layout = layoutStage(width, height, nodes(3), [CLIENT]);
  const top = layout.buttons.get(nodeId(1));
  expect(layout.center.y - CLIENT_HEIGHT / 2 - (top?.y ?? 0) - 12).toBeGreaterThanOrEqual(7.9);
});

test.each([
  [3, 3, 640, 420],
  [3, 4, 820, 568],
  [5, 3, 820, 568],
] as const)(
  'with %d nodes, %d clients on %d × %d keep clear of every node and of its button',
  (count, asking, width, height) => {
    const clients = Array.from({ length: asking }, (_, i) => (CLIENT + i) as ActorId);
    const layout = layoutStage(width, height, nodes(count), clients);
    for (const client of layout.clients.values()) {
      for (const { x, y } of layout.nodes.values())
        expect(
          Math.hypot(
            Math.max(0, Math.abs(x - client.x) - CLIENT_WIDTH / 2),
            Math.max(0, Math.abs(y - client.y) - CLIENT_HEIGHT / 2),
          ),
        ).toBeGreaterThan(layout.nodeRadius + 2.5);
      for (const { x, y } of layout.buttons.values())
        expect(
          Math.abs(x - client.x) >= 22 + CLIENT_WIDTH / 2 || Math.abs(y - client.y) >= 12 + CLIENT_HEIGHT / 2,
        ).toBe(true);
    }
  },
);

test('the two directions of a link run beside each other', () => {
  const layout = layoutStage(800, 600, nodes(3), [CLIENT]);
  const out = linkSegment(layout, nodeId(2), nodeId(3), 5);
  const back = linkSegment(layout, nodeId(3), nodeId(2), 5);
  expect(out).toBeDefined();
  expect(Math.abs((out?.a.y ?? 0) - (back?.b.y ?? 0))).toBeCloseTo(10, 6);
  expect(linkSegment(layout, nodeId(2), nodeId(9), 5)).toBeUndefined();
});

test('a turn goes clockwise from 12 o’clock', () => {
  const at = polar({ x: 0, y: 0 }, 10, 0.25);
  expect(at.x).toBeCloseTo(10, 9);
  expect(at.y).toBeCloseTo(0, 9);
});

test('progress is linear in virtual time and stays between sending and delivery', () => {
  expect(progressAt(15, 10, 20)).toBe(0.5);
  expect(progressAt(5, 10, 20)).toBe(0);
  expect(progressAt(99, 10, 20)).toBe(1);
  expect(progressAt(10, 10, 10)).toBe(1);
});
