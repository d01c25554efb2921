import type { TreeNodeReport } from '../../../core/lsm/engine-report.ts';

/** The top of a red-black tree in columns and rows: a node's column is its place in key order among those shown, its row its depth. */
export interface TreeLayout {
  /** In key order. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly { readonly from: PlacedNode; readonly to: PlacedNode }[];
  /** Rows of the whole tree. */
  readonly depth: number;
}

export interface PlacedNode {
  readonly node: TreeNodeReport;
  /** Its place in the whole tree. */
  readonly at: number;
  readonly column: number;
  /** 0 = the root. */
  readonly row: number;
}

/** @param rowsMax what is deeper is left out: so many rows fit */
export function layoutTree(tree: readonly TreeNodeReport[], rowsMax: number): TreeLayout {
  const rows = new Map<number, number>();
  const children = new Set(tree.flatMap(({ left, right }) => [left, right]));
  const descend = (at: number, row: number): void => {
    const node = tree[at];
    if (node === undefined) return;
    rows.set(at, row);
    descend(node.left, row + 1);
    descend(node.right, row + 1);
  };
  for (const at of tree.keys()) if (!children.has(at)) descend(at, 0);
  const shown = [...tree.keys()].filter((at) => (rows.get(at) ?? 0) < rowsMax);
  const placed = new Map(
    shown.map((at, column) => [at, { node: tree[at] as TreeNodeReport, at, column, row: rows.get(at) ?? 0 }] as const),
  );
  const nodes = [...placed.values()];
  const edges = nodes.flatMap((from) =>
    [from.node.left, from.node.right].flatMap((at) => {
      const to = placed.get(at);
      return to === undefined ? [] : [{ from, to }];
    }),
  );
  return { nodes, edges, depth: Math.max(0, ...[...rows.values()].map((row) => row + 1)) };
}

/** Of each node, how many columns it is away from the nearest other one of its row; where it is alone there, from beyond either end. */
export function roomsOf(nodes: readonly PlacedNode[]): readonly number[] {
  const rooms = nodes.map(() => nodes.length + 2);
  const lastOfRow = new Map<number, number>();
  for (const { column, row } of nodes) {
    const left = lastOfRow.get(row);
    lastOfRow.set(row, column);
    if (left === undefined) continue;
    rooms[column] = Math.min(rooms[column] as number, column - left);
    rooms[left] = Math.min(rooms[left] as number, column - left);
  }
  return rooms;
}

/** The places in the tree that a search for a key visits, from the root down: as far as the tree goes. */
export function searchPath(tree: readonly TreeNodeReport[], compare: (key: Uint8Array) => number): readonly number[] {
  const children = new Set(tree.flatMap(({ left, right }) => [left, right]));
  const visited: number[] = [];
  let at = tree.findIndex((_, column) => !children.has(column));
  for (let node = tree[at]; node !== undefined; node = tree[at]) {
    visited.push(at);
    const order = compare(node.key);
    if (order === 0) break;
    at = order < 0 ? node.left : node.right;
  }
  return visited;
}
