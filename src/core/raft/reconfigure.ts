import { assert } from '../base/assert.ts';
import { type LogIndex, NO_NODE, type NodeId, type Term } from '../base/ids.ts';
import {
  type Configuration,
  type ConfigurationTarget,
  isJoint,
  isVoter,
  membersOf,
  type NumberedReplica,
} from './configuration.ts';
import { invalidTarget, leaveJoint, towards } from './configuration-change.ts';
import type { GroupState } from './group-state.ts';
import { appendOwn, becomeFollower, sendHeartbeat } from './role.ts';
import { encodeConfiguration } from './write-configuration.ts';

// Membership changes by joint consensus (dissertation §4.3): C_old → C_old,new → C_new. The leader appends the joint configuration, which is in
// force at once wherever it is; when both majorities have it, the leader leaves it by itself.

export type ConfigurationRefusal =
  | { readonly code: 'NotLeader' | 'TransferUnderWay' }
  /** A change is under way, or this leader cannot know yet whether one is: nothing of its term is committed (the bug of §4.1's first form). */
  | { readonly code: 'ConfigurationPending' }
  /** It is about a configuration that is no longer in force, or comes from before the token under which that was made. */
  | { readonly code: 'ConfigurationChanged' }
  | { readonly code: 'InvalidConfiguration'; readonly why: string };

export type ProposedConfiguration =
  | { readonly ok: true; readonly term: Term; readonly index: LogIndex }
  | ({ readonly ok: false } & ConfigurationRefusal);

/** What makes a late request void. */
export interface ConfigurationFence {
  /** Of the configuration that is to be changed: the index of its entry. */
  readonly expectedIndex: LogIndex;
  readonly token: number;
  /** Which replicas those are that come. */
  readonly arriving: readonly NumberedReplica[];
}

export function proposeConfiguration(
  state: GroupState,
  target: ConfigurationTarget,
  fence?: ConfigurationFence,
): ProposedConfiguration {
  const { configurations } = state;
  if (state.role !== 'leader') return { ok: false, code: 'NotLeader' };
  if (state.transfer !== undefined) return { ok: false, code: 'TransferUnderWay' };
  const settled = configurations.currentIndex <= state.commitIndex && !isJoint(state.configuration);
  if (!settled || !state.hasCommittedInTerm) return { ok: false, code: 'ConfigurationPending' };
  const isVoid =
    fence !== undefined &&
    (fence.expectedIndex !== configurations.currentIndex || fence.token < (state.configuration.token ?? 0));
  if (isVoid) return { ok: false, code: 'ConfigurationChanged' };
  const why = invalidTarget(state.configuration, target);
  if (why !== undefined) return { ok: false, code: 'InvalidConfiguration', why };
  const { term, index } = append(state, towards(state.configuration, target, fence));
  return { ok: true, term, index };
}

/** The leader's commit index moved: a joint configuration that is committed is left, and C_new, once committed, is acted upon. */
export function continueReconfiguration(state: GroupState): void {
  assert(state.role === 'leader', 'only a leader changes the configuration');
  const { configuration, configurations } = state;
  if (configurations.currentIndex > state.commitIndex) return;
  if (isJoint(configuration)) {
    append(state, leaveJoint(configuration));
    return;
  }
  releaseLeavers(state);
  // §4.2.2: it led until the group could do without it. Whoever takes its place need not wait for an election timeout.
  if (!isVoter(configuration, state.id)) {
    state.send(successor(state), { type: 'TimeoutNow', term: state.currentTerm });
    becomeFollower(state, state.currentTerm, NO_NODE, 'left the configuration', NO_NODE);
  }
}

/**
 * Whoever left is told that C_new is committed as soon as it has it, so that it does not stand for election any more; then, or when it
 * has not answered for an election timeout, it gets nothing any more.
 */
export function releaseLeavers(state: GroupState): void {
  const { configuration, configurations, progress, nowUs, options } = state;
  const { currentIndex } = configurations;
  if (isJoint(configuration) || currentIndex > state.commitIndex) return;
  const { voters, learners } = configuration;
  if (progress.size < voters.length + learners.length) return;
  for (const [follower, { matchIndex, lastAnswerUs }] of progress) {
    if (voters.includes(follower) || learners.includes(follower)) continue;
    if (matchIndex >= currentIndex) sendHeartbeat(state, follower, matchIndex);
    else if (nowUs - lastAnswerUs < options.electionTimeoutUsMax) continue;
    progress.delete(follower);
  }
}

/** The voter whose log is the most complete. */
function successor({ configuration, progress }: GroupState): NodeId {
  const matchOf = (voter: NodeId): LogIndex => progress.get(voter)?.matchIndex ?? 0;
  return configuration.voters.reduce((best, voter) => (matchOf(voter) > matchOf(best) ? voter : best));
}

function append(state: GroupState, configuration: Configuration): { readonly term: Term; readonly index: LogIndex } {
  const members = membersOf(state.configuration);
  // Whoever comes may have been a member before, and not have been let go yet; what it held then it may have deleted since.
  for (const member of membersOf(configuration)) if (!members.includes(member)) state.progress.delete(member);
  return appendOwn(state, 'configuration', state.log.lastStampUs + 1, encodeConfiguration(configuration));
}
