import type { ActorId, NodeId } from '../../core/base/ids.ts';
import type { CutView } from '../store/view-model.ts';

/** Who can still reach whom. */
export interface Partition {
  /** Of each node, the number of its group; nodes of one group reach each other, if need be through others of it. */
  readonly groupOf: ReadonlyMap<NodeId, number>;
  readonly groups: number;
  /** Of each client, the one group that it reaches; ALONE = reaches nobody; undefined = reaches several. */
  readonly sideOf: ReadonlyMap<ActorId, number | undefined>;
}

export const ALONE = -1;

/**
 * The groups that cut links separate the nodes into. A link that is cut one way still joins: something passes. Paths through clients do not
 * count, a client passes nothing on.
 */
export function partitionOf(
  nodes: readonly NodeId[],
  clients: readonly ActorId[],
  cuts: ReadonlyMap<string, CutView>,
): Partition {
  const joined = (a: ActorId, b: ActorId) => !cuts.has(`${a}>${b}`) || !cuts.has(`${b}>${a}`);
  const groupOf = new Map<NodeId, number>();
  let groups = 0;
  for (const first of nodes) {
    if (groupOf.has(first)) continue;
    const group = groups++;
    groupOf.set(first, group);
    const found = [first];
    for (let at = found.pop(); at !== undefined; at = found.pop()) {
      const from = at;
      for (const node of nodes) {
        if (groupOf.has(node) || !joined(from, node)) continue;
        groupOf.set(node, group);
        found.push(node);
      }
    }
  }
  const sideOf = new Map<ActorId, number | undefined>();
  for (const client of clients) {
    const reached = new Set(nodes.filter((node) => joined(client, node)).map((node) => groupOf.get(node)));
    sideOf.set(client, reached.size === 0 ? ALONE : reached.size === 1 ? [...reached][0] : undefined);
  }
  return { groupOf, groups, sideOf };
}

/** Nothing passes between the two, and a wall says so. */
export function isSeparated({ groupOf, sideOf }: Partition, a: ActorId, b: ActorId): boolean {
  const side = (actor: ActorId) => groupOf.get(actor as NodeId) ?? sideOf.get(actor);
  const [one, other] = [side(a), side(b)];
  return one !== undefined && other !== undefined && one !== other;
}

/**
 * Who reaches whom, in words: `n1 | n2 n3 a`, then the clients that stand on no side: `; client reaches both sides`. Empty while all nodes are
 * in one group and every client reaches them.
 */
export function partitionText({ groupOf, groups, sideOf }: Partition, nameOf: (actor: ActorId) => string): string {
  const clients = [...sideOf.keys()];
  const names = (actors: readonly ActorId[]) => actors.map(nameOf).join(' ');
  const alone = clients.filter((client) => sideOf.get(client) === ALONE);
  const several = clients.filter((client) => sideOf.get(client) === undefined);
  const reach = (some: readonly ActorId[]) => `${names(some)} ${some.length === 1 ? 'reaches' : 'reach'}`;
  const sides = Array.from({ length: groups }, (_, group) => [
    ...[...groupOf].flatMap(([node, own]) => (own === group ? [node] : [])),
    ...clients.filter((client) => sideOf.get(client) === group),
  ]);
  const parts = [
    ...(groups < 2 ? [] : [sides.map(names).join(' | ')]),
    ...(alone.length === 0 ? [] : [`${reach(alone)} no node`]),
    ...(groups < 2 || several.length === 0 ? [] : [`${reach(several)} ${groups === 2 ? 'both' : 'several'} sides`]),
  ];
  return parts.join('; ');
}
