import type { NodeId, ShardId } from '../base/ids.ts';
import { findGroup, isBlank, type MetaState, replicaOn } from './meta-state.ts';

/**
 * `open`: it is the group's replica on this node · `closed`: it never will be (again) · `unknown`: this state is older than the replica, whoever goes by
 * it must ask for a later one.
 */
export type ReplicaStanding = 'open' | 'closed' | 'unknown';

/**
 * Whether a configuration that was reported leaves this replica out, so that its data may go. Not so one whose disk was emptied: its group may count it still.
 */
export const isRetired = (state: MetaState, shard: ShardId, node: NodeId, replicaId: number): boolean =>
  replicaStanding(state, shard, node, replicaId) === 'closed' &&
  !findGroup(state, shard)?.replicas.some((replica) => replica.replicaId === replicaId);

/** What to do with a message to or from a replica: only between open ones is it heard. */
export function replicaStanding(state: MetaState, shard: ShardId, node: NodeId, replicaId: number): ReplicaStanding {
  if (replicaId >= state.nextReplicaId) return 'unknown';
  const group = findGroup(state, shard);
  const replica = group === undefined ? undefined : replicaOn(group, node);
  return replica?.replicaId === replicaId && !isBlank(state, replica) ? 'open' : 'closed';
}
