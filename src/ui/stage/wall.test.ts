import { describe, expect, test } from 'vitest';
import { type ActorId, nodeId } from '../../core/base/ids.ts';
import type { CutView } from '../store/view-model.ts';
import { layoutStage } from './geometry.ts';
import { isSeparated, type Partition, partitionOf } from './partition.ts';
import { crossingOf, wallOf, wallPath, wallWithDoors } from './wall.ts';

const CLIENT = 100 as ActorId;

/** All links between the groups are cut; the client is of the group that names it, or of none. */
function split(groups: readonly (readonly number[])[]): Partition {
  const cuts = new Map<string, CutView>();
  for (const [i, group] of groups.entries())
    for (const other of groups.toSpliced(i, 1).flat())
      for (const one of group) cuts.set(`${one}>${other}`, {} as CutView);
  const nodes = groups
    .flat()
    .filter((id) => id < CLIENT)
    .sort((a, b) => a - b);
  return partitionOf(nodes.map(nodeId), [CLIENT], cuts);
}

const layoutOf = (partition: Partition, width: number, height: number) =>
  layoutStage(width, height, [...partition.groupOf.keys()], [CLIENT]);

describe.each([
  [820, 568],
  [390, 380],
] as const)('on %d × %d', (width, height) => {
  test.each([
    ['3 nodes, one apart, the client with the others', [[1], [2, 3, CLIENT]]],
    [
      '3 nodes, one apart with the client',
      [
        [1, CLIENT],
        [2, 3],
      ],
    ],
    ['3 nodes, each alone', [[1], [2], [3, CLIENT]]],
    ['3 nodes, all of them apart from the client', [[1, 2, 3], [CLIENT]]],
    [
      '5 nodes, two and three',
      [
        [1, 2],
        [3, 4, 5, CLIENT],
      ],
    ],
    [
      '5 nodes, neighbours in different groups',
      [
        [1, 3],
        [2, 4, 5, CLIENT],
      ],
    ],
    [
      '9 nodes, four and five',
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8, 9, CLIENT],
      ],
    ],
    [
      '9 nodes in three groups',
      [
        [9, 1, 2],
        [3, 4, 5],
        [6, 7, 8, CLIENT],
      ],
    ],
    [
      '12 nodes, half and half',
      [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12, CLIENT],
      ],
    ],
    [
      '12 nodes in four groups',
      [
        [12, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11, CLIENT],
      ],
    ],
    [
      '9 nodes, every other one',
      [
        [1, 3, 5, 7, 9, CLIENT],
        [2, 4, 6, 8],
      ],
    ],
  ] as const)('%s: every link between two groups meets a wall, and no node or client lies in one', (_, groups) => {
    const partition = split(groups);
    const layout = layoutOf(partition, width, height);
    const wall = wallOf(layout, partition);
    const actors: ActorId[] = [...layout.nodes.keys(), CLIENT];
    for (const [i, a] of actors.entries()) {
      for (const b of actors.slice(i + 1)) {
        if (!isSeparated(partition, a, b)) continue;
        const there = crossingOf(layout, wall, a, b);
        expect(there, `${a} to ${b}`).toBeDefined();
        expect(crossingOf(layout, wall, b, a), `${b} to ${a}`).toBeDefined();
      }
    }
    for (const point of wall.flat()) {
      for (const node of layout.nodes.values())
        expect(Math.hypot(point.x - node.x, point.y - node.y)).toBeGreaterThan(layout.nodeRadius + 4);
      expect(Math.hypot(point.x - layout.center.x, point.y - layout.center.y)).toBeLessThan(layout.ringRadius - 16);
    }
  });
});

test.each([9, 12])(
  'above another panel, where %d nodes leave little between them, no cut link is without a wall',
  (count) => {
    const partition = split([[1, 2, 3, 4], Array.from({ length: count - 4 }, (_, i) => i + 5)]);
    const layout = layoutOf(partition, 390, 240);
    const wall = wallOf(layout, partition);
    for (const a of [1, 2, 3, 4])
      for (let b = 5; b <= count; b++)
        expect(crossingOf(layout, wall, nodeId(a), nodeId(b)), `n${a} to n${b}`).toBeDefined();
    expect(crossingOf(layout, wall, nodeId(1), nodeId(3))).toBeUndefined();
  },
);

test('a group of neighbours is behind one wall, and no link inside a group crosses it', () => {
  const partition = split([
    [1, 2],
    [3, 4, 5, CLIENT],
  ]);
  const layout = layoutOf(partition, 820, 568);
  const wall = wallOf(layout, partition);
  expect(wall).toHaveLength(1);
  expect(crossingOf(layout, wall, nodeId(1), nodeId(2))).toBeUndefined();
  expect(crossingOf(layout, wall, nodeId(3), nodeId(5))).toBeUndefined();
  expect(crossingOf(layout, wall, CLIENT, nodeId(4))).toBeUndefined();
});

test('without a partition there is no wall', () => {
  const partition = split([[1, 2, 3, CLIENT]]);
  expect(wallOf(layoutOf(partition, 820, 568), partition)).toEqual([]);
});

test('a link that lives has a door in the wall', () => {
  const partition = split([[1], [2, 3]]);
  expect(partition.sideOf.get(CLIENT)).toBeUndefined();
  const layout = layoutOf(partition, 820, 568);
  const wall = wallOf(layout, partition);
  const drawn = wallWithDoors(layout, wall, partition);
  expect(crossingOf(layout, wall, CLIENT, nodeId(1))).toBeDefined();
  expect(crossingOf(layout, drawn, CLIENT, nodeId(1))).toBeUndefined();
  expect(crossingOf(layout, drawn, nodeId(1), nodeId(2))).toBeDefined();
  expect(wallPath(drawn).split('M')).toHaveLength(drawn.length + 1);
});
