import type { NodeId } from '../base/ids.ts';
import { isJoint } from '../raft/configuration.ts';
import type { DriverEffect, GroupObservation } from './driver-input.ts';
import { groupOf, isBlank, type MetaState, replicaOn } from './meta-state.ts';

/**
 * The one transfer that evens out best who leads how many groups; undefined: no node leads two more than one that could take a group from it. Of equal
 * ones the one that puts a group's first replica in the lead.
 */
export function balanceLeaders(
  state: MetaState,
  observations: readonly GroupObservation[],
  answers: (node: NodeId) => boolean,
): DriverEffect | undefined {
  const leads = new Map<NodeId, number>();
  for (const { report } of observations) leads.set(report.leader, (leads.get(report.leader) ?? 0) + 1);
  const count = (node: NodeId): number => leads.get(node) ?? 0;
  let best: DriverEffect | undefined;
  let bestGain = 0;
  for (const { shard, report } of observations) {
    const group = groupOf(state, shard);
    const { desired, move, token } = group;
    if (move !== undefined || report.confVer !== group.report.confVer || isJoint(report.configuration)) continue;
    for (const to of report.configuration.voters) {
      const replica = replicaOn(group, to);
      if (to === report.leader || !answers(to) || replica === undefined || isBlank(state, replica)) continue;
      if (!desired.includes(to) || count(report.leader) - count(to) < 2) continue;
      const gain = count(report.leader) - count(to) + (to === desired[0] ? 0.5 : 0);
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { type: 'TransferLeadership', shard, leader: report.leader, token, to };
    }
  }
  return best;
}
