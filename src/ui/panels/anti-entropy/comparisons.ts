import type { IntegrityView, WalkView } from '../../store/integrity-view.ts';

/** Two replicas that were compared: by a walk, or by their roots alone. */
export interface Comparison {
  /** The same for the same two at the same entry. */
  readonly name: string;
  readonly kind: 'walk' | 'check';
  readonly walk: WalkView;
}

/** Walks, newest first, then what the last check came to: each replica beside one that the majority agrees with. */
export function comparisonsOf({ walks, check }: IntegrityView): readonly Comparison[] {
  const walked = walks
    .map((walk): Comparison => ({ name: `walk ${walk.startedUs} ${walk.node}`, kind: 'walk', walk }))
    .toReversed();
  if (check?.endedUs === undefined) return walked;
  const { roots, damaged, leader, index, startedUs, endedUs } = check;
  const sound =
    roots.find(({ node }) => node === leader && !damaged.includes(node)) ??
    roots.find(({ node }) => !damaged.includes(node)) ??
    roots[0];
  const others = roots.filter(({ node }) => node !== sound?.node);
  // Those that differ first: they are what one wants to see.
  others.sort((a, b) => Number(damaged.includes(b.node)) - Number(damaged.includes(a.node)) || a.node - b.node);
  const checked = others.map(({ node, root }): Comparison => {
    const theirs = sound?.root ?? root;
    const differing = root === theirs ? [] : [0];
    const level = {
      asked: 'root',
      timeUs: endedUs,
      nodes: [],
      own: [first(root)],
      theirs: [first(theirs)],
      differing,
    } as const;
    const walk: WalkView = {
      ...{ keyspace: 'strong', node, from: sound?.node ?? node, index, startedUs, endedUs, outcome: 'walk' },
      ...{ levels: [level], hashes: 1, keys: 0, bytes: 8, rows: [], differing: 0, equal: 0 },
    };
    return { name: `check ${index} ${node}`, kind: 'check', walk };
  });
  return [...walked, ...checked];
}

/** Of a hash as `hashText` writes it. */
const first = (root: string): number => Number.parseInt(root.slice(0, 8), 16);

/** What the trees of both sides cost and hold, as those who built them told it; undefined: nothing was observed. */
export function treeCosts({ trees }: IntegrityView, { index, node, from }: WalkView) {
  const built = trees.filter((tree) => tree.index === index && (tree.node === node || tree.node === from));
  const last = built.at(-1);
  if (last === undefined) return undefined;
  return {
    scanned: built.reduce((sum, { rows }) => sum + rows, 0),
    built: built.length,
    rows: last.rows,
    bytes: last.bytes,
  };
}
