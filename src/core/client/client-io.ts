import type { Breaks } from '../base/breaks.ts';
import type { ClientActorId, Micros, NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { Message } from '../node/message.ts';
import type { HashRing } from '../ring/hash-ring.ts';
import type { Operation, OperationOptions, Outcome } from './operation.ts';
import type { ClientTiming } from './timing.ts';

/** What a client is made of; `clientTiming` gives the times that fit an election timeout. */
export interface ClientOptions extends ClientTiming {
  readonly actor: ClientActorId;
  /** The same ring as the nodes': same node list, same vnodes, same shards. */
  readonly ring: HashRing;
  /** Every node that there is, or was: whom to ask when all that the client has been told of leads nowhere. Grows while the client lives. */
  readonly contacts: () => readonly NodeId[];
  /** Jitter of the back-off. Nothing else of a client is random. */
  readonly random: RandomStream;
  /** Rules left out on purpose; changes while the client lives. */
  readonly breaks: Breaks;
}

export type ClientInput =
  /** `id` is the caller's and comes back in `Complete`; no two operations under way may share one. */
  | {
      readonly type: 'Invoke';
      readonly id: number;
      readonly operation: Operation;
      readonly options: OperationOptions;
    }
  | { readonly type: 'MessagesReceived'; readonly from: NodeId; readonly messages: readonly Message[] }
  | { readonly type: 'TimerFired' };

export type ClientEffect =
  /** At most one per node and step: one envelope. */
  | { readonly type: 'Send'; readonly to: NodeId; readonly messages: readonly Message[] }
  /** A client has one timer; setting it replaces it. It is not taken back when nothing is due any more: it fires and does nothing. */
  | { readonly type: 'SetTimer'; readonly atUs: Micros }
  /** Exactly once per Invoke. */
  | { readonly type: 'Complete'; readonly id: number; readonly outcome: Outcome };
