import type { Action } from '../core/cluster/action.ts';
import { type Refusal, taken } from './refusal.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

type Break = Extract<Action, { readonly type: 'Break' }>;

/** Clients see it at once; nodes are told with their next grant, before they do anything else, and whoever starts later from its beginning. */
export function setBreak(state: WorldState, handle: ActionHandle, { name, on }: Break): Refusal | undefined {
  const { timeUs } = handle.timed;
  if (state.breaks.has(name) === on) return { code: 'NothingToDo', text: `${name} is ${on ? 'on' : 'off'} already` };
  state.setBreak(name, on);
  taken(state, handle, timeUs);
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}
