import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { GossipMessage } from '../membership/endpoint-state.ts';
import type { Configuration } from '../raft/configuration.ts';
import type { RaftMessage } from '../raft/message.ts';
import type { CheckMessage } from './check-message.ts';
import type { EventualBody, EventualMessage, EventualReply } from './eventual/eventual-message.ts';
import type { MetaMessage } from './meta-message.ts';
import type { ReadIndexMessage } from './read-index-message.ts';

/** What one envelope carries. All messages that a node sends to one peer in one step share an envelope (coalesced). */
export type Message =
  | ShardRaftMessage
  | GossipMessage
  | MetaMessage
  | CheckMessage
  | ReadIndexMessage
  | EventualMessage
  | ClientRequest
  | ClientReply
  | ConnectionRefused;

export interface ShardRaftMessage {
  readonly type: 'Raft';
  readonly shard: ShardId;
  /** Of which replica it is. */
  readonly fromReplica: number;
  /** For which one it is meant, and no other that its node may have had or get; 0: the sender does not know. */
  readonly toReplica: number;
  readonly body: RaftMessage;
}

/** Identifies a client inside one shard: the index of its RegisterClient entry there (dissertation §6.3). */
export type SessionId = LogIndex;

/** Client → node. `requestId` is unique per client actor and attempt, so that a late answer is recognised. */
export interface ClientRequest {
  readonly type: 'ClientRequest';
  readonly requestId: number;
  readonly shard: ShardId;
  /** Of the ring that the client goes by. Who has a replica serves whatever it is: only who has none looks at it. */
  readonly ringEpoch: number;
  readonly body: RequestBody;
}

export type RequestBody =
  | { readonly type: 'RegisterClient'; readonly nonce: number }
  /** `leaderAck` (W=1): to be answered as soon as the leader's own disk has the entry, before it is committed: it may yet be lost. */
  | {
      readonly type: 'Write';
      readonly session: SessionId;
      readonly sequence: number;
      readonly write: WriteOp;
      readonly leaderAck?: true;
    }
  /**
   * Whoever has a replica tells what it holds and how far it is, whoever leads. `key` absent: only how far it is. It waits until it has applied
   * `appliedIndex` (0: it does not), and for `waitUs` of its own clock at most.
   */
  | {
      readonly type: 'ReplicaGet';
      readonly key: Uint8Array | undefined;
      readonly appliedIndex: LogIndex;
      readonly waitUs: Micros;
    }
  /** `hedge`: whoever has a replica may serve it. One that does not lead asks its leader from which index on. */
  | { readonly type: 'Get'; readonly key: Uint8Array; readonly read?: 'index'; readonly hedge?: true }
  /** `from ≤ key < to` (`to` undefined = to the end), at most `limit` pairs, in key order or against it from the end. */
  | {
      readonly type: 'Scan';
      readonly from: Uint8Array;
      readonly to: Uint8Array | undefined;
      readonly limit: number;
      readonly reverse?: boolean;
      readonly read?: 'index';
    }
  /** Who holds every shard? Any node answers, as far as it knows. Of no shard: the request's is 0. */
  | { readonly type: 'GetPlacement' }
  | EventualBody;

/** What a shard's group serves. */
export type ShardBody = Exclude<RequestBody, EventualBody | { readonly type: 'GetPlacement' }>;

/** A client's, to a shard. */
export interface ShardRequest {
  readonly requestId: number;
  readonly body: ShardBody;
}

/**
 * On what ground a leader says that nothing newer is committed: its lease, which trusts clocks within ρ and needs no message, or a round of
 * ReadIndex. Both are linearizable. Unless `index` is asked for it is the lease, and ReadIndex while there is none.
 */
export type LeaderGround = 'lease' | 'index';

/** What a request asks for, in a word. */
export type RequestName = Exclude<RequestBody['type'], 'Write'> | WriteOp['type'];

export const requestName = (body: RequestBody): RequestName => (body.type === 'Write' ? body.write.type : body.type);

/** A write of one key. */
export type KeyWrite =
  /** `ttlUs`: how long after its entry's stamp the value expires, in log time; absent = never. */
  | { readonly type: 'Put'; readonly key: Uint8Array; readonly value: Uint8Array; readonly ttlUs?: Micros }
  | { readonly type: 'Delete'; readonly key: Uint8Array }
  /** `expected` undefined = "is absent". */
  | {
      readonly type: 'Cas';
      readonly key: Uint8Array;
      readonly expected: Uint8Array | undefined;
      readonly value: Uint8Array;
      readonly ttlUs?: Micros;
    };

/** `items`: 1 … BATCH_ITEMS_MAX writes of different keys of one shard, all applied with one entry or none of them. */
export type WriteOp = KeyWrite | { readonly type: 'Batch'; readonly items: readonly KeyWrite[] };

export const keyWritesOf = (write: WriteOp): readonly KeyWrite[] => (write.type === 'Batch' ? write.items : [write]);

/** When the value expires, in log time, if the write's entry has this stamp; undefined = never, or it writes none. */
export const deadlineOfWrite = (write: KeyWrite, stampUs: Micros): Micros | undefined =>
  write.type === 'Delete' || write.ttlUs === undefined ? undefined : stampUs + write.ttlUs;

/** The same of the first value to expire that the write writes. */
export function earliestDeadlineOf(write: WriteOp, stampUs: Micros): Micros | undefined {
  const deadlines = keyWritesOf(write).flatMap((each) => deadlineOfWrite(each, stampUs) ?? []);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** Node → client. */
export interface ClientReply {
  readonly type: 'ClientReply';
  readonly requestId: number;
  readonly shard: ShardId;
  /** The latest epoch of the ring that the node has heard of. */
  readonly ringEpoch: number;
  /** Whose silence the node takes for death, by phi; ascending. Its own view. */
  readonly suspects: readonly NodeId[];
  readonly body: ReplyBody;
}

/**
 * What a leader has no more room in: writes, or their bytes, that are proposed and not yet applied; bytes that wait for the log's disk; entries that
 * are committed and wait to be applied; a storage engine that waits for flush and compaction; reads. On the wire by place: do not reorder.
 */
export const NODE_QUEUES = ['proposals', 'proposal bytes', 'log', 'apply', 'engine', 'reads'] as const;
export type NodeQueue = (typeof NODE_QUEUES)[number];

/** Why a replica serves nobody: a block of its rows cannot be read, or a majority holds other rows. On the wire by place: do not reorder. */
export const REFUSAL_REASONS = ['corrupt block', 'outvoted'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type ReplyBody =
  | { readonly type: 'Registered'; readonly session: SessionId; readonly term: Term; readonly index: LogIndex }
  | {
      readonly type: 'Written';
      readonly answer: WriteAnswer;
      readonly term: Term;
      readonly index: LogIndex;
      readonly acks: number;
      readonly voters: number;
      readonly duplicate: boolean;
    }
  | {
      readonly type: 'Value';
      readonly value: Uint8Array | undefined;
      /** What is left of its time to live, in log time: at least 1. Absent where it does not expire, or there is no value. */
      readonly expiresInUs?: Micros;
      readonly term: Term;
      readonly readIndex: LogIndex;
      readonly appliedIndex: LogIndex;
      readonly ground: LeaderGround;
      /** Whom a replica that does not lead asked for the index. Absent: who answers leads. */
      readonly leader?: NodeId;
    }
  | ({
      readonly type: 'ReplicaValue';
      readonly value: Uint8Array | undefined;
      /** As of a Value. */
      readonly expiresInUs?: Micros;
      /**
       * The value's deadline has passed by this node's clock, and no entry has said so yet: whoever promises freshness asks the leader, which appends one.
       */
      readonly isDue: boolean;
    } & ReplicaState)
  /** Certainly not served here: in the time that it was given the replica has not applied what was asked for, or it holds nothing yet. */
  | ({ readonly type: 'ReplicaBehind' } & ReplicaState)
  /** W=1: the entry is on the leader's own disk, and not committed yet. What it will come to is not known. */
  | { readonly type: 'Appended'; readonly term: Term; readonly index: LogIndex; readonly voters: number }
  | {
      readonly type: 'Range';
      readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
      readonly more: boolean;
      readonly term: Term;
      readonly readIndex: LogIndex;
      readonly appliedIndex: LogIndex;
      readonly ground: LeaderGround;
    }
  /** Certainly not done here. `leader` is 0 when none is known. */
  | { readonly type: 'NotLeader'; readonly leader: NodeId; readonly term: Term }
  /** Certainly not done here: what this replica holds is not to be believed. `isAlone`: there is no other one that it could be repaired from. */
  | {
      readonly type: 'Quarantined';
      readonly reason: RefusalReason;
      readonly isAlone: boolean;
      readonly leader: NodeId;
      readonly term: Term;
    }
  /** Certainly not done with this attempt: the session has expired. Whether an earlier attempt was applied, nobody knows any more. */
  | { readonly type: 'SessionExpired' }
  /** Certainly not done here: this queue is full. */
  | { readonly type: 'Busy'; readonly queue: NodeQueue }
  /** Certainly not done here: the leader takes no writes while it hands its leadership to `to`. */
  | { readonly type: 'TransferUnderWay'; readonly to: NodeId; readonly term: Term }
  /** The leader stepped down before the outcome was known; the entry may still commit. */
  | { readonly type: 'LeadershipLost' }
  /** Certainly not done: this node is no member of the shard's group, or the request is none of the shard's. */
  | ({ readonly type: 'WrongShard' } & HeldBy)
  /** The same, and the client goes by an older ring than this node has heard of: what it knows of the other shards is old as well. */
  | ({ readonly type: 'StaleEpoch'; readonly ringEpoch: number } & HeldBy)
  | ({ readonly type: 'Placement' } & Placement)
  | EventualReply;

/** How far a replica is, as it answers for itself: nobody confirms it. */
export interface ReplicaState {
  readonly replicaId: number;
  /** It believes that it leads `term`. */
  readonly leads: boolean;
  readonly term: Term;
  /** What it holds is the state behind this entry. */
  readonly appliedIndex: LogIndex;
  /** What it knows to be committed. */
  readonly commitIndex: LogIndex;
  /** The last entry of its log, committed or not: whatever it has acknowledged is not behind it. */
  readonly lastIndex: LogIndex;
  /** The latest of its log, committed or not, and the entry that it stands in. */
  readonly configuration: Configuration;
  readonly configurationIndex: LogIndex;
  /** How long ago a leader last said something to it; 0 of one that leads. Absent: none has since it was started. */
  readonly leaderContactUs?: Micros;
}

/** Who holds a shard, as the meta group's log says up to entry `metaIndex`; 0: as the cluster was founded. */
export interface HeldBy {
  readonly metaIndex: LogIndex;
  readonly holders: Holders;
}

/** Of one shard. */
export interface Holders {
  /** Those that vote, and those that are meant to be there. Empty: not known. */
  readonly replicas: readonly NodeId[];
  /** Who led in `term`, the last one that the meta group was told of; NO_NODE: nobody that still votes. */
  readonly leader: NodeId;
  readonly term: Term;
}

/** Who holds every shard, as the meta group's log says up to entry `metaIndex`. */
export interface Placement {
  readonly metaIndex: LogIndex;
  readonly ringEpoch: number;
  /** Those that have not left. */
  readonly nodes: readonly NodeId[];
  /** By shard number. */
  readonly shards: readonly Holders[];
}

/** The state machine's answer to a write, kept in the session table so that a retry gets the same one. */
export type WriteAnswer =
  | { readonly type: 'Ok'; readonly existed: boolean }
  /** CAS whose expected value did not match; nothing was written. `actual` undefined = absent. */
  | { readonly type: 'Mismatch'; readonly actual: Uint8Array | undefined }
  /** A batch whose items were all applied: of each, whether its key was there before. */
  | { readonly type: 'BatchOk'; readonly existed: readonly boolean[] }
  /** A batch of which nothing was applied, because of its CAS `item`, the first one that did not match. */
  | { readonly type: 'BatchMismatch'; readonly item: number; readonly actual: Uint8Array | undefined };

export const isMismatch = ({ type }: WriteAnswer): boolean => type === 'Mismatch' || type === 'BatchMismatch';

/** Delivered by the network to a client whose request reached a machine on which no process listens: certainly not done. */
export interface ConnectionRefused {
  readonly type: 'ConnectionRefused';
  readonly requestId: number;
}
