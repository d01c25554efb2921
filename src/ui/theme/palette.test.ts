import { expect, test } from 'vitest';
import { TAB_NODES_MAX } from '../../core/cluster/presets.ts';
import { nodeFill, nodeInk, nodeStroke, repeatedNames, repeatsHue } from './palette.ts';

const NODES = Array.from({ length: TAB_NODES_MAX }, (_, i) => i + 1);

test('hue and line together tell all nodes of a tab apart', () => {
  expect(new Set(NODES.map((node) => `${nodeFill(node)} ${repeatsHue(node)}`)).size).toBe(NODES.length);
  expect(new Set(NODES.map((node) => `${nodeStroke(node)} ${repeatsHue(node)}`)).size).toBe(NODES.length);
  expect(nodeInk(12)).toBe(nodeInk(5));
});

test.each([
  [7, ''],
  [8, 'n8'],
  [9, 'n8, n9'],
  [12, 'n8 – n12'],
])('of %i nodes the hues of others are those of: %s', (nodes, names) => {
  expect(repeatedNames(nodes)).toBe(names);
});
