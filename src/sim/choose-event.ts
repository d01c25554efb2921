import { isClient, type Micros, type NodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { atTime } from './event-key.ts';
import { standstillOf } from './freeze-node.ts';
import { messageId } from './message-trace.ts';
import type { AskedInput, Grant } from './node-host.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import type { ActionHandle, InboxMessage, WorldState } from './world-state.ts';

type Deliver = Extract<Action, { readonly type: 'Deliver' }>;
/** How a message in flight is named: by its link and its sender's counter. */
type Named = Pick<Deliver, 'from' | 'to' | 'sequence'>;
type Drop = Extract<Action, { readonly type: 'Drop' }>;
type Delay = Extract<Action, { readonly type: 'Delay' }>;
type CompleteWrite = Extract<Action, { readonly type: 'CompleteWrite' }>;

/** Takes one message out of its inbox and has it processed at once. All other events keep their times. */
export function deliverNow(
  state: WorldState,
  handle: ActionHandle,
  action: Deliver,
  timeUs: Micros,
): Refusal | undefined {
  const inFlight = find(state, action);
  const link = `${action.from}>${action.to}`;
  if ('code' in inFlight) return inFlight;
  const { item, inbox } = inFlight;
  const obstacle = state.obstacleOf(item);
  if (obstacle !== undefined)
    return {
      code: obstacle === 'link is cut' ? 'LinkCut' : 'TargetDown',
      text: `message ${action.sequence} of ${link} would be lost: ${obstacle}`,
    };
  const { target } = item;
  const refused = isClient(target) ? undefined : standstillOf(state.slot(target as NodeId));
  if (refused !== undefined) return refused;
  inbox.remove(item);
  taken(state, handle, timeUs);
  const message = { ...item.message, timeUs };
  if (isClient(target)) {
    state.absorbClient(state.client(target).receive(message));
    state.finish(handle, { type: 'Applied', timeUs });
  } else state.hostCalls.push(grantOf(state, target as NodeId, { type: 'Message', message }));
  return undefined;
}

/** Loses one message, wherever it is on its way. Nobody is told: to its receiver it was never sent. */
export function dropMessage(
  state: WorldState,
  handle: ActionHandle,
  action: Drop,
  timeUs: Micros,
): Refusal | undefined {
  const inFlight = find(state, action);
  if ('code' in inFlight) return inFlight;
  const { item, inbox } = inFlight;
  inbox.remove(item);
  taken(state, handle, timeUs);
  state.traceDrop(timeUs, messageId(item.message.origin, item.message.sequence), 'dropped by hand');
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

/** Has one message arrive later than it would. It keeps its number, so that its key differs by its time alone. */
export function delayMessage(
  state: WorldState,
  handle: ActionHandle,
  action: Delay,
  timeUs: Micros,
): Refusal | undefined {
  const inFlight = find(state, action);
  if ('code' in inFlight) return inFlight;
  const { item, inbox } = inFlight;
  const deliverAtUs = item.timeUs + action.byUs;
  inbox.remove(item);
  inbox.push({ ...item, timeUs: deliverAtUs, message: { ...item.message, timeUs: deliverAtUs } });
  taken(state, handle, timeUs);
  state.traceDelay(timeUs, messageId(item.message.origin, item.message.sequence), deliverAtUs);
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

/** Has the write under way on a node's disk completed at once. Whether it is the one that was meant, the node's reply says. */
export function completeWriteNow(
  state: WorldState,
  { node, sequence }: CompleteWrite,
  timeUs: Micros,
): Refusal | undefined {
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(`n${node}`);
  const refused = standstillOf(slot);
  if (refused !== undefined) return refused;
  state.hostCalls.push(grantOf(state, node, { type: 'Write', sequence, timeUs }));
  return undefined;
}

/** Hands a node what somebody asks of it, as its next event. */
export function askNow(state: WorldState, node: NodeId, input: AskedInput, timeUs: Micros): Refusal | undefined {
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(`n${node}`);
  const refused = standstillOf(slot);
  if (refused !== undefined) return refused;
  state.hostCalls.push(grantOf(state, node, { type: 'Asked', input, timeUs }));
  return undefined;
}

/** Just the chosen event, and nothing of what is due. */
const grantOf = (
  state: WorldState,
  node: NodeId,
  chosen: NonNullable<Grant['chosen']>,
): WorldState['hostCalls'][0] => ({
  node,
  type: 'grant',
  grant: { end: atTime(0), limit: 0, messages: [], ...state.grantSettings, chosen },
});

type Found = { readonly item: InboxMessage; readonly inbox: WorldState['clientInbox'] };

function find(state: WorldState, action: Named): Found | Refusal {
  const found = inboxes(state).find(({ item }) => isNamed(state, item, action));
  const text = `message ${action.sequence} of ${action.from}>${action.to} is not in flight`;
  return found ?? { code: 'NotInFlight', text };
}

function inboxes(state: WorldState) {
  return [state.clientInbox, ...state.slots.map((slot) => slot.inbox)].flatMap((inbox) =>
    inbox.values().map((item) => ({ item, inbox })),
  );
}

/** Compared by names: a name that nobody has makes no client. */
const isNamed = (state: WorldState, { message, target }: InboxMessage, { from, to, sequence }: Named): boolean =>
  message.sequence === sequence && state.actors.nameOf(message.origin) === from && state.actors.nameOf(target) === to;
