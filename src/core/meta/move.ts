import { NO_NODE, type NodeId } from '../base/ids.ts';
import { type Configuration, type ConfigurationTarget, isJoint, membersOf } from '../raft/configuration.ts';
import { type GroupRecord, groupName, type Move } from './meta-state.ts';

/** What the group's configuration is to be when the move is over. */
export function targetOf(move: Move, { voters }: Configuration): ConfigurationTarget {
  const staying = voters.filter((node) => node !== move.from && node !== move.to);
  return { voters: move.to === NO_NODE ? staying : [...staying, move.to], learners: [] };
}

/** There is nothing left to do. */
export function isFinal({ to, from }: Move, configuration: Configuration): boolean {
  if (isJoint(configuration)) return false;
  const isIn = to === NO_NODE || configuration.voters.includes(to);
  return isIn && !membersOf(configuration).includes(from);
}

/** The joint configuration of this move, or of a part of it: whoever comes votes already, or whoever goes is about to be out. */
export function isJointOf({ to, from }: Move, configuration: Configuration): boolean {
  if (!isJoint(configuration)) return false;
  const { voters } = configuration;
  return to === NO_NODE ? !voters.includes(from) : voters.includes(to);
}

/**
 * A move can be undone while its joint configuration is not committed. One that only takes a replica away has no learner that could be taken off instead:
 * once it is asked for, nothing could tell a late message apart, so it goes through.
 */
export function canAbort({ to, stage }: Move): boolean {
  if (stage === 'joint') return to !== NO_NODE;
  return stage === 'learner' || stage === 'catchUp' || stage === 'transfer';
}

/** `s3: n4 takes n2's place`. */
export function moveText({ shard, move }: Pick<GroupRecord, 'shard' | 'move'>): string {
  const name = groupName(shard);
  if (move === undefined) return `${name}: nothing moves`;
  const { to, from } = move;
  if (to === NO_NODE) return `${name}: n${from} goes`;
  return from === NO_NODE ? `${name}: n${to} comes` : `${name}: n${to} takes n${from}'s place`;
}

/** Both sides of it, without NO_NODE. */
export const nodesOf = ({ to, from }: Move): readonly NodeId[] => [to, from].filter((node) => node !== NO_NODE);
