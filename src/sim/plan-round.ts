import { assert } from '../core/base/assert.ts';
import type { ClientActorId, NodeId } from '../core/base/ids.ts';
import type { ClientStep } from './client-shell.ts';
import { afterEvent, compareKeys, type EventKey, keyOfPlace } from './event-key.ts';
import type { InboundMessage } from './node-host.ts';
import { type InvokedOperation, invokeOperation } from './perform-action.ts';
import type { HostCall, Round, UndeliveredMessage } from './round.ts';
import type { ActionHandle, InboxMessage, NodeSlot, WorldState } from './world-state.ts';

/** The key of the next event of all; undefined: nothing is pending. */
export function nextKey(state: WorldState): EventKey | undefined {
  let next: EventKey | undefined = state.clientInbox.peek();
  for (const slot of state.slots) {
    // A frozen node does nothing of its own; what arrives for it does arrive.
    if (slot.held === undefined) next = earlier(next, slot.next);
    next = earlier(next, slot.inbox.peek());
  }
  for (const shell of state.clients.values()) next = earlier(next, shell.next);
  return next;
}

const earlier = (a: EventKey | undefined, b: EventKey | undefined): EventKey | undefined =>
  a === undefined ? b : b === undefined || compareKeys(a, b) <= 0 ? a : b;

export const roundOf = (end: EventKey, work: Partial<Omit<Round, 'end'>>): Round => ({
  calls: [],
  clientSteps: [],
  undelivered: [],
  invoked: [],
  ...work,
  end,
});

/** Exactly the event at the head. */
export function planOne(state: WorldState, head: EventKey): Round {
  const end = afterEvent(head);
  const client = state.clientInbox.peek();
  if (client !== undefined && compareKeys(client, head) === 0) return planClientMessage(state, end);
  for (const shell of state.clients.values()) {
    if (shell.next !== undefined && compareKeys(shell.next, head) === 0)
      return roundOf(end, { clientSteps: shell.run(end, 1) });
  }
  const slot = state.slot(head.target as NodeId);
  const inbox = slot.inbox.peek();
  const messages: InboundMessage[] = [];
  if (inbox !== undefined && compareKeys(inbox, head) === 0) {
    slot.inbox.pop();
    const lost = deliverToNode(state, slot, inbox, messages);
    if (lost !== undefined) return roundOf(end, { undelivered: [lost] });
    if (slot.held !== undefined) return roundOf(end, {});
  }
  const grant = { end, limit: 1, messages, ...state.grantSettings };
  return roundOf(end, { calls: [{ node: slot.id, type: 'grant', grant }] });
}

function planClientMessage(state: WorldState, end: EventKey): Round {
  const inbox = state.clientInbox.pop() as InboxMessage;
  const lost = deliverToClient(state, inbox);
  if (lost !== undefined) return roundOf(end, { undelivered: [lost] });
  const shell = state.client(inbox.target as ClientActorId);
  return roundOf(end, { clientSteps: shell.run(end, 1) });
}

/** All events before `end`, and the operations that begin among them, which are taken from `actions`. */
export function planWindow(state: WorldState, actions: ActionHandle[], end: EventKey): Round {
  const undelivered: UndeliveredMessage[] = [];
  const clientInbox = state.clientInbox;
  for (let inbox = clientInbox.peek(); inbox !== undefined && compareKeys(inbox, end) < 0; inbox = clientInbox.peek()) {
    clientInbox.pop();
    const lost = deliverToClient(state, inbox);
    if (lost !== undefined) undelivered.push(lost);
  }
  const clientSteps: ClientStep[] = [];
  const invoked = invokeUntil(state, actions, end, clientSteps);
  for (const shell of state.clients.values()) clientSteps.push(...shell.run(end, Number.MAX_SAFE_INTEGER));
  const calls: HostCall[] = [];
  for (const slot of state.slots) {
    const messages: InboundMessage[] = [];
    for (let inbox = slot.inbox.peek(); inbox !== undefined && compareKeys(inbox, end) < 0; inbox = slot.inbox.peek()) {
      slot.inbox.pop();
      const lost = deliverToNode(state, slot, inbox, messages);
      if (lost !== undefined) undelivered.push(lost);
    }
    const due = slot.held === undefined && slot.next !== undefined && compareKeys(slot.next, end) < 0;
    if (!due && messages.length === 0) continue;
    const grant = { end, limit: Number.MAX_SAFE_INTEGER, messages, ...state.grantSettings };
    calls.push({ node: slot.id, type: 'grant', grant });
  }
  return roundOf(end, { calls, clientSteps, undelivered, invoked });
}

/** The end of a window that may reach to `end`: an action that is more than a client's may touch any actor, so no window reaches beyond one. */
export function windowEnd(actions: readonly ActionHandle[], end: EventKey): EventKey {
  for (const { timed } of actions) {
    const key = keyOfPlace(timed);
    if (compareKeys(key, end) >= 0) break;
    if (!fitsInside(timed)) return key;
  }
  return end;
}

/** An operation touches its client alone. One that stands between the events of a microsecond is as rare as such a moment, and ends the window. */
const fitsInside = ({ action, after }: ActionHandle['timed']): boolean =>
  action.type === 'Operate' && after === undefined;

/** Operations that begin inside the window; before each, the clients live through what comes first. */
function invokeUntil(
  state: WorldState,
  actions: ActionHandle[],
  end: EventKey,
  clientSteps: ClientStep[],
): readonly InvokedOperation[] {
  const invoked: InvokedOperation[] = [];
  for (let next = actions[0]; next !== undefined; next = actions[0]) {
    const key = keyOfPlace(next.timed);
    if (compareKeys(key, end) >= 0) break;
    const { action } = next.timed;
    assert(action.type === 'Operate', 'any other action ends the window');
    actions.shift();
    state.log.push(next.timed);
    for (const shell of state.clients.values()) clientSteps.push(...shell.run(key, Number.MAX_SAFE_INTEGER));
    invoked.push(invokeOperation(state, next, action));
  }
  return invoked;
}

/** Into the grant's messages, or to where a frozen node's wait. */
function deliverToNode(
  state: WorldState,
  slot: NodeSlot,
  inbox: InboxMessage,
  messages: InboundMessage[],
): UndeliveredMessage | undefined {
  const reason = state.obstacleOf(inbox);
  if (reason !== undefined) return { ...inbox, reason };
  if (slot.held !== undefined) return state.hold(slot.held, inbox);
  messages.push(inbox.message);
  return undefined;
}

function deliverToClient(state: WorldState, inbox: InboxMessage): UndeliveredMessage | undefined {
  const reason = state.obstacleOf(inbox);
  if (reason !== undefined) return { ...inbox, reason };
  state.client(inbox.target as ClientActorId).deliver(inbox.message);
  return undefined;
}
