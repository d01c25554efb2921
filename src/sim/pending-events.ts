import type { OwnEventType, PendingEvent } from '../core/cluster/pending-event.ts';
import { decodeEnvelope } from '../core/node/codec.ts';
import { describeMessage } from './describe-message.ts';
import { compareKeys, type EventKey } from './event-key.ts';
import { type InboxMessage, messageId, type WorldState } from './world-state.ts';

type Keyed = { readonly key: EventKey; readonly event: PendingEvent };

/** What can happen next, in the order in which it would. Of the nodes: what each told last, so that they must have been asked just now. */
export function pendingEvents(state: WorldState): readonly PendingEvent[] {
  const { slots, clients, clientInbox } = state;
  const inFlight = [...clientInbox.values(), ...slots.flatMap((slot) => slot.inbox.values())];
  const own = slots.flatMap((slot) =>
    slot.state !== 'up' || slot.held !== undefined
      ? []
      : slot.own.map(({ type, timeUs, sequence }) =>
          ownEvent(state, type, { timeUs, target: slot.id, origin: slot.id, sequence }),
        ),
  );
  // Messages do not wait inside a client: what it has of its own is its timer.
  const timers = [...clients.values()].flatMap(({ next }) =>
    next === undefined ? [] : [ownEvent(state, 'Timer', next)],
  );
  return [...inFlight.map((item) => messageEvent(state, item)), ...own, ...timers]
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ event }) => event);
}

const ownEvent = (state: WorldState, type: OwnEventType, key: EventKey): Keyed => ({
  key,
  event: { dueUs: key.timeUs, type, at: state.actors.nameOf(key.target), sequence: key.sequence },
});

function messageEvent(state: WorldState, item: InboxMessage): Keyed {
  const { message, target } = item;
  const { origin, sequence, bytes } = message;
  return {
    key: item,
    event: {
      dueUs: item.timeUs,
      type: 'Message',
      id: messageId(origin, sequence),
      from: state.actors.nameOf(origin),
      to: state.actors.nameOf(target),
      sequence,
      items: decodeEnvelope(bytes).map(describeMessage),
      obstacle: state.obstacleOf(item) ?? (isFrozen(state, target) ? 'target is frozen' : undefined),
    },
  };
}

const isFrozen = (state: WorldState, actor: number): boolean => state.slots[actor - 1]?.held !== undefined;
