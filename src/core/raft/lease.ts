import type { Micros } from '../base/ids.ts';
import { agreedValue } from './agreement.ts';
import type { GroupState } from './group-state.ts';
import type { Progress } from './progress.ts';
import type { RaftOptions } from './raft-options.ts';

// Leader leases (dissertation §6.4.1). Whoever hears from its leader promises to help nobody to be elected for electionTimeoutUsMin of its own
// clock. With a quorum's promises no other leader can be elected, so that what this leader has committed is all there is. The promise
// begins when the message arrives, so the lease may begin when it left, which is known here; and it must end first on any two clocks
// within ρ: this one slow, that one fast. Two things undo a promise: the voter goes down (it then keeps still for as long as any
// promise could last) and the leader itself, by TimeoutNow (it claims no lease from then on, see `transfer.ts`).

/** A follower that has just heard from the leader of its term. */
export function promise(state: GroupState): void {
  state.promisedUntilUs = state.nowUs + state.options.electionTimeoutUsMin;
}

/** Leader stickiness, kept over a change of term too: a stray answer of a later term must not undo what was promised (§6.2, §4.2.3). */
export const hasPromised = (state: GroupState): boolean =>
  state.role === 'leader' || state.nowUs < state.promisedUntilUs;

/** The follower answered what was sent at `sentUs`; 0: it promises nothing. */
export function renewLease(state: GroupState, progress: Progress, sentUs: Micros): void {
  if (sentUs <= progress.promisedFromUs) return;
  progress.promisedFromUs = sentUs;
  countPromises(state);
}

/** Also when the configuration changes: new voters have promised nothing yet. A leader votes for nobody else: its own promise is always new. */
export function countPromises(state: GroupState): void {
  state.leaseFromUs = agreedValue(state, state.nowUs, promisedFromUs);
}

const promisedFromUs = (follower: Progress): Micros => follower.promisedFromUs;

/** When the lease ends unless it is renewed; 0 = there is none. */
export function leaseUntil(state: GroupState): Micros {
  if (state.role !== 'leader' || state.transfer !== undefined || state.timeoutNowSent) return 0;
  if (!state.hasCommittedInTerm) return 0;
  if (state.isOnlyVoter) return Number.MAX_SAFE_INTEGER;
  return state.leaseFromUs === 0 ? 0 : state.leaseFromUs + leaseUs(state.options);
}

/** Clocks are read in whole microseconds: two readings of each may be off by one together. */
const CLOCK_GRAIN_US = 2;

/** electionTimeoutUsMin × (1−ρ)/(1+ρ), rounded down. */
function leaseUs({ electionTimeoutUsMin, clockRateErrorPpmMax, breaks }: RaftOptions): Micros {
  const ratePpmMax = breaks.has('lease-without-drift-bound') ? 0 : clockRateErrorPpmMax;
  const share = (1_000_000 - ratePpmMax) / (1_000_000 + ratePpmMax);
  return Math.max(0, Math.floor(electionTimeoutUsMin * share) - CLOCK_GRAIN_US);
}
