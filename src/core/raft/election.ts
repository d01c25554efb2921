import { NO_NODE, type NodeId } from '../base/ids.ts';
import { agreedValue, voteResult } from './agreement.ts';
import { votersOf } from './configuration.ts';
import type { HardState } from './entry.ts';
import type { GroupState } from './group-state.ts';
import { hasPromised } from './lease.ts';
import type { RequestVote, RequestVoteResponse } from './message.ts';
import type { Progress } from './progress.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate, restartElectionTimer } from './role.ts';

/** §5.2 with PreVote: an election timeout first asks for pre-votes; only their majority starts an election. */
export function campaign(state: GroupState): void {
  if (!state.mayStand) {
    // A learner, or one that has left for good.
    restartElectionTimer(state);
    return;
  }
  if (state.options.breaks.has('no-prevote')) {
    startElection(state, NO_NODE);
    return;
  }
  becomePreCandidate(state);
  for (const voter of otherVoters(state)) state.send(voter, requestVote(state, true, false));
  countVote(state, state.id, true);
}

/**
 * CheckQuorum (dissertation §6.2): a leader that a quorum did not answer within electionTimeoutUsMax steps down, so that a leader cut
 * off from the majority does not go on for ever. The window is the longest election timeout: several heartbeat rounds must be lost
 * before a leader that its followers still hear gives up, and a majority that lost it has not waited longer.
 */
export function checkQuorum(state: GroupState): void {
  const { options } = state;
  const quorumAnsweredUs = agreedValue(state, state.nowUs, lastAnswerUs);
  state.deadlineUs = quorumAnsweredUs + options.electionTimeoutUsMax;
  if (state.deadlineUs > state.nowUs) return;
  if (options.breaks.has('no-checkquorum')) state.deadlineUs = state.nowUs + options.electionTimeoutUsMax;
  else becomeFollower(state, state.currentTerm, NO_NODE, 'heard from no quorum', NO_NODE);
}

/** The request's term is currentTerm, or above it for a pre-vote. */
export function handleRequestVote(state: GroupState, from: NodeId, request: RequestVote): void {
  const free = state.votedFor === from || (state.votedFor === NO_NODE && state.leader === NO_NODE);
  const future = request.preVote && request.term > state.currentTerm;
  const bound = hasPromised(state) && !request.transfer;
  const granted = !bound && (free || future) && state.log.isUpToDate(request.lastLogTerm, request.lastLogIndex);
  if (!granted) {
    refuseVote(state, from, request);
  } else if (request.preVote) {
    state.send(from, { type: 'RequestVoteResponse', term: request.term, preVote: true, voteGranted: true });
  } else {
    state.votedFor = from;
    state.events.push({ type: 'VoteGranted', term: state.currentTerm, to: from });
    restartElectionTimer(state);
    // A vote that a crash could forget would be given twice: it is durable before the candidate may count it.
    state.sendAfterPersist(from, {
      type: 'RequestVoteResponse',
      term: request.term,
      preVote: false,
      voteGranted: true,
    });
  }
}

/**
 * A refusal carries this node's term, so that a candidate left behind catches up. A pre-candidate whose term is ahead of ours gets its
 * own term back, because it would drop an answer from below as stale.
 */
export function refuseVote(state: GroupState, from: NodeId, request: RequestVote): void {
  const term = request.preVote ? Math.max(state.currentTerm, request.term - 1) : state.currentTerm;
  state.send(from, { type: 'RequestVoteResponse', term, preVote: request.preVote, voteGranted: false });
}

/** Counts only answers to the election under way: of its kind (pre-vote or vote) and of its term. */
export function handleRequestVoteResponse(state: GroupState, from: NodeId, response: RequestVoteResponse): void {
  if (state.role !== (response.preVote ? 'precandidate' : 'candidate')) return;
  const expectedTerm = response.preVote && response.voteGranted ? state.currentTerm + 1 : state.currentTerm;
  if (response.term !== expectedTerm) return;
  countVote(state, from, response.voteGranted);
}

/** A candidate's own vote counts like any other: once it is durable. */
export function countOwnVote(state: GroupState, durable: HardState): void {
  const isOwn =
    state.role === 'candidate' && durable.currentTerm === state.currentTerm && durable.votedFor === state.id;
  if (isOwn && !state.votes.has(state.id)) countVote(state, state.id, true);
}

function countVote(state: GroupState, from: NodeId, granted: boolean): void {
  const preVote = state.role === 'precandidate';
  state.votes.set(from, granted);
  state.events.push({ type: 'VoteReceived', term: state.currentTerm + (preVote ? 1 : 0), from, granted, preVote });
  const result = voteResult(state.configuration, state.votes);
  if (result === 'won') {
    if (preVote) startElection(state, NO_NODE);
    else becomeLeader(state);
  } else if (result === 'lost') {
    becomeFollower(state, state.currentTerm, NO_NODE, 'lost the election', from);
  }
}

/**
 * The requests wait for the disk too: votes are given to the log they describe. Were they sent before it is durable, a candidate that
 * crashed and came back with a shorter log could collect, in the same term, votes that its old log had earned.
 * @param orderedBy the leader that hands its leadership over; NO_NODE = it won a pre-vote, or asks for none
 */
export function startElection(state: GroupState, orderedBy: NodeId): void {
  becomeCandidate(state, orderedBy);
  const request = requestVote(state, false, orderedBy !== NO_NODE);
  for (const voter of otherVoters(state)) state.sendAfterPersist(voter, request);
}

function requestVote(state: GroupState, preVote: boolean, transfer: boolean): RequestVote {
  const { log } = state;
  const term = preVote ? state.currentTerm + 1 : state.currentTerm;
  return { type: 'RequestVote', term, preVote, transfer, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm };
}

const otherVoters = ({ configuration, id }: GroupState): readonly NodeId[] =>
  votersOf(configuration).filter((voter) => voter !== id);

const lastAnswerUs = (follower: Progress): number => follower.lastAnswerUs;
