import { assert } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId, type Term } from '../base/ids.ts';
import { membersOf } from './configuration.ts';
import type { Entry, Role } from './entry.ts';
import type { GroupState } from './group-state.ts';
import { countPromises } from './lease.ts';
import { Progress } from './progress.ts';
import type { RoleChangeReason } from './raft-event.ts';
import type { RaftOptions } from './raft-options.ts';

/** A follower of `leader` (NO_NODE = not known yet) in `term`; `from` = whose message says so, NO_NODE if none does. */
export function becomeFollower(
  state: GroupState,
  term: Term,
  leader: NodeId,
  reason: RoleChangeReason,
  from: NodeId,
): void {
  assert(term >= state.currentTerm, 'terms never decrease');
  if (term > state.currentTerm) {
    state.currentTerm = term;
    state.votedFor = NO_NODE;
  }
  changeRole(state, 'follower', leader, reason, from);
}

/** Dissertation §9.6: asks whether an election could be won, and changes neither term nor vote for it. */
export function becomePreCandidate(state: GroupState): void {
  assert(state.role !== 'leader', 'a leader does not campaign');
  changeRole(state, 'precandidate', NO_NODE, 'election timeout', NO_NODE);
}

/** After a pre-vote, or because its leader `from` told it to; without either only where pre-votes are left out. */
export function becomeCandidate(state: GroupState, from: NodeId): void {
  assert(state.role !== 'leader', 'a leader does not stand for election');
  const wonPreVote = state.role === 'precandidate';
  const unasked = !wonPreVote && from === NO_NODE;
  assert(!unasked || state.options.breaks.has('no-prevote'), 'an election follows a pre-vote or an order');
  state.currentTerm++;
  state.votedFor = state.id;
  const reason = unasked ? 'election timeout' : from === NO_NODE ? 'won the pre-vote' : 'leadership transfer';
  changeRole(state, 'candidate', NO_NODE, reason, from);
}

export function becomeLeader(state: GroupState): void {
  assert(state.role === 'candidate' && state.votedFor === state.id, 'a leader was a candidate of its term');
  changeRole(state, 'leader', state.id, 'won the election', NO_NODE);
  state.deadlineUs = NEVER;
  trackMembers(state);
  // §8: an entry of its own term lets the leader learn what is committed. It has no clock reading of its own.
  appendOwn(state, 'noop', state.log.lastStampUs + 1, NO_COMMAND);
}

/** A leader appends to its own log; it never overwrites or deletes there (§5.3, Leader Append-Only). */
export function appendOwn(state: GroupState, kind: Entry['kind'], stampUs: number, command: Uint8Array): Entry {
  assert(state.role === 'leader', 'only a leader appends entries of its own');
  const entry: Entry = { term: state.currentTerm, index: state.log.lastIndex + 1, kind, stampUs, command };
  state.appendToLog([entry], 0);
  if (kind === 'configuration') {
    trackMembers(state);
    countPromises(state);
  }
  state.appendDue = true;
  return entry;
}

/** A leader keeps a Progress for each other member of the configuration in force, and a CheckQuorum unless it is the only voter. */
function trackMembers(state: GroupState): void {
  const { progress, options, nowUs } = state;
  const nextIndex = state.log.lastIndex + 1;
  for (const member of membersOf(state.configuration)) {
    if (member === state.id || progress.has(member)) continue;
    const added = new Progress(nextIndex, options.inflightAppendsMax, nowUs);
    progress.set(member, added);
    reportProgress(state, member, added);
  }
  if (state.isOnlyVoter) state.deadlineUs = NEVER;
  else if (state.deadlineUs === NEVER) state.deadlineUs = nowUs + options.electionTimeoutUsMax;
}

/** Others can hold so many elections, or more, before one that stands last holds its own. */
const ELECTION_TIMEOUTS_LAST = 4;

/** Waits a whole election timeout again, of the length drawn at the last role change. */
export function restartElectionTimer(state: GroupState): void {
  const patienceUs = state.standsLast ? ELECTION_TIMEOUTS_LAST * state.options.electionTimeoutUsMax : 0;
  state.deadlineUs = state.nowUs + state.electionTimeoutUs + patienceUs;
}

/** Never more than is known to match is told as committed: the follower takes it without comparing logs. */
export function sendHeartbeat(state: GroupState, to: NodeId, matchIndex: LogIndex, readContext = 0): void {
  const { currentTerm: term, nowUs: sentUs, commitIndex } = state;
  state.send(to, { type: 'Heartbeat', term, leaderCommit: Math.min(matchIndex, commitIndex), readContext, sentUs });
}

export function reportProgress(state: GroupState, follower: NodeId, { matchIndex, nextIndex }: Progress): void {
  state.events.push({ type: 'FollowerProgressed', follower, matchIndex, nextIndex });
}

/** What all role changes share: a fresh random election timeout (§5.2), and nothing left of the role before. */
function changeRole(state: GroupState, role: Role, leader: NodeId, reason: RoleChangeReason, from: NodeId): void {
  const { options } = state;
  state.role = role;
  state.leader = leader;
  state.votes.clear();
  state.progress.clear();
  state.reads.clear();
  state.leaseFromUs = 0;
  state.transfer = undefined;
  state.timeoutNowSent = false;
  state.heartbeatDue = false;
  state.appendDue = false;
  state.electionTimeoutUs = drawTimeout(options);
  restartElectionTimer(state);
  const { currentTerm: term, votedFor } = state;
  state.events.push({ type: 'RoleChanged', role, term, leader, votedFor, reason, from });
}

/** §5.2: each its own, so that one of them stands before the others do. */
function drawTimeout({ electionTimeoutUsMin, electionTimeoutUsMax, random, breaks }: RaftOptions): Micros {
  if (breaks.has('fixed-timeouts')) return electionTimeoutUsMin;
  return random.between(electionTimeoutUsMin, electionTimeoutUsMax);
}

const NEVER = Number.MAX_SAFE_INTEGER;
const NO_COMMAND = new Uint8Array(0);
