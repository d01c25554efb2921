import type { ActorId } from '../base/ids.ts';
import type { Effect } from './effect.ts';
import type { Message } from './message.ts';

interface Envelope {
  readonly type: 'Send';
  readonly to: ActorId;
  readonly messages: Message[];
}

/** What one step sends: all messages to one receiver leave in one envelope, receivers in the order of their first message. */
export class Outbox {
  /** One per receiver: so few in a step that looking through them is quicker than a Map. */
  private readonly envelopes: Envelope[] = [];

  push(to: ActorId, message: Message): void {
    for (const envelope of this.envelopes) {
      if (envelope.to !== to) continue;
      envelope.messages.push(message);
      return;
    }
    this.envelopes.push({ type: 'Send', to, messages: [message] });
  }

  flushInto(effects: Effect[]): void {
    if (this.envelopes.length === 0) return;
    for (const envelope of this.envelopes) effects.push(envelope);
    this.envelopes.length = 0;
  }
}
