import type { Micros } from '../core/base/ids.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

/** Why an action is not carried out. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
}

export const unknownActor = (name: string): Refusal => ({ code: 'UnknownNode', text: `there is no node ${name}` });

/** Reports that an action was not refused. */
export function taken(state: WorldState, handle: ActionHandle, timeUs: Micros): void {
  state.emit({ timeUs, type: 'ActionTaken', action: handle.timed.action });
}
