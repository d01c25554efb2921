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

/** The groups in words: `n1 | n2 n3`; empty while there is only one. */
export function partitionText({ groupOf, groups }: Partition, nameOf: (node: NodeId) => string): string {
  if (groups < 2) return '';
  const members = Array.from({ length: groups }, (_, group) => [...groupOf].filter(([, own]) => own === group));
  return members.map((group) => group.map(([node]) => nameOf(node)).join(' ')).join(' | ');
}
