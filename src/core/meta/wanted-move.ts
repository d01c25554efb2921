import { NO_NODE, type NodeId } from '../base/ids.ts';
import { isJoint, membersOf } from '../raft/configuration.ts';
import type { ReplicaMove } from '../ring/placement-moves.ts';
import { findNode, type GroupRecord, isBlank, isOnRing, META_GROUP, type MetaState, replicaOn } from './meta-state.ts';

/**
 * The next step from where a group's replicas are to where they are meant to be; undefined: it is there, or nothing can be done now.
 * @param answers who can receive a copy now
 */
export function wantedMove(
  state: MetaState,
  group: GroupRecord,
  answers: (node: NodeId) => boolean,
): ReplicaMove | undefined {
  const { shard, desired, report, move, isLost } = group;
  const { voters } = report.configuration;
  if (move !== undefined || isLost || isJoint(report.configuration)) return undefined;
  const blank = voters.find((node) => isBlankOn(state, group, node));
  const outsiders = voters.filter((node) => !desired.includes(node));
  const [outsider] = [...outsiders.filter((node) => !answers(node)), ...outsiders];
  const to = desired.find((node) => !voters.includes(node) && answers(node)) ?? NO_NODE;
  if (blank !== undefined) return { shard, to, from: blank };
  // A copy more comes before one less.
  if (to !== NO_NODE) return { shard, to, from: voters.length < desired.length ? NO_NODE : (outsider ?? NO_NODE) };
  return outsider !== undefined && voters.length > desired.length ? { shard, to, from: outsider } : undefined;
}

/** Members that count for nothing and that no move wants: to be taken off, whoever made them learners. */
export function strayLearners(state: MetaState, group: GroupRecord): readonly NodeId[] {
  const { desired, move, report } = group;
  return report.configuration.learners.filter((node) => {
    if (move !== undefined && move.to === node) return move.stage === 'rollBack';
    return replicaOn(group, node) === undefined || !desired.includes(node) || isBlankOn(state, group, node);
  });
}

/** Smaller is sooner: the group that all others depend on, then what lost a replica, then who is to leave, then all the rest. */
export function urgency(state: MetaState, group: GroupRecord): number {
  if (group.shard === META_GROUP) return 0;
  const members = membersOf(group.report.configuration);
  const isHurt = members.some((node) => isBlankOn(state, group, node) || findNode(state, node)?.state === 'down');
  if (isHurt || group.report.configuration.voters.length < group.desired.length) return 1;
  return members.some((node) => findNode(state, node)?.state === 'leaving') ? 2 : 3;
}

/** A running move leads nowhere any more: the ring has changed since it began. */
export function isPointless(state: MetaState, group: GroupRecord): boolean {
  const { move, desired } = group;
  if (move === undefined) return false;
  if (move.to !== NO_NODE) {
    const node = findNode(state, move.to);
    if (node === undefined || !isOnRing(node) || !desired.includes(move.to)) return true;
  }
  return move.from !== NO_NODE && desired.includes(move.from) && !isBlankOn(state, group, move.from);
}

function isBlankOn(state: MetaState, group: GroupRecord, node: NodeId): boolean {
  const replica = replicaOn(group, node);
  return replica !== undefined && isBlank(state, replica);
}
