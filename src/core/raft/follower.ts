import { assert } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import type { Entry } from './entry.ts';
import type { GroupState } from './group-state.ts';
import { promise } from './lease.ts';
import type { AppendEntries, AppendEntriesResponse, Heartbeat, InstallSnapshot } from './message.ts';
import { becomeFollower, restartElectionTimer } from './role.ts';

/** §5.3, the receiver's side. The message is of currentTerm. */
export function handleAppendEntries(state: GroupState, from: NodeId, message: AppendEntries): void {
  heardFromLeader(state, from);
  const { log } = state;
  const { prevLogIndex, entries } = message;
  if (prevLogIndex < state.commitIndex) {
    // Delayed or sent twice: what is committed matches anyway, and is never looked at again.
    accept(state, from, state.commitIndex, message);
  } else if (log.termAt(prevLogIndex) !== message.prevLogTerm) {
    refuse(state, from, message);
  } else {
    // Only what this message verified counts: beyond it the own log may still differ from the leader's.
    const verifiedIndex = prevLogIndex + entries.length;
    merge(state, prevLogIndex, entries);
    state.commitTo(Math.min(message.leaderCommit, verifiedIndex));
    accept(state, from, verifiedIndex, message);
  }
}

/** The leader knows that this log matches up to leaderCommit, or it would not have sent it. */
export function handleHeartbeat(state: GroupState, from: NodeId, message: Heartbeat): void {
  heardFromLeader(state, from);
  const { readContext, sentUs } = message;
  state.commitTo(message.leaderCommit);
  const { currentTerm: term, snapshotFrom } = state;
  state.send(from, { type: 'HeartbeatResponse', term, readContext, sentUs, snapshotFrom });
}

/** Figure 13. A log that holds the snapshot's last entry needs none: what the snapshot holds is committed. Unless its state machine is lost. */
export function handleInstallSnapshot(state: GroupState, from: NodeId, message: InstallSnapshot): void {
  heardFromLeader(state, from);
  const { index, term } = message.lastIncluded;
  if (state.log.termAt(index) === term) state.commitTo(index);
  const isWanted = state.snapshotFrom > 0 && index >= state.snapshotFrom;
  if (index <= state.commitIndex && !isWanted) accept(state, from, state.commitIndex, PIECE);
  else state.snapshotMessages.push({ from, message });
}

/** The snapshot is installed, and will be on record: the leader goes on from there. */
export function acceptSnapshot(state: GroupState): void {
  if (state.leader !== NO_NODE && state.role === 'follower') accept(state, state.leader, state.commitIndex, PIECE);
}

/**
 * The sender leads an older term. It is told so, even though a deposed leader deserves no answer: with PreVote and CheckQuorum a node that
 * got ahead in term could otherwise neither join nor win (etcd, "free stuck candidate").
 */
export function answerStaleLeader(
  state: GroupState,
  from: NodeId,
  message: AppendEntries | Heartbeat | InstallSnapshot,
): void {
  const term = state.currentTerm;
  if (message.type === 'AppendEntries') state.send(from, response(term, false, message.prevLogIndex, 0, 0, 0));
  else state.send(from, { type: 'HeartbeatResponse', term, readContext: 0, sentUs: 0, snapshotFrom: 0 });
}

function heardFromLeader(state: GroupState, from: NodeId): void {
  assert(state.role !== 'leader', 'a term has one leader');
  assert(state.leader === NO_NODE || state.leader === from, 'a term has one leader');
  if (state.role !== 'follower' || state.leader !== from) {
    becomeFollower(state, state.currentTerm, from, 'heard from the leader', from);
  } else {
    restartElectionTimer(state);
  }
  promise(state);
}

/** §5.3: an existing entry that conflicts is deleted with all that follow it; without a conflict nothing is, as this may be an old message. */
function merge(state: GroupState, prevLogIndex: LogIndex, entries: readonly Entry[]): void {
  const { log } = state;
  assert(entries.length === 0 || entries[0]?.index === prevLogIndex + 1, 'entries follow prevLogIndex');
  const firstNew = log.firstNew(entries);
  if (firstNew === entries.length) return;
  const fresh = firstNew === 0 ? entries : entries.slice(firstNew);
  const from = prevLogIndex + 1 + firstNew;
  const conflicts = from <= log.lastIndex;
  assert(!conflicts || from > state.commitIndex, 'a committed entry is never truncated');
  state.appendToLog(fresh, conflicts ? from : 0);
}

/** A piece of a snapshot does not say when it left: the promise it brings is one that no lease counts on, as heartbeats go on meanwhile. */
const PIECE = { sentUs: 0 };

function accept(state: GroupState, from: NodeId, index: LogIndex, { sentUs }: Pick<AppendEntries, 'sentUs'>): void {
  // The leader counts this answer towards commitment, so the entries are durable before it leaves.
  state.sendAfterPersist(from, response(state.currentTerm, true, index, 0, 0, sentUs));
}

/** End of §5.3: the term of the conflict and the first index that may hold it let the leader skip the whole term at once. */
function refuse(state: GroupState, from: NodeId, { prevLogIndex, sentUs }: AppendEntries): void {
  const { log } = state;
  const conflictTerm = log.termAt(prevLogIndex) ?? 0;
  const conflictIndex =
    conflictTerm === 0 ? log.lastIndex + 1 : log.lastIndexWithTermAtMost(prevLogIndex, conflictTerm - 1) + 1;
  state.send(from, response(state.currentTerm, false, prevLogIndex, conflictTerm, conflictIndex, sentUs));
}

function response(
  term: number,
  success: boolean,
  index: LogIndex,
  conflictTerm: number,
  conflictIndex: LogIndex,
  sentUs: Micros,
): AppendEntriesResponse {
  return { type: 'AppendEntriesResponse', term, success, index, conflictTerm, conflictIndex, sentUs };
}
