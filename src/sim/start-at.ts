import type { ActionHandle, NodeSlot, WorldState } from './world-state.ts';

/** Where others have happened at this moment, the process starts after all of it: what is next never has a key behind what was last. */
export function startAt(state: WorldState, { timed }: ActionHandle, slot: NodeSlot): void {
  state.startNode(slot, timed.after === undefined ? timed.timeUs : timed.timeUs + 1);
}
