import { assertNever } from '../base/assert.ts';
import { NO_NODE, type NodeId } from '../base/ids.ts';
import { handleRequestVote, handleRequestVoteResponse, refuseVote } from './election.ts';
import { answerStaleLeader, handleAppendEntries, handleHeartbeat, handleInstallSnapshot } from './follower.ts';
import type { GroupState } from './group-state.ts';
import { hasPromised } from './lease.ts';
import { isOfLeader, type RaftMessage } from './message.ts';
import type { RoleChangeReason } from './raft-event.ts';
import { handleAppendEntriesResponse, handleHeartbeatResponse, handleInstallSnapshotResponse } from './replication.ts';
import { becomeFollower } from './role.ts';
import { handleTimeoutNow } from './transfer.ts';

/** One message: first its term (§5.1), then what it says. */
export function stepMessage(state: GroupState, from: NodeId, message: RaftMessage): void {
  if (message.term > state.currentTerm) {
    if (message.type === 'RequestVote' && !message.transfer && hasPromised(state)) return;
    // A pre-vote and its grant speak of a term that nobody has entered yet.
    if (entersTerm(message)) becomeFollower(state, message.term, leaderOf(from, message), reasonOf(state, from), from);
  } else if (message.term < state.currentTerm) {
    answerStale(state, from, message);
    return;
  }
  dispatch(state, from, message);
}

/** The one that this leader told to stand does: that is what it wanted. What tells it first may be a refusal. */
const reasonOf = (state: GroupState, from: NodeId): RoleChangeReason =>
  state.timeoutNowSent && state.transfer?.to === from ? 'leadership transfer' : 'saw a higher term';

/** §5.1: a message of a later term makes its receiver enter that term. */
function entersTerm(message: RaftMessage): boolean {
  if (message.type === 'RequestVote') return !message.preVote;
  if (message.type === 'RequestVoteResponse') return !(message.preVote && message.voteGranted);
  return true;
}

const leaderOf = (from: NodeId, message: RaftMessage): NodeId =>
  isOfLeader(message) || message.type === 'TimeoutNow' ? from : NO_NODE;

/** §5.1: requests of an older term are refused, answers to them are dropped. */
function answerStale(state: GroupState, from: NodeId, message: RaftMessage): void {
  if (message.type === 'RequestVote') refuseVote(state, from, message);
  else if (isOfLeader(message)) answerStaleLeader(state, from, message);
}

function dispatch(state: GroupState, from: NodeId, message: RaftMessage): void {
  switch (message.type) {
    case 'RequestVote':
      handleRequestVote(state, from, message);
      break;
    case 'RequestVoteResponse':
      handleRequestVoteResponse(state, from, message);
      break;
    case 'AppendEntries':
      handleAppendEntries(state, from, message);
      break;
    case 'Heartbeat':
      handleHeartbeat(state, from, message);
      break;
    case 'AppendEntriesResponse':
      if (state.role === 'leader') handleAppendEntriesResponse(state, from, message);
      break;
    case 'HeartbeatResponse':
      if (state.role === 'leader') handleHeartbeatResponse(state, from, message);
      break;
    case 'TimeoutNow':
      handleTimeoutNow(state, from);
      break;
    case 'InstallSnapshot':
      handleInstallSnapshot(state, from, message);
      break;
    case 'InstallSnapshotResponse':
      if (state.role === 'leader') handleInstallSnapshotResponse(state, from, message);
      break;
    default:
      assertNever(message);
  }
}
