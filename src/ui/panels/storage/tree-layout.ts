import type { TreeNodeReport } from '../../../core/lsm/engine-report.ts';

/** A red-black tree in columns and rows: a node's column is its place in key order, its row its depth. */
export interface TreeLayout {
  /** In key order. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly { readonly from: PlacedNode; readonly to: PlacedNode }[];
  /** Rows in use. */
  readonly depth: number;
}

export interface PlacedNode {
  readonly node: TreeNodeReport;
  readonly column: number;
  /** 0 = the root. */
  readonly row: number;
}

export function layoutTree(tree: readonly TreeNodeReport[]): TreeLayout {
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
  const nodes = tree.map((node, column): PlacedNode => ({ node, column, row: rows.get(column) ?? 0 }));
  const edges = nodes.flatMap((from) =>
    [from.node.left, from.node.right].flatMap((at) => {
      const to = nodes[at];
      return to === undefined ? [] : [{ from, to }];
    }),
  );
  return { nodes, edges, depth: nodes.reduce((deepest, { row }) => Math.max(deepest, row + 1), 0) };
}

/** The columns that a search for a key visits, from the root down: as far as the tree goes. */
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
