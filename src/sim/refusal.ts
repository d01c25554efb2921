import type { Micros, NodeId } from '../core/base/ids.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

/** Why an action is not carried out. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
}

export const unknownActor = (name: string): Refusal => ({ code: 'UnknownNode', text: `there is no node ${name}` });

export const blankNode = (node: NodeId, shard: string): Refusal => ({
  code: 'NodeBlank',
  text: `n${node} is blank: its disk was wiped, and its copy of ${shard} with it, so it can neither vote nor lead there`,
});

/** Reports that an action was not refused. */
export function taken(state: WorldState, handle: ActionHandle, timeUs: Micros): void {
  state.emit({ timeUs, type: 'ActionTaken', action: handle.timed.action });
}
