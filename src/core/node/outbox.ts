import type { ActorId } from '../base/ids.ts';
import type { Effect } from './effect.ts';
import type { Message } from './message.ts';

/** What one step sends: all messages to one receiver leave in one envelope, receivers in the order of their first message. */
export class Outbox {
  private readonly byReceiver = new Map<ActorId, Message[]>();

  push(to: ActorId, message: Message): void {
    const queued = this.byReceiver.get(to);
    if (queued === undefined) this.byReceiver.set(to, [message]);
    else queued.push(message);
  }

  flushInto(effects: Effect[]): void {
    if (this.byReceiver.size === 0) return;
    for (const [to, messages] of this.byReceiver) effects.push({ type: 'Send', to, messages });
    this.byReceiver.clear();
  }
}
