import { expect, test } from 'vitest';
import { type ActorId, nodeId } from '../../core/base/ids.ts';
import { layoutStage } from './geometry.ts';
import { placeBar } from './place-bar.ts';

const BAR = { width: 240, height: 150 };

test.each([
  [3, 820, 568],
  [5, 820, 568],
  [9, 820, 568],
  [3, 390, 380],
  [9, 390, 380],
  [5, 320, 380],
] as const)('with %d nodes on %d × %d no bar leaves the stage', (count, width, height) => {
  const nodes = Array.from({ length: count }, (_, i) => nodeId(i + 1));
  const layout = layoutStage(width, height, nodes, [100 as ActorId]);
  for (const at of [...layout.nodes.values(), layout.center]) {
    const { x, y } = placeBar(layout, BAR, at, layout.nodeRadius);
    expect(x).toBeGreaterThanOrEqual(8);
    expect(y).toBeGreaterThanOrEqual(8);
    expect(x + BAR.width).toBeLessThanOrEqual(width - 8);
    expect(y + BAR.height).toBeLessThanOrEqual(height - 8);
  }
});

test('with room beside it, the bar leaves its node free, and goes to the right first', () => {
  expect(placeBar({ width: 820, height: 568 }, BAR, { x: 400, y: 100 }, 34)).toEqual({ x: 448, y: 25 });
  expect(placeBar({ width: 820, height: 568 }, BAR, { x: 700, y: 300 }, 34).x + BAR.width).toBe(652);
  expect(placeBar({ width: 390, height: 380 }, BAR, { x: 195, y: 90 }, 34).y).toBe(138);
});
