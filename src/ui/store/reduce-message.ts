import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { DROPS_KEPT, MESSAGES_MAX } from './view-model.ts';

/** Messages under way, and the last ones that never arrived. */
export function reduceMessage(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'MessageSent': {
      const { id, from, to, deliverAtUs, items } = event;
      const messages = draft.messages();
      messages.set(id, { id, from, to, sentAtUs: event.timeUs, deliverAtUs, items });
      // Only a report that was lost could leave a message behind for ever; the oldest go first.
      if (messages.size > MESSAGES_MAX) {
        const oldest = messages.keys().next();
        if (oldest.done !== true) messages.delete(oldest.value);
      }
      return;
    }
    case 'MessageDelivered':
      draft.messages().delete(event.id);
      return;
    case 'MessageDropped': {
      const message = draft.view.messages.get(event.id);
      if (message === undefined) return;
      draft.messages().delete(event.id);
      draft.drops = [...draft.view.drops, { ...message, droppedAtUs: event.timeUs, reason: event.reason }].slice(
        -DROPS_KEPT,
      );
      return;
    }
    case 'MessageDelayed': {
      const message = draft.view.messages.get(event.id);
      if (message !== undefined) draft.messages().set(event.id, { ...message, deliverAtUs: event.deliverAtUs });
      return;
    }
    case 'DetailsOmitted':
      // From here on nobody tells what becomes of them; those still in flight are told anew when messages are told again.
      draft.forgetMessages();
      return;
    default:
  }
}
