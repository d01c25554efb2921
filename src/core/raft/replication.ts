import { assert, must } from '../base/assert.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import { agreedValue } from './agreement.ts';
import type { GroupState } from './group-state.ts';
import { renewLease } from './lease.ts';
import type { AppendEntriesResponse, HeartbeatResponse, InstallSnapshotResponse } from './message.ts';
import type { Progress } from './progress.ts';
import { NO_ENTRIES } from './raft-log.ts';
import { continueReconfiguration, releaseLeavers } from './reconfigure.ts';
import { reportProgress, sendHeartbeat } from './role.ts';
import { continueTransfer } from './transfer.ts';

/** Every follower gets what it is owed. Entries leave before they are durable here (dissertation §10.2.1): the own match waits for that. */
export function sendAppends(state: GroupState): void {
  state.appendDue = false;
  for (const [follower, progress] of state.progress) {
    // A pipeline: as many as the window allows.
    let sent = true;
    while (sent) sent = maybeSendAppend(state, follower, progress);
  }
}

export function sendHeartbeats(state: GroupState): void {
  state.heartbeatDue = false;
  const readContext = state.reads.round;
  for (const [follower, { matchIndex }] of state.progress) sendHeartbeat(state, follower, matchIndex, readContext);
}

/** An answer of currentTerm to its leader. */
export function handleAppendEntriesResponse(state: GroupState, from: NodeId, response: AppendEntriesResponse): void {
  const progress = answered(state, from, response.sentUs);
  if (progress === undefined) return;
  if (response.success) {
    assert(response.index <= state.log.lastIndex, 'a follower verified only what this leader sent');
    if (!progress.matched(response.index, state.log.base.index)) return;
    maybeCommit(state);
    if (state.role !== 'leader') return;
    releaseLeavers(state);
    continueTransfer(state, from, progress);
  } else if (!progress.refused(response.index, backtrack(state, response))) {
    return;
  }
  state.appendDue = true;
  reportProgress(state, from, progress);
}

/** A follower that answers but lags may have missed an AppendEntries: the next one finds out. */
export function handleHeartbeatResponse(state: GroupState, from: NodeId, response: HeartbeatResponse): void {
  const progress = answered(state, from, response.sentUs);
  if (progress === undefined) return;
  progress.snapshotFrom = response.snapshotFrom;
  progress.probeSent = false;
  if (progress.mode === 'probe' || progress.matchIndex < state.log.lastIndex) {
    progress.appendWanted = true;
    state.appendDue = true;
  }
  if (response.readContext > progress.readContext) {
    progress.readContext = response.readContext;
    confirmReads(state);
  }
}

export function handleInstallSnapshotResponse(state: GroupState, from: NodeId, message: InstallSnapshotResponse): void {
  const progress = answered(state, from, 0);
  const isAwaited = progress?.mode === 'snapshot' || (progress?.snapshotFrom ?? 0) > 0;
  if (isAwaited) state.snapshotMessages.push({ from, message });
}

/** Figure 2, "Rules for Servers: Leaders", last rule. */
export function maybeCommit(state: GroupState): void {
  const { log, options } = state;
  // Where the leader votes it counts, like the others, only what its disk holds.
  const index = agreedValue(state, log.persistedIndex, matchIndex);
  if (index <= state.commitIndex) return;
  // §5.4.2: only entries of the current term are committed by counting; older ones come with them (Figure 8).
  const isOwn = log.termAt(index) === state.currentTerm;
  if (!isOwn && !options.breaks.has('commit-by-count')) return;
  state.commitTo(index);
  state.appendDue = true;
  if (state.reads.registerHeld(index)) startReadRound(state);
  continueReconfiguration(state);
}

/** One round of heartbeats confirms every read registered so far. */
export function startReadRound(state: GroupState): void {
  state.heartbeatDue = state.progress.size > 0;
  confirmReads(state);
}

/** A read is served when a quorum, the leader included, confirmed its leadership after the read was registered. */
function confirmReads(state: GroupState): void {
  const { reads, options } = state;
  const confirmed = options.breaks.has('no-readindex') ? reads.round : agreedValue(state, reads.round, readContext);
  reads.confirm(confirmed, state.readStates);
}

function maybeSendAppend(state: GroupState, to: NodeId, progress: Progress): boolean {
  const { log, options, commitIndex } = state;
  const isNewcomer = progress.nextIndex === 1 && !state.beganWith(to);
  if (progress.nextIndex <= log.base.index || isNewcomer) progress.needsSnapshot();
  const paused = progress.isPaused;
  if (paused && !(progress.appendWanted && progress.mode === 'replicate')) return false;
  const hasNews = !paused && (progress.nextIndex <= log.lastIndex || progress.sentCommit < commitIndex);
  if (!hasNews && !progress.appendWanted) return false;
  const { nextIndex } = progress;
  const entries =
    paused || nextIndex > log.lastIndex
      ? NO_ENTRIES
      : log.sliceForAppend(nextIndex, options.entriesPerAppendMax, options.bytesPerAppendMax);
  const prevLogIndex = nextIndex - 1;
  const prevLogTerm = must(log.termAt(prevLogIndex), 'the entry before nextIndex is in the log');
  state.send(to, {
    type: 'AppendEntries',
    term: state.currentTerm,
    prevLogIndex,
    prevLogTerm,
    entries,
    leaderCommit: commitIndex,
    sentUs: state.nowUs,
  });
  progress.sent(prevLogIndex + entries.length, entries.length, commitIndex);
  // Entries that are sent ahead of their answers move nextIndex at once.
  if (progress.nextIndex !== nextIndex) reportProgress(state, to, progress);
  return true;
}

/** Undefined: the answer of one that has left the group. */
function answered(state: GroupState, from: NodeId, sentUs: Micros): Progress | undefined {
  const progress = state.progress.get(from);
  if (progress === undefined) return undefined;
  progress.lastAnswerUs = state.nowUs;
  renewLease(state, progress, sentUs);
  return progress;
}

const matchIndex = (follower: Progress): LogIndex => follower.matchIndex;
const readContext = (follower: Progress): number => follower.readContext;

/**
 * Where the logs may agree, from a refusal (end of §5.3): after the leader's last entry of conflictTerm, if it has one; else before the
 * follower's first entry of that term.
 */
function backtrack(state: GroupState, { index, conflictTerm, conflictIndex }: AppendEntriesResponse): LogIndex {
  if (conflictTerm === 0) return conflictIndex;
  const { log } = state;
  const last = log.lastIndexWithTermAtMost(index, conflictTerm);
  return log.termAt(last) === conflictTerm ? last + 1 : Math.min(last + 1, conflictIndex);
}
