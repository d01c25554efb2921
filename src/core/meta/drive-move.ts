import { assertNever } from '../base/assert.ts';
import { NO_NODE, type NodeId } from '../base/ids.ts';
import { type ConfigurationTarget, isJoint } from '../raft/configuration.ts';
import type { DriverEffect, GroupObservation } from './driver-input.ts';
import { endsBlank } from './lost-groups.ts';
import type { MetaCommand } from './meta-command.ts';
import { type GroupRecord, isBlank, type MetaState, type Move, replicaOn } from './meta-state.ts';
import { canAbort, targetOf } from './move.ts';
import { isPointless, strayLearners } from './wanted-move.ts';

/** What takes a running move to its next stage; undefined: it waits for the group. */
export function nextCommand(
  state: MetaState,
  group: GroupRecord,
  observation: GroupObservation | undefined,
): MetaCommand | undefined {
  const { shard, move, token } = group;
  if (move === undefined) return undefined;
  // Voters without a majority that has the data could not even go back: a blank one is replaced first.
  const isInVain = isPointless(state, group) || endsBlank(state, group);
  if (isInVain && canAbort(move)) return { type: 'AbortMove', shard, token };
  if (observation === undefined) return undefined;
  const { verified, report } = observation;
  if (move.stage === 'catchUp' && verified?.token === token)
    return { type: 'AdvanceMove', shard, token, evidence: { type: 'Verified', copy: verified.copy } };
  if (move.stage === 'transfer' && report.leader !== move.from)
    return { type: 'AdvanceMove', shard, token, evidence: { type: 'HandedOver', leader: report.leader } };
  return undefined;
}

/** What a group is asked to do at the stage that it is at; again each time, until its report says that it is done. */
export function groupEffects(
  state: MetaState,
  group: GroupRecord,
  observation: GroupObservation,
  answers: (node: NodeId) => boolean,
): DriverEffect[] {
  const { shard, move, token, report } = group;
  const { confVer, configuration } = report;
  // It goes on from what the meta group knows. What is newer is being reported.
  if (observation.report.confVer !== confVer || isJoint(configuration)) return [];
  const { leader } = observation.report;
  const change = (target: ConfigurationTarget, replicaId = 0): DriverEffect[] => [
    { type: 'ChangeConfiguration', shard, leader, token, confVer, target, replicaId },
  ];
  const strays = strayLearners(state, group);
  if (strays.length > 0) {
    const learners = configuration.learners.filter((node) => !strays.includes(node));
    return change({ voters: configuration.voters, learners });
  }
  if (move === undefined) return [];
  switch (move.stage) {
    case 'learner': {
      const { voters, learners } = configuration;
      const replicaId = replicaOn(group, move.to)?.replicaId;
      return [...arrival(group, move), ...change({ voters, learners: [...learners, move.to] }, replicaId)];
    }
    case 'catchUp': {
      const compare: DriverEffect = { type: 'CompareCopy', shard, leader, token, learner: move.to };
      return [...arrival(group, move), ...(observation.caughtUp.includes(move.to) ? [compare] : [])];
    }
    case 'transfer':
    case 'joint': {
      const isReady = move.stage === 'joint' && !endsBlank(state, group);
      if (leader !== move.from) return isReady ? change(targetOf(move, configuration)) : [];
      const to = successor(state, group, answers);
      return to === NO_NODE ? [] : [{ type: 'TransferLeadership', shard, leader, token, to }];
    }
    case 'leave':
    case 'rollBack':
      return [];
    default:
      return assertNever(move.stage);
  }
}

function arrival(group: GroupRecord, { to }: Move): DriverEffect[] {
  const replica = replicaOn(group, to);
  if (replica === undefined) return [];
  const { node, replicaId, incarnation } = replica;
  return [{ type: 'CreateReplica', node, shard: group.shard, replicaId, incarnation }];
}

/** Who leads when the present leader goes: whoever the ring names first. */
function successor(state: MetaState, group: GroupRecord, answers: (node: NodeId) => boolean): NodeId {
  const { desired, report, move } = group;
  const { voters } = report.configuration;
  const inOrder = [...desired.filter((node) => voters.includes(node)), ...voters];
  const canLead = (node: NodeId): boolean => {
    const replica = replicaOn(group, node);
    return node !== move?.from && answers(node) && replica !== undefined && !isBlank(state, replica);
  };
  return inOrder.find(canLead) ?? NO_NODE;
}
