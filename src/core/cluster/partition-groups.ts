import type { ActorName } from './action.ts';

type Groups = readonly (readonly ActorName[])[];

/** Who stands in several groups of a partition, and so reaches all of them: in the order of the groups. */
export function bridgesOf(groups: Groups): readonly ActorName[] {
  const named = groups.flatMap((group) => [...new Set(group)]);
  return [...new Set(named)].filter((name) => named.indexOf(name) !== named.lastIndexOf(name));
}

/**
 * Whom a partition cuts from whom, each pair in both orders: two that share no group. `nodes` that are named nowhere form a group of their own;
 * whoever is no node is a client, which is cut off only if it is named, and never from another client.
 */
export function separatedBy(
  groups: Groups,
  nodes: readonly ActorName[],
): readonly (readonly [from: ActorName, to: ActorName])[] {
  const named = new Set(groups.flat());
  const rest = nodes.filter((node) => !named.has(node));
  const sides = [...groups, rest].map((side) => new Set(side));
  const actors = [...named, ...rest];
  const apart = (from: ActorName, to: ActorName): boolean =>
    from !== to &&
    (nodes.includes(from) || nodes.includes(to)) &&
    !sides.some((side) => side.has(from) && side.has(to));
  return actors.flatMap((from) => actors.flatMap((to) => (apart(from, to) ? [[from, to] as const] : [])));
}
