import type { NodeId } from '../base/ids.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { type GroupRecord, type MetaState, ringNodes } from './meta-state.ts';

const META_VOTERS_MAX = 5;

/** All groups with the replicas that the ring, as it stands now, wants them to have; nothing else of them changes. */
export function placeGroups({
  nodes,
  vnodes,
  replicationFactor,
  groups,
}: Pick<MetaState, 'nodes' | 'vnodes' | 'replicationFactor' | 'groups'>): readonly GroupRecord[] {
  const members = ringNodes({ nodes });
  const shards = groups.length - 1;
  const ring = new HashRing(members, vnodes, shards, replicationFactor);
  return groups.map((group, at) => {
    const desired = at === shards ? metaReplicas(group.desired, members) : ring.replicas(group.shard);
    return { ...group, desired };
  });
}

/** The ring changed: its next epoch, with all replicas meant to be where it says. */
export function withNextRing(state: MetaState): MetaState {
  return { ...state, ringEpoch: state.ringEpoch + 1, groups: placeGroups(state) };
}

/**
 * Who holds the meta group: 5 of 5 nodes or more, else 3, else all. Whoever holds it and is on the ring keeps it, so that nothing moves that need
 * not; the lowest ids fill up.
 */
export function metaReplicas(before: readonly NodeId[], members: readonly NodeId[]): readonly NodeId[] {
  const count = members.length >= META_VOTERS_MAX ? META_VOTERS_MAX : Math.min(3, members.length);
  const staying = before.filter((node) => members.includes(node));
  const others = members.filter((node) => !staying.includes(node));
  return [...staying, ...others].slice(0, count);
}
