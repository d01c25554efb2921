import { must } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';
import { type Configuration, isJoint } from './configuration.ts';
import type { GroupState } from './group-state.ts';
import type { Progress } from './progress.ts';
import { majority, quorumValue } from './quorum.ts';

/**
 * The largest value that a majority of the voters reach; while joint, that a majority of either configuration reaches (§4.3).
 * @param own the leader's value, which counts if it votes
 */
export function agreedValue(state: GroupState, own: number, of: (follower: Progress) => number): number {
  const { configuration } = state;
  const incoming = majorityValue(state, configuration.voters, own, of);
  if (!isJoint(configuration)) return incoming;
  return Math.min(incoming, majorityValue(state, configuration.votersOutgoing, own, of));
}

function majorityValue(
  { scratch, id, progress }: GroupState,
  voters: readonly NodeId[],
  own: number,
  of: (follower: Progress) => number,
): number {
  scratch.length = 0;
  for (const voter of voters) {
    scratch.push(voter === id ? own : of(must(progress.get(voter), 'a leader tracks every member')));
  }
  return quorumValue(scratch, majority(voters.length));
}

export type VoteResult = 'won' | 'lost' | 'open';

/** Of the answers so far; those of learners and strangers count for nothing. While joint both configurations must elect (§4.3). */
export function voteResult({ voters, votersOutgoing }: Configuration, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const incoming = majorityVote(voters, votes);
  if (votersOutgoing.length === 0) return incoming;
  const outgoing = majorityVote(votersOutgoing, votes);
  if (incoming === 'lost' || outgoing === 'lost') return 'lost';
  return incoming === 'won' && outgoing === 'won' ? 'won' : 'open';
}

function majorityVote(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const quorum = majority(voters.length);
  let granted = 0;
  let refused = 0;
  for (const voter of voters) {
    const vote = votes.get(voter);
    if (vote === true) granted++;
    else if (vote === false) refused++;
  }
  if (granted >= quorum) return 'won';
  return voters.length - refused < quorum ? 'lost' : 'open';
}
