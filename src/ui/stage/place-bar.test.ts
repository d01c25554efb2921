import { expect, test } from 'vitest';
import { type ActorId, nodeId } from '../../core/base/ids.ts';
import { layoutStage } from './geometry.ts';
import { placeBar } from './place-bar.ts';

const BAR = { width: 216, height: 150 };

const stageOf = (count: number, width: number, height: number) => {
  const nodes = Array.from({ length: count }, (_, i) => nodeId(i + 1));
  const layout = layoutStage(width, height, nodes, [100 as ActorId]);
  return { layout, discs: [...layout.nodes.values()].map((at) => ({ ...at, radius: layout.nodeRadius })) };
};

test.each([
  [3, 820, 568],
  [5, 820, 568],
  [9, 820, 568],
  [3, 390, 380],
  [9, 390, 380],
  [5, 320, 380],
] as const)('with %d nodes on %d × %d no bar leaves the stage', (count, width, height) => {
  const { layout, discs } = stageOf(count, width, height);
  for (const disc of [...discs, { ...layout.center, radius: 16 }]) {
    const { x, y } = placeBar(
      layout,
      BAR,
      disc,
      discs.filter((other) => other !== disc),
    );
    expect(x).toBeGreaterThanOrEqual(8);
    expect(y).toBeGreaterThanOrEqual(8);
    expect(x + BAR.width).toBeLessThanOrEqual(width - 8);
    expect(y + BAR.height).toBeLessThanOrEqual(height - 8);
  }
});

test.each([3, 5])('with %d nodes and room, a bar lies on no node at all', (count) => {
  const { layout, discs } = stageOf(count, 820, 568);
  for (const disc of discs) {
    const { x, y } = placeBar(
      layout,
      BAR,
      disc,
      discs.filter((other) => other !== disc),
    );
    for (const other of discs) {
      const dx = Math.max(x - other.x, 0, other.x - x - BAR.width);
      const dy = Math.max(y - other.y, 0, other.y - y - BAR.height);
      expect(Math.hypot(dx, dy)).toBeGreaterThanOrEqual(other.radius);
    }
  }
});

test('among places that hide nothing it is beside, to the right', () => {
  expect(placeBar({ width: 820, height: 568 }, BAR, { x: 400, y: 100, radius: 34 }, [])).toEqual({ x: 442, y: 25 });
});
