import type { ActorId, ClientActorId, LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { Operation, Outcome } from '../client/operation.ts';
import type { ClientEvent } from '../client/trace-event.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import type { MoveStage } from '../meta/meta-state.ts';
import type { NodeStanding } from '../meta/node-standing.ts';
import type { Refusal as MetaRefusal } from '../meta/refusal.ts';
import type { CheckMessageType } from '../node/check-message.ts';
import type { EventualMessageType } from '../node/eventual/eventual-message.ts';
import type { MetaMessageType } from '../node/meta-message.ts';
import type { NodeEvent } from '../node/trace-event.ts';
import type { Action, ClientName, LinkSettings } from './action.ts';
import type { CrashFault, DamagedStore, DiskCondition } from './disk-fault.ts';
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
      /** Which disk of the node; absent: its first. What was known of another one of it is void. */
      readonly incarnation?: number;
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
  | { readonly type: 'DiskDamaged'; readonly node: NodeId; readonly what: string; readonly store?: DamagedStore }
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
  /** Another machine, which nobody knows yet. */
  | { readonly type: 'NodeAdded'; readonly node: NodeId }
  /** Its process was ended and its disk emptied; it starts again as a blank node. `incarnation` counts its disks. */
  | { readonly type: 'DiskWiped'; readonly node: NodeId; readonly incarnation: number }
  /** The meta group agreed on these. Told once, by whichever of its replicas was the first to apply them. `isEarlier`: before a reload, and read again. */
  | {
      readonly type: 'NodeStateChanged';
      readonly isEarlier?: true;
      readonly subject: NodeId;
      readonly from: NodeStanding;
      readonly to: NodeStanding;
      readonly incarnation: number;
    }
  /** `moving`: the groups that are meant to have other replicas now, or in another order. */
  | {
      readonly type: 'RingChanged';
      readonly isEarlier?: true;
      readonly epoch: number;
      readonly vnodes: number;
      readonly moving: readonly ShardId[];
    }
  /** A replica of the group is on its way from one node to another; 0 on either side: none. */
  | {
      readonly type: 'MoveStageChanged';
      readonly isEarlier?: true;
      readonly shard: ShardId;
      readonly to: NodeId;
      readonly from: NodeId;
      readonly stage: MoveStage;
      readonly token: number;
    }
  | {
      readonly type: 'MoveEnded';
      readonly isEarlier?: true;
      readonly shard: ShardId;
      readonly to: NodeId;
      readonly from: NodeId;
      readonly outcome: 'finished' | 'rolledBack';
    }
  /** A command of the meta group's changed nothing. */
  | ({ readonly type: 'MetaRefused'; readonly isEarlier?: true; readonly command: MetaCommand['type'] } & MetaRefusal)
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

/** One message of an envelope, in short. `shard` is NO_SHARD where it is about the node itself. */
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
  /** Of a row that is sent, asked for or told in the eventual keyspace: its coordinator's number of the operation. */
  readonly op?: number;
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
  | 'ConnectionRefused'
  | 'ReadIndexAsked'
  | 'ReadIndexTold'
  | 'GossipSyn'
  | 'GossipAck'
  | MetaMessageType
  | CheckMessageType
  | EventualMessageType;

const ROUTINE: ReadonlySet<MessageKind> = new Set([
  ...(['Heartbeat', 'HeartbeatResponse', 'GossipSyn', 'GossipAck'] as const),
  ...(['GroupStatusAsked', 'GroupsReported'] as const),
]);
/** Sent again and again, and seldom what somebody looks for. */
export const isRoutine = (kind: MessageKind): boolean => ROUTINE.has(kind);
const OF_NODES: ReadonlySet<MessageKind> = new Set([
  ...([
    'GossipSyn',
    'GossipAck',
    'GroupStatusAsked',
    'GroupsReported',
    'JoinAsked',
    'MetaFetched',
    'MetaTold',
  ] as const),
]);
/** Of no shard: nodes about themselves, and about what they have heard of all others. */
export const isGossip = (kind: MessageKind): boolean => OF_NODES.has(kind);
