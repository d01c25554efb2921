import { assert } from '../base/assert.ts';
import { type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import { isVoter } from './configuration.ts';
import { startElection } from './election.ts';
import type { GroupState } from './group-state.ts';
import type { Progress } from './progress.ts';

/** A leadership transfer under way (dissertation §3.10). */
export interface Transfer {
  readonly to: NodeId;
  /** Then it is given up. */
  readonly untilUs: Micros;
  /** The target was told to stand. */
  asked: boolean;
}

/**
 * From here on no proposal comes in, so that the target's log can become as complete as the leader's. One whose state machine is lost would have
 * nothing to serve from.
 */
export function startTransfer(state: GroupState, to: NodeId): void {
  const progress = state.progress.get(to);
  if (state.role !== 'leader' || progress === undefined || state.transfer?.to === to) return;
  if (!isVoter(state.configuration, to) || progress.snapshotFrom > 0) return;
  abortTransfer(state);
  state.transfer = { to, untilUs: state.nowUs + state.options.electionTimeoutUsMax, asked: false };
  state.events.push({ type: 'TransferStarted', term: state.currentTerm, to });
  progress.appendWanted = true;
  state.appendDue = true;
  continueTransfer(state, to, progress);
}

/** A follower acknowledged entries: once the target has all of them on its disk it is told to stand. */
export function continueTransfer(state: GroupState, follower: NodeId, { matchIndex }: Progress): void {
  if (state.transfer?.to !== follower || matchIndex < state.log.lastIndex) return;
  state.transfer.asked = true;
  // Whoever stands by this order gets votes in spite of all promises, as late as the order may arrive: no lease in this term any more.
  state.timeoutNowSent = true;
  state.send(follower, { type: 'TimeoutNow', term: state.currentTerm });
}

/** Asked at every heartbeat: a target that is down or cut off must not stop the shard for longer than an election would. */
export function endOverdueTransfer(state: GroupState): void {
  if (state.transfer !== undefined && state.nowUs >= state.transfer.untilUs) abortTransfer(state);
}

function abortTransfer(state: GroupState): void {
  if (state.transfer === undefined) return;
  const { to, asked } = state.transfer;
  state.transfer = undefined;
  state.events.push({ type: 'TransferAborted', term: state.currentTerm, to, asked });
}

/** Its leader wants it to lead: no pre-vote, which that leader's followers would refuse. The message is of currentTerm. */
export function handleTimeoutNow(state: GroupState, from: NodeId): void {
  assert(state.role !== 'leader' && from !== NO_NODE, 'a term has one leader');
  if (state.mayStand && !state.standsLast) startElection(state, from);
}
