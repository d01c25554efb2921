import { expect, test } from 'vitest';
import type { TreeNodeReport } from '../../../core/lsm/engine-report.ts';
import { layoutTree, roomsOf, searchPath } from './tree-layout.ts';

const node = (key: number, left: number, right: number, red = false): TreeNodeReport => ({
  key: new Uint8Array([key]),
  red,
  left,
  right,
  sequence: key,
  type: 1,
  versions: 1,
});

/** 3 over 1 and 4, 1 over 0 and 2. */
const TREE = [node(0, -1, -1), node(1, 0, 2), node(2, -1, -1), node(3, 1, 4), node(4, -1, -1)];

test('columns follow key order, rows depth, and every node but the root hangs on one', () => {
  const { nodes, edges, depth } = layoutTree(TREE, 9);
  expect(nodes.map(({ column, row }) => [column, row])).toEqual([
    [0, 2],
    [1, 1],
    [2, 2],
    [3, 0],
    [4, 1],
  ]);
  expect(depth).toBe(3);
  expect(edges.map(({ from, to }) => [from.column, to.column])).toEqual([
    [1, 0],
    [1, 2],
    [3, 1],
    [3, 4],
  ]);
});

test('of a deep tree the top is shown, its columns closed up, and its depth is told', () => {
  const { nodes, edges, depth } = layoutTree(TREE, 2);
  expect(nodes.map(({ at, column, row }) => [at, column, row])).toEqual([
    [1, 0, 1],
    [3, 1, 0],
    [4, 2, 1],
  ]);
  expect(depth).toBe(3);
  expect(edges.map(({ from, to }) => [from.at, to.at])).toEqual([
    [3, 1],
    [3, 4],
  ]);
});

test('a node has room up to the nearest other one of its row, on either side', () => {
  expect(roomsOf(layoutTree(TREE, 9).nodes)).toEqual([2, 3, 2, 7, 3]);
});

test('a search goes down from the root and ends at the key, or where it would be', () => {
  const toward = (wanted: number) => (key: Uint8Array) => wanted - (key[0] as number);
  expect(searchPath(TREE, toward(2))).toEqual([3, 1, 2]);
  expect(searchPath(TREE, toward(9))).toEqual([3, 4]);
});

test('an empty tree has no rows', () => {
  expect(layoutTree([], 4)).toEqual({ nodes: [], edges: [], depth: 0 });
  expect(searchPath([], () => 0)).toEqual([]);
});
