import type { Micros, NodeId } from '../core/base/ids.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { atTime } from './event-key.ts';
import { HeldMessages } from './held-messages.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import type { ActionHandle, InboxMessage, NodeSlot, WorldState } from './world-state.ts';

/** The process stands still from here on: the world gives it no event, and keeps what arrives for it. */
export function freezeNow(state: WorldState, handle: ActionHandle, node: NodeId, timeUs: Micros): Refusal | undefined {
  const slot = state.slots[node - 1];
  const name = nodeName(node);
  if (slot === undefined) return unknownActor(name);
  if (slot.state !== 'up') return { code: 'AlreadyDown', text: `${name} is down: there is nothing to freeze` };
  if (slot.held !== undefined) return { code: 'AlreadyFrozen', text: `${name} is frozen already` };
  taken(state, handle, timeUs);
  const leads = state.view.shardsLedBy(node);
  slot.held = new HeldMessages();
  state.emit({ timeUs, type: 'NodeFrozen', node, leads });
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

/**
 * The process goes on. First it takes the messages that have arrived, of each sender in the order of their sending, a microsecond later whatever
 * of its own has come due: timers, and what its disk has done. A process that wakes up cannot know which of the two is older, and a request that
 * is served before the timer that would have ended a leadership is the harder test.
 */
export function thawNow(state: WorldState, handle: ActionHandle, node: NodeId): Refusal | undefined {
  const slot = state.slots[node - 1];
  const name = nodeName(node);
  if (slot === undefined) return unknownActor(name);
  if (slot.state !== 'up') return { code: 'AlreadyDown', text: `${name} is down: REVIVE starts it` };
  const { held } = slot;
  if (held === undefined) return { code: 'NotFrozen', text: `${name} is not frozen` };
  const { timeUs, after } = handle.timed;
  // As a revival: after all that has happened at this moment.
  const wokenUs = after === undefined ? timeUs : timeUs + 1;
  taken(state, handle, timeUs);
  slot.held = undefined;
  for (const item of held.values()) slot.inbox.push(delayed(item, wokenUs));
  state.emit({ timeUs, type: 'NodeThawed', node, waited: held.size });
  const grant = { end: atTime(0), limit: 0, messages: [], ...state.grantSettings, dueFromUs: wokenUs + 1 };
  state.hostCalls.push({ node, type: 'grant', grant });
  return undefined;
}

const delayed = (item: InboxMessage, timeUs: Micros): InboxMessage => ({
  ...item,
  timeUs,
  message: { ...item.message, timeUs },
  arrivedUs: item.timeUs,
});

/** Why the node's process takes nothing that somebody asks of it now; undefined: it does. */
export function standstillOf({ id, state, held }: NodeSlot): Refusal | undefined {
  const name = nodeName(id);
  if (state !== 'up') return { code: 'TargetDown', text: `${name} is down: its disk stands still` };
  return held && { code: 'TargetFrozen', text: `${name} is frozen and takes nothing. THAW ${name} wakes it` };
}
