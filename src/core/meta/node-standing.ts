import type { NodeId } from '../base/ids.ts';
import { findNode, isBlank, type MetaState, type NodeState, replicaOn } from './meta-state.ts';

/**
 * What a node is to the cluster. `unknown`: it was added, and nobody has let it in yet. `blank`: it is not on the disk on which replicas were that it is
 * still counted for, so it takes no part in those until they are replaced. Everything else is its state, as the meta group has it.
 */
export type NodeStanding = NodeState | 'unknown' | 'blank';

/** @param incarnation which disk of the node it is on, from 1 */
export function standingOf(state: MetaState, node: NodeId, incarnation: number): NodeStanding {
  const record = findNode(state, node);
  if (record === undefined) return 'unknown';
  if (record.state !== 'normal') return record.state;
  const isCounted = state.groups.some((group) => {
    const replica = replicaOn(group, node);
    return replica !== undefined && (isBlank(state, replica) || replica.incarnation < incarnation);
  });
  return isCounted ? 'blank' : 'normal';
}
