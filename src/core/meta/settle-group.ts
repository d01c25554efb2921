import { assert } from '../base/assert.ts';
import { NO_NODE, type ShardId } from '../base/ids.ts';
import { isJoint, membersOf } from '../raft/configuration.ts';
import { type GroupRecord, groupOf, type MetaState, type Move, type MoveStage } from './meta-state.ts';
import { canAbort, isFinal, isJointOf } from './move.ts';

/** The state with this group in the place of the one of its shard. */
export function withGroup(state: MetaState, group: GroupRecord): MetaState {
  const groups = state.groups.map((old) => (old.shard === group.shard ? group : old));
  return { ...state, groups };
}

/** The move enters another stage, or (undefined) is over; what was sent before is void from here on. */
export function enterStage(state: MetaState, group: GroupRecord, move: Move | undefined): MetaState {
  const token = state.nextToken;
  return withGroup({ ...state, nextToken: token + 1 }, { ...group, move, token });
}

/** The way back: the learner is to be taken off, unless the group never had it. */
export function rollBack(state: MetaState, group: GroupRecord): MetaState {
  const { move, report } = group;
  assert(move !== undefined && canAbort(move), 'there is a way back');
  const isMember = move.to !== NO_NODE && membersOf(report.configuration).includes(move.to);
  const next = isMember ? at(move, 'rollBack') : undefined;
  return retireOutsiders(enterStage(state, group, next), group.shard);
}

/**
 * Brings a group's move and replicas in line with the configuration that was reported last. Facts decide: a joint configuration that is committed takes a
 * move forward although it was being rolled back, and a replica that is in no configuration is retired whoever took it out.
 */
export function settleGroup(state: MetaState, group: GroupRecord): MetaState {
  const next = nextMove(group);
  const moved = next === group.move ? withGroup(state, group) : enterStage(state, group, next);
  return retireOutsiders(moved, group.shard);
}

/** The move as the configuration says; undefined: it is over, one way or the other. */
function nextMove({ move, report, token }: GroupRecord): Move | undefined {
  if (move === undefined) return undefined;
  const { configuration } = report;
  if (isFinal(move, configuration)) return undefined;
  if (isJointOf(move, configuration)) return at(move, 'leave');
  const isMember = move.to === NO_NODE || membersOf(configuration).includes(move.to);
  if (move.stage === 'learner') {
    if (!isMember) return move;
    // A learner of an earlier move, asked for so late that it was aborted by then: the group has in mind what that replica held, not this one.
    return at(move, report.token === token ? 'catchUp' : 'rollBack');
  }
  // Whoever was to come was taken off: by the roll-back, or by somebody else.
  if (!isMember) return undefined;
  // The voters were changed by somebody else since: what is to be done next, the new configuration says.
  if (move.stage === 'leave' && !isJoint(configuration)) return undefined;
  return move;
}

const at = (move: Move, stage: MoveStage): Move => (move.stage === stage ? move : { ...move, stage });

function retireOutsiders(state: MetaState, shard: ShardId): MetaState {
  const group = groupOf(state, shard);
  const { replicas, report, move } = group;
  const members = membersOf(report.configuration);
  const arriving = move?.stage === 'learner' ? move.to : NO_NODE;
  const staying = replicas.filter(({ node }) => members.includes(node) || node === arriving);
  if (staying.length === replicas.length) return state;
  const gone = replicas.filter((replica) => !staying.includes(replica));
  const retired = [...state.retired, ...gone.map(({ node, replicaId }) => ({ shard, node, replicaId }))];
  return {
    ...withGroup(state, { ...group, replicas: staying }),
    retired: retired.sort((a, b) => a.replicaId - b.replicaId),
  };
}
