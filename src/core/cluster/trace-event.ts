import type { ActorId, ClientActorId, LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { Operation, Outcome } from '../client/operation.ts';
import type { ClientEvent } from '../client/trace-event.ts';
import type { NodeEvent } from '../node/trace-event.ts';
import type { Action, ClientName, LinkSettings } from './action.ts';
import type { CrashFault, DiskCondition } from './disk-fault.ts';
import type { ClockSnapshot } from './snapshot.ts';

/** One thing that happened, in the order of the run. The screen is computed from these and from nothing else. */
export type TraceEvent = { readonly timeUs: Micros } & (
  | (NodeEvent & { readonly node: NodeId })
  | ClientEvent
  | WorldEvent
);

/** What happened between the nodes, as reported by the world around them. */
export type WorldEvent =
  | { readonly type: 'ActionTaken'; readonly action: Action }
  /** Its process runs; from here on it reads its disk for `recoveryUs`, `logRecords` of its log among it. */
  | {
      readonly type: 'NodeStarted';
      readonly node: NodeId;
      readonly boot: number;
      readonly recoveryUs: Micros;
      readonly logRecords: number;
    }
  /** From here on the node takes part; `recoveryUs` is what its recovery cost. */
  | {
      readonly type: 'NodeRecovered';
      readonly node: NodeId;
      readonly recoveryUs: Micros;
      readonly logRecords: number;
      readonly tables: number;
      readonly tornBytes: number;
    }
  /** `lost` records of `pending` did not survive the cut; `torn`: the record at the cut was half written. */
  | {
      readonly type: 'NodeKilled';
      readonly node: NodeId;
      readonly pending: number;
      readonly lost: number;
      readonly torn: boolean;
    }
  /** `fault`: what somebody ordered made it crash; undefined: nobody did. */
  | { readonly type: 'NodeCrashed'; readonly node: NodeId; readonly reason: string; readonly fault?: CrashFault }
  /** Its process stands still; it led `leads` shards when it was stopped. */
  | { readonly type: 'NodeFrozen'; readonly node: NodeId; readonly leads: number }
  /** It goes on; `waited` messages had arrived meanwhile. */
  | { readonly type: 'NodeThawed'; readonly node: NodeId; readonly waited: number }
  | ({ readonly type: 'ClockChanged'; readonly node: NodeId } & ClockSnapshot)
  | ({ readonly type: 'DiskChanged'; readonly node: NodeId } & DiskCondition)
  /** A bit was flipped; `what` names it as a reader of the disk would. The node knows nothing of it. */
  | { readonly type: 'DiskDamaged'; readonly node: NodeId; readonly what: string }
  | {
      readonly type: 'MessageSent';
      readonly id: number;
      readonly from: ActorId;
      readonly to: ActorId;
      readonly bytes: number;
      readonly deliverAtUs: Micros;
      readonly items: readonly MessageItem[];
    }
  | { readonly type: 'MessageDelivered'; readonly id: number }
  | { readonly type: 'MessageDropped'; readonly id: number; readonly reason: DropReason }
  /** It arrives later than was said when it was sent. */
  | { readonly type: 'MessageDelayed'; readonly id: number; readonly deliverAtUs: Micros }
  /** `settings`: what was set for this direction alone; empty: it follows those of all links. */
  | {
      readonly type: 'LinkChanged';
      readonly from: ActorId;
      readonly to: ActorId;
      readonly cut: boolean;
      /** Its own; empty where it follows what is set for all links. */
      readonly settings: LinkSettings;
    }
  | {
      readonly type: 'OperationInvoked';
      readonly id: number;
      readonly client: ClientActorId;
      readonly clientName: ClientName;
      readonly shard: ShardId;
      readonly operation: Operation;
    }
  | {
      readonly type: 'OperationCompleted';
      readonly id: number;
      readonly client: ClientActorId;
      readonly outcome: Outcome;
    }
  /** From here to `untilUs` the trace tells only what changes state, and of progress only how far it came: full speed. */
  | { readonly type: 'DetailsOmitted'; readonly untilUs: Micros }
  /** Single messages are told again from here on; those in flight follow, each with the time at which it was sent. */
  | { readonly type: 'DetailsResumed' }
  | { readonly type: 'InvariantViolated'; readonly invariant: string; readonly detail: string };

/** `buffer is full`: the target is frozen, and has no room left for what arrives from this sender. */
export type DropReason =
  | 'lost on the link'
  | 'link is cut'
  | 'target is down'
  | 'buffer is full'
  | 'sender died'
  | 'dropped by hand';

/** One message of an envelope, in short. */
export interface MessageItem {
  readonly kind: MessageKind;
  readonly shard: ShardId;
  readonly term: Term;
  readonly index: LogIndex;
  /** Entries carried. */
  readonly entries: number;
  /** For replies: granted, success, answered. */
  readonly ok: boolean;
  /** Of a client's request and what answers it: unique per client. */
  readonly requestId?: number;
  /** Of a heartbeat and its answer: the newest ReadIndex round that it asks for, or confirms. */
  readonly readContext?: number;
}

export type MessageKind =
  | 'RequestVote'
  | 'RequestVoteResponse'
  | 'PreVote'
  | 'PreVoteResponse'
  | 'AppendEntries'
  | 'AppendEntriesResponse'
  | 'Heartbeat'
  | 'HeartbeatResponse'
  | 'TimeoutNow'
  | 'InstallSnapshot'
  | 'InstallSnapshotResponse'
  | 'ClientRequest'
  | 'ClientReply'
  | 'ConnectionRefused';
