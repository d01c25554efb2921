import type { Micros, NodeId } from '../base/ids.ts';

/** What one observer reports of the others; it is the observer's view and nobody else's. */
export type MembershipEvent =
  /** A round of gossip: its own heartbeat is now `version`. `probed`: one that it does not hear of, to whom it speaks now and then; 0 = nobody. */
  | {
      readonly type: 'GossipSent';
      readonly to: readonly NodeId[];
      readonly probed: NodeId;
      readonly incarnation: number;
      readonly version: number;
    }
  /** A message told it something newer of these nodes. */
  | { readonly type: 'GossipMerged'; readonly from: NodeId; readonly heard: readonly HeardHeartbeat[] }
  /** φ has reached the threshold: for `silentUs` nothing newer was heard. */
  | { readonly type: 'NodeSuspected'; readonly subject: NodeId; readonly phi: number; readonly silentUs: Micros }
  /** A heartbeat came after all, when φ had grown to `phi`. */
  | { readonly type: 'NodeUnsuspected'; readonly subject: NodeId; readonly phi: number; readonly silentUs: Micros }
  /** Nothing newer was heard for the time to live: what was known is told no further. `left`: a removal. */
  | {
      readonly type: 'HeartbeatExpired';
      readonly subject: NodeId;
      readonly incarnation: number;
      readonly version: number;
      readonly left: boolean;
    }
  /** It was removed in this incarnation; whatever else is heard of it is old. */
  | { readonly type: 'DepartureHeard'; readonly subject: NodeId; readonly incarnation: number }
  /** Its own clock went on by `gapUs` without it: silence during that time is nobody's fault. Of all that it does not suspect the windows begin anew, with these. */
  | {
      readonly type: 'LocalPauseNoticed';
      readonly gapUs: Micros;
      readonly meanUs: Micros;
      readonly deviationUs: Micros;
    };

export interface HeardHeartbeat {
  readonly subject: NodeId;
  readonly incarnation: number;
  readonly version: number;
  readonly ringEpoch: number;
  /** Silence counts from so long ago: 0 but for a heartbeat that is too old for a rumour. */
  readonly staleUs: Micros;
  /** Of the intervals between its heartbeats, this one included: what φ is computed from until the next. */
  readonly meanUs: Micros;
  readonly deviationUs: Micros;
}
