import type { Micros } from '../base/ids.ts';
import type { ActorName } from './action.ts';
import type { DropReason, MessageItem } from './trace-event.ts';

/** An event that will come by itself. `dueUs`: the virtual time at which it does. */
export type PendingEvent = { readonly dueUs: Micros } & (
  | {
      readonly type: 'Message';
      /** As trace events name it. */
      readonly id: number;
      readonly from: ActorName;
      readonly to: ActorName;
      /** The sender's own counter: the later of two messages has the higher number. */
      readonly sequence: number;
      readonly items: readonly MessageItem[];
      /** Why nobody would get it if it arrived now, or not before its node is thawed. */
      readonly obstacle: Extract<DropReason, 'link is cut' | 'target is down'> | 'target is frozen' | undefined;
    }
  | {
      readonly type: OwnEventType;
      readonly at: ActorName;
      /** Counted by the node's process or the client: names the event among its own. */
      readonly sequence: number;
    }
);

/**
 * What happens inside one node or client. LogSync and TableWrite: the write that its disk is serving; Start and Recovery: of its process. Only
 * messages and these writes can be taken ahead of their time; a timer's rate is a promise.
 */
export type OwnEventType = 'LogSync' | 'TableWrite' | 'BlockRead' | 'Timer' | 'Start' | 'Recovery';

/** What can happen next, in the order in which it would, at one moment. */
export interface PendingEvents {
  readonly timeUs: Micros;
  readonly events: readonly PendingEvent[];
}
