import type { ActorId } from '../core/base/ids.ts';
import type { InboxMessage } from './world-state.ts';

/** What a frozen node's machine keeps for its process, of each sender: as much as the receive buffer of one of its sockets. */
export const HELD_BYTES_MAX = 65_536;

/** Messages that have arrived at a frozen node, in the order of their arrival. */
export class HeldMessages {
  private readonly messages: InboxMessage[] = [];
  private readonly bytes = new Map<ActorId, number>();

  get size(): number {
    return this.messages.length;
  }

  /** @returns false when there is no room left for what this sender sends: the message is lost */
  take(item: InboxMessage): boolean {
    const { origin, bytes } = item.message;
    const held = (this.bytes.get(origin) ?? 0) + bytes.length;
    // One that is larger than all the room there is has it to itself, else it could never arrive.
    if (held > HELD_BYTES_MAX && held > bytes.length) return false;
    this.bytes.set(origin, held);
    this.messages.push(item);
    return true;
  }

  values(): readonly InboxMessage[] {
    return this.messages;
  }
}
