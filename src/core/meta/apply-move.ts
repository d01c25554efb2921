import { assertNever } from '../base/assert.ts';
import { NO_NODE } from '../base/ids.ts';
import { isJoint } from '../raft/configuration.ts';
import { sameConfiguration } from '../raft/configuration-change.ts';
import { endsBlank, markLost } from './lost-groups.ts';
import type { MoveCommand } from './meta-command.ts';
import {
  findGroup,
  findNode,
  type GroupRecord,
  type GroupReport,
  groupName,
  groupOf,
  isBlank,
  isOnRing,
  type MetaState,
  type ReplicaRecord,
  replicaOn,
} from './meta-state.ts';
import { canAbort, moveText } from './move.ts';
import { type Applied, type Refusal, refuse } from './refusal.ts';
import { enterStage, rollBack, settleGroup, withGroup } from './settle-group.ts';

type Of<T extends MoveCommand['type']> = Extract<MoveCommand, { type: T }>;

export function applyMoveCommand(state: MetaState, command: MoveCommand): Applied {
  if (command.type === 'ConfirmDropped') return confirmDropped(state, command);
  const group = findGroup(state, command.shard);
  if (group === undefined) return refuse(state, 'UnknownGroup', `s${command.shard}: there is no such shard`);
  switch (command.type) {
    case 'StartMove':
      return startMove(state, group, command);
    case 'AdvanceMove':
      return advanceMove(state, group, command);
    case 'AbortMove':
      return abortMove(state, group, command);
    case 'ReportGroup':
      return reportGroup(state, group, command.report);
    default:
      return assertNever(command);
  }
}

function startMove(state: MetaState, group: GroupRecord, { to, from }: Of<'StartMove'>): Applied {
  const objection = objectionToMove(state, group, { to, from });
  if (objection !== undefined) return { state, refusal: objection };
  const move = { to, from, verified: undefined };
  if (to === NO_NODE) return { state: enterStage(state, group, { ...move, stage: 'transfer' }) };
  const present = replicaOn(group, to);
  // A learner whose history is this group's own, because somebody took its vote: it goes on as what it is.
  if (present !== undefined) return { state: enterStage(state, group, { ...move, stage: 'catchUp' }) };
  const { nextReplicaId } = state;
  const incarnation = findNode(state, to)?.incarnation ?? 0;
  const replicas = [...group.replicas, { node: to, replicaId: nextReplicaId, incarnation }];
  const numbered = { ...state, nextReplicaId: nextReplicaId + 1 };
  return { state: enterStage(numbered, { ...group, replicas: replicas.sort(byNode) }, { ...move, stage: 'learner' }) };
}

/** Why this move may not begin; undefined: it may. One move per group, only towards where its replicas are meant to be. */
function objectionToMove(
  state: MetaState,
  group: GroupRecord,
  { to, from }: Pick<Of<'StartMove'>, 'to' | 'from'>,
): Refusal | undefined {
  const { desired, report, move, shard } = group;
  const name = groupName(shard);
  const no = (code: Refusal['code'], why: string): Refusal => ({ code, text: `${name}: ${why}` });
  const { voters, learners } = report.configuration;
  if (group.isLost) return no('ShardLost', 'a majority of its disks is gone');
  if (move !== undefined) return { code: 'MoveUnderWay', text: moveText(group) };
  if (isJoint(report.configuration)) return no('MoveUnderWay', 'its voters are changing');
  if (to === NO_NODE && from === NO_NODE) return no('NotDesired', 'nothing would move');
  const present = replicaOn(group, to);
  // Nobody knows what a learner without a record is: it must be taken off first.
  const stray = learners.find((node) => node !== to || present === undefined);
  if (stray !== undefined)
    return no('MoveUnderWay', `n${stray} is a learner that no move wants, and is taken off first`);
  if (to !== NO_NODE) {
    const node = findNode(state, to);
    if (node === undefined || !isOnRing(node)) return no('NotDesired', `n${to} is not on the ring`);
    if (!desired.includes(to)) return no('NotDesired', `no replica is meant to be on n${to}`);
    if (voters.includes(to)) return no('NotDesired', `n${to} is one of its voters already`);
    if (present !== undefined && isBlank(state, present)) return no('MoveUnderWay', `n${to} is to be taken off first`);
  }
  if (from !== NO_NODE) {
    const leaving = replicaOn(group, from);
    if (!voters.includes(from)) return no('NotDesired', `n${from} is none of its voters`);
    const isEmpty = leaving === undefined || isBlank(state, leaving);
    if (desired.includes(from) && !isEmpty) return no('NotDesired', `its replica on n${from} is meant to be there`);
    if (to === NO_NODE && !isEmpty && voters.length <= desired.length)
      return no('NotDesired', `somebody must take n${from}'s place first`);
    if (to === NO_NODE && voters.length === 1) return no('NotDesired', `n${from} is its only voter`);
  } else if (voters.length >= desired.length) return no('NotDesired', 'somebody must go for whoever comes');
  return undefined;
}

function advanceMove(state: MetaState, group: GroupRecord, { token, evidence }: Of<'AdvanceMove'>): Applied {
  const { move } = group;
  const closed = closedToken(state, group, token);
  if (closed !== undefined || move === undefined) return closed ?? { state };
  if (evidence.type === 'Verified' && move.stage !== 'catchUp') return wrongStage(state, group);
  if (evidence.type === 'HandedOver' && move.stage !== 'transfer') return wrongStage(state, group);
  if (endsBlank(state, group))
    return refuse(state, 'WouldLoseShard', `${moveText(group)}: too many disks of its voters would be empty then`);
  if (evidence.type === 'Verified')
    return { state: enterStage(state, group, { ...move, stage: 'transfer', verified: evidence.copy }) };
  if (evidence.leader === move.from || evidence.leader === NO_NODE)
    return refuse(state, 'NotSettled', `${groupName(group.shard)}: n${move.from} leads it still`);
  return { state: enterStage(state, group, { ...move, stage: 'joint' }) };
}

function abortMove(state: MetaState, group: GroupRecord, { token }: Of<'AbortMove'>): Applied {
  const { move } = group;
  const closed = closedToken(state, group, token);
  if (closed !== undefined || move === undefined) return closed ?? { state };
  if (canAbort(move)) return { state: rollBack(state, group) };
  if (move.stage === 'rollBack') return wrongStage(state, group);
  const why = move.stage === 'leave' ? 'its joint configuration is committed' : 'its voters are being changed';
  return refuse(state, 'OnlyForward', `${moveText(group)}: ${why}, there is no way back`);
}

function reportGroup(state: MetaState, group: GroupRecord, report: GroupReport): Applied {
  const known = group.report;
  const isOlder = report.confVer < known.confVer || (report.confVer === known.confVer && report.term < known.term);
  const isOther = report.confVer === known.confVer && !sameConfiguration(report.configuration, known.configuration);
  const isSame = report.confVer === known.confVer && report.term === known.term && report.leader === known.leader;
  if (isOlder || isOther || isSame)
    return refuse(state, 'StaleReport', `${groupName(group.shard)}: configuration ${known.confVer} is known`);
  const settled = settleGroup(state, { ...group, report });
  return { state: withGroup(settled, markLost(settled, groupOf(settled, group.shard))) };
}

function confirmDropped(state: MetaState, { replicaId }: Of<'ConfirmDropped'>): Applied {
  const retired = state.retired.filter((replica) => replica.replicaId !== replicaId);
  if (retired.length === state.retired.length)
    return refuse(state, 'UnknownReplica', `replica ${replicaId} does not wait for its deletion`);
  return { state: { ...state, retired } };
}

function closedToken(state: MetaState, group: GroupRecord, token: number): Applied | undefined {
  const name = groupName(group.shard);
  if (group.move === undefined) return refuse(state, 'NoMove', `${name}: nothing moves`);
  if (token === group.token) return undefined;
  return refuse(state, 'ClosedToken', `${name}: token ${token} is closed, ${group.token} is open`);
}

const wrongStage = (state: MetaState, group: GroupRecord): Applied =>
  refuse(state, 'WrongStage', `${moveText(group)}: it is at ${group.move?.stage}`);

const byNode = (a: ReplicaRecord, b: ReplicaRecord): number => a.node - b.node;
