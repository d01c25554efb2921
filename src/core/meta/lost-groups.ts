import type { NodeId, ShardId } from '../base/ids.ts';
import { type Configuration, isQuorum, simpleConfiguration } from '../raft/configuration.ts';
import { type GroupRecord, isBlank, type MetaState, replicaOn } from './meta-state.ts';
import { targetOf } from './move.ts';

/**
 * The group, lost if no majority of the voters that it reported has its data: it can elect nobody, and what it acknowledged may be gone. A report that was
 * late may make it look so; the next one, which only a group that is alive can give, takes it back.
 */
export function markLost(state: MetaState, group: GroupRecord): GroupRecord {
  const isLost = isMajorityBlank(state, group, group.report.configuration);
  return isLost === group.isLost ? group : { ...group, isLost };
}

/** Whether the group's move would end with voters of which no majority has its data: they could neither go on nor go back. */
export function endsBlank(state: MetaState, group: GroupRecord): boolean {
  const { move, report } = group;
  if (move === undefined) return false;
  return isMajorityBlank(state, group, simpleConfiguration(targetOf(move, report.configuration)));
}

/**
 * The groups that might be lost if this node's disk were emptied now: what WIPE asks before it does so. It reckons with a change of voters that was asked
 * for and not reported yet, and with one that its move is about to ask for: the disk is empty at once, and the meta group hears of it when its node is back.
 */
export function lostByWipe(state: MetaState, node: NodeId): readonly ShardId[] {
  const nodes = state.nodes.map((record) =>
    record.node === node ? { ...record, incarnation: record.incarnation + 1 } : record,
  );
  const wiped = { ...state, nodes };
  const isAtRisk = (group: GroupRecord): boolean =>
    possibleConfigurations(group).some(
      (each) => !isMajorityBlank(state, group, each) && isMajorityBlank(wiped, group, each),
    );
  return state.groups.filter((group) => !group.isLost && isAtRisk(group)).map(({ shard }) => shard);
}

function isMajorityBlank(state: MetaState, group: GroupRecord, configuration: Configuration): boolean {
  return !isQuorum(configuration, (node) => {
    const replica = replicaOn(group, node);
    return replica !== undefined && !isBlank(state, replica);
  });
}

/** The one that was reported, and the one that the voters may have agreed on since, or will before they hear of it. */
function possibleConfigurations({ report, move }: GroupRecord): readonly Configuration[] {
  const { configuration } = report;
  if (move === undefined || move.stage === 'learner') return [configuration];
  return [configuration, simpleConfiguration(targetOf(move, configuration))];
}
