import type { Action, ClockChange } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { CLOCK_RATE_ERROR_PPM_MAX } from '../core/node/config.ts';
import { atTime } from './event-key.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

type Clock = Extract<Action, { readonly type: 'Clock' }>;

/** Sets a node's clocks. Its process, if it runs, is told at the action's very place; one that starts later finds them so. */
export function changeClock(
  state: WorldState,
  handle: ActionHandle,
  { node, offsetUs, ratePpm }: Clock,
): Refusal | undefined {
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(nodeName(node));
  const refused = tooFast(ratePpm);
  if (refused !== undefined) return refused;
  const { timeUs } = handle.timed;
  const change: ClockChange = {
    ...(offsetUs !== undefined && { offsetUs }),
    ...(ratePpm !== undefined && { ratePpm }),
  };
  taken(state, handle, timeUs);
  slot.clock = slot.clock.changedAt(timeUs, change);
  state.emit({ timeUs, type: 'ClockChanged', node, ...slot.clock.errorAt(timeUs) });
  if (slot.state === 'down') {
    state.finish(handle, { type: 'Applied', timeUs });
    return undefined;
  }
  const grant = { end: atTime(0), limit: 0, messages: [], ...state.grantSettings, clock: slot.clock.setting };
  state.hostCalls.push({ node, type: 'grant', grant });
  return undefined;
}

/** Leases and promises are only as good as the bound that they allow for: no clock of a run goes beyond it. */
function tooFast(ratePpm = 0): Refusal | undefined {
  if (Math.abs(ratePpm) <= CLOCK_RATE_ERROR_PPM_MAX) return undefined;
  const bound = `${CLOCK_RATE_ERROR_PPM_MAX / 10_000} %`;
  const text = `a drift of ${ratePpm / 10_000} % is beyond ρ = ${bound}, the most that leases allow for: a lease could outlive its promises`;
  return { code: 'BeyondDriftBound', text };
}
