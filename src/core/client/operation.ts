import { must } from '../base/assert.ts';
import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { EventualAsk, EventualRefusal, EventualVersion } from '../node/eventual/eventual-message.ts';
import type { KeyWrite, LeaderGround, NodeQueue, RefusalReason } from '../node/message.ts';
import type { Stamp } from '../replication/stamp.ts';

/**
 * R. `lease` and `index`: the leader serves it, by its lease or a round of ReadIndex. 1: any replica, what it has applied. `session`: any replica that has applied
 * all that this client has seen of the shard. 2: a majority is asked, and what it knows of must be applied (PQR). 3: all are asked, and compared.
 */
export const READ_LEVELS = ['lease', 'index', 'session', 1, 2, 3] as const;
export type ReadLevel = (typeof READ_LEVELS)[number];

/** W. 1: the leader has it on its own disk. 2: it is committed. 3: every voter has applied it. */
export const WRITE_LEVELS = [1, 2, 3] as const;
export type WriteLevel = (typeof WRITE_LEVELS)[number];

/**
 * What made the answer to a read right. `applied`: nothing, it is the state that some replica has applied. `session`: that, and it is no older than what this client has
 * seen. `quorum`, `all`: a majority of the voters was asked, or all of them.
 */
export type ReadGround = LeaderGround | 'applied' | 'session' | 'quorum' | 'all';

/** What a person can ask of the store. Keys are UTF-8 bytes of 1 … KEY_BYTES_MAX, values 0 … VALUE_BYTES_MAX. */
export type Operation =
  /** `ttlUs`: TTL_US_MIN … TTL_US_MAX of log time; absent = the value does not expire. */
  | {
      readonly type: 'Put';
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly ttlUs?: Micros;
      /** Of every write: absent = 2. */
      readonly write?: WriteLevel;
    }
  /** `read`: absent = lease. 2 and 3 go to several nodes, and not with `via`. */
  | { readonly type: 'Get'; readonly key: Uint8Array; readonly read?: ReadLevel }
  | { readonly type: 'Delete'; readonly key: Uint8Array; readonly write?: WriteLevel }
  | {
      readonly type: 'Cas';
      readonly key: Uint8Array;
      readonly expected: Uint8Array | undefined;
      readonly value: Uint8Array;
      readonly ttlUs?: Micros;
      /** Not 1: what it comes to is known when it is applied, and no sooner. */
      readonly write?: Exclude<WriteLevel, 1>;
    }
  /** 1 … BATCH_ITEMS_MAX writes of different keys of one shard, BATCH_BYTES_MAX together: all of them or none. `write` is not 1 where there is a CAS among them. */
  | { readonly type: 'Batch'; readonly items: readonly KeyWrite[]; readonly write?: WriteLevel }
  /** `from ≤ key < to` over all shards, each as it is at one moment of its own; `reverse`: the last keys, last first. */
  | {
      readonly type: 'Scan';
      readonly from: Uint8Array;
      readonly to: Uint8Array | undefined;
      readonly limit: number;
      readonly reverse?: boolean;
      readonly read?: LeaderGround;
    }
  | EventualOperation;

/** R and W of the eventual keyspace: answers that are waited for, of as many replicas as a key has. */
export const EVENTUAL_LEVELS = [1, 2, 3] as const;
export type EventualLevel = (typeof EVENTUAL_LEVELS)[number];

/** In the eventual keyspace, whose keys are others than those of the same name in the strong one. */
export type EventualOperation =
  /**
   * `value` undefined: DELETE. `sloppy`: a hint that somebody else keeps for a replica counts as that replica. `context`: what it replaces, as `contextToken` prints it, or ''
   * for nothing; absent: all that this client has been shown of the key.
   */
  | {
      readonly type: 'EventualWrite';
      readonly key: Uint8Array;
      readonly value: Uint8Array | undefined;
      readonly ttlUs?: Micros;
      readonly w: EventualLevel;
      readonly sloppy: boolean;
      readonly context?: string;
    }
  | {
      readonly type: 'EventualRead';
      readonly key: Uint8Array;
      readonly r: EventualLevel;
      readonly sloppy: boolean;
    };

export interface OperationOptions {
  readonly timeoutUs: Micros;
  /** Ask this node and no other; its refusal is the answer. */
  readonly via: NodeId | undefined;
}

/** How an operation ended. `fail` = certainly did not happen; `unknown` = may have happened, or may still. */
export type Outcome =
  | ({ readonly status: 'ok'; readonly result: OperationResult } & OutcomeGround)
  /** `queue`: of a Busy, what is full; `quarantine`: of a Quarantined, why. */
  | ({
      readonly status: 'fail';
      readonly code: FailCode;
      readonly leader: NodeId;
      readonly queue?: BusyQueue;
      /** In the eventual keyspace: what the coordinator said. */
      readonly refusal?: EventualRefusal;
      readonly quarantine?: Quarantine;
    } & OutcomeGround)
  | ({
      readonly status: 'unknown';
      readonly code: 'OutcomeUnknown';
      /** `session expired`: the shard no longer knows whether it had applied an earlier attempt; the client does not ask again. */
      readonly reason: 'timeout' | 'leadership lost' | 'session expired';
    } & OutcomeGround);

/** Why a replica serves nobody, and whether there is any other that it could be repaired from. */
export interface Quarantine {
  readonly reason: RefusalReason;
  readonly isAlone: boolean;
}

/** A queue of the leader's, or the client's own. */
export type BusyQueue = NodeQueue | 'client';

export type FailCode =
  | 'NotEnoughReplicas'
  | 'NotLeader'
  | 'Timeout'
  | 'Busy'
  | 'TransferUnderWay'
  | 'ConnectionRefused'
  | 'SessionExpired'
  /** What the replica asked holds is not to be believed, and it has nothing to say until it is repaired. */
  | 'Quarantined'
  /** Of a read: whoever was asked has not applied what this session has seen. */
  | 'ReplicaBehind'
  /** In the eventual keyspace: see `EventualRefusal`. */
  | 'ClockAhead'
  | 'BelowFence'
  | 'TooManySiblings'
  | 'RowTooLarge';

/** Who answered and on what ground. Zeros where nobody did. */
export interface OutcomeGround {
  readonly shard: ShardId;
  readonly node: NodeId;
  readonly term: Term;
  readonly index: LogIndex;
  /** Of an answered read: what made it right. Absent where several shards answered. */
  readonly ground?: ReadGround;
  /** Of an answered read of one shard: it shows the state behind this entry. */
  readonly appliedIndex?: LogIndex;
  /** Of a replica that answered a read for itself. */
  readonly replica?: ReplicaWord;
  /** Why the read was served on another ground than the one that was asked for. */
  readonly instead?: FallbackReason;
  /** R=3: these replicas held something else at the same applied index as another one. */
  readonly differing?: readonly NodeId[];
  /** Of an answered write that asked for another W than 2. */
  readonly write?: WriteGround;
  /** Of a write, who has it on disk; of a quorum read, which voters answered. */
  readonly acks: number;
  readonly voters: number;
  /** In the eventual keyspace: who has the write, or answered the read, and whose the key is. `node` coordinated it. */
  readonly replicas?: { readonly answers: readonly EventualAsk[]; readonly homes: readonly NodeId[] };
  readonly elapsedUs: Micros;
  readonly attempts: number;
}

/** How far a replica says that it is. */
export interface ReplicaWord {
  readonly leads: boolean;
  /** Entries that it knows to be committed and has not applied. */
  readonly behind: number;
  /** How long ago a leader had said something to it; absent: never since it was started. */
  readonly leaderContactUs?: Micros;
}

/**
 * `dead tail`: nobody applied in time what was in the logs that were asked; it may never be committed. `no quorum`: too few voters answered. `due`: the value's
 * deadline has passed, and no entry had said so. `silent voter`: R=3, and one of the voters does not answer: a majority was asked instead.
 */
export type FallbackReason = 'dead tail' | 'no quorum' | 'due' | 'silent voter';

/**
 * `leader`: W=1, the leader's own disk has the entry, which may be lost. `all`: W=3, every voter (`by`) has applied it. `not all`: W=3, it is committed, and when time was up `missing`
 * had not said that they have applied it.
 */
export type WriteGround =
  | { readonly held: 'leader' }
  | { readonly held: 'all'; readonly by: readonly NodeId[] }
  | { readonly held: 'not all'; readonly missing: readonly NodeId[] };

export type OperationResult =
  | { readonly type: 'Written'; readonly existed: boolean }
  /** W=1: nobody has applied it, so that nobody knows what was there before. */
  | { readonly type: 'Appended' }
  | { readonly type: 'Swapped'; readonly swapped: boolean; readonly actual: Uint8Array | undefined }
  /** `expiresInUs`: what was left of its time to live, in log time. */
  | { readonly type: 'Value'; readonly value: Uint8Array | undefined; readonly expiresInUs?: Micros }
  /** All of a batch was applied; of each item, whether its key was there before. */
  | { readonly type: 'Batched'; readonly existed: readonly boolean[] }
  /** Nothing of a batch was applied: its CAS `item`, counted from 0, found another value than it expects. */
  | { readonly type: 'BatchRefused'; readonly item: number; readonly actual: Uint8Array | undefined }
  | {
      readonly type: 'Range';
      readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
      readonly more: boolean;
    }
  /** `versions`: that the key has now, as far as its coordinator knows, this one included. `token`: of this write and what it replaced. */
  | {
      readonly type: 'EventualWritten';
      readonly stamp: Stamp;
      readonly versions: number;
      readonly token: string;
    }
  /** Latest first, tombstones included; none: nobody who answered knows the key. `repaired`: those who held less and are sent the rest. */
  | {
      readonly type: 'EventualFound';
      readonly versions: readonly EventualVersion[];
      readonly repaired: readonly NodeId[];
      readonly token: string;
    };

/** What an entry of the log answered that is committed. */
export const isWritten = ({ type }: OperationResult): boolean =>
  type === 'Written' || type === 'Swapped' || type === 'Batched' || type === 'BatchRefused';

/** The keys that an operation names; of a scan, the one from which it goes. */
export function keysOfOperation(operation: Operation): readonly [Uint8Array, ...Uint8Array[]] {
  if (operation.type === 'Scan') return [operation.from];
  if (operation.type !== 'Batch') return [operation.key];
  const [first, ...others] = operation.items.map(({ key }) => key);
  return [must(first, 'a batch has an item'), ...others];
}

/** The key that decides the operation's shard; a scan starts at its first. */
export const keyOfOperation = (operation: Operation): Uint8Array => keysOfOperation(operation)[0];

/** Whoever has a replica serves it, whether it leads or not. */
export const isReplicaRead = (operation: Operation): boolean =>
  operation.type === 'Get' && (operation.read === 1 || operation.read === 'session');

/** Several replicas are asked for it. */
export const isQuorumRead = (operation: Operation): boolean =>
  operation.type === 'Get' && (operation.read === 2 || operation.read === 3);

export const writeLevelOf = (operation: Operation): WriteLevel =>
  'write' in operation && operation.write !== undefined ? operation.write : 2;

export const isWrite = ({ type }: Operation): boolean => type !== 'Get' && type !== 'Scan' && type !== 'EventualRead';

export const isEventual = (operation: Operation): operation is EventualOperation =>
  operation.type === 'EventualWrite' || operation.type === 'EventualRead';

/** Of the keyspace in which every shard is a Raft group. */
export type StrongOperation = Exclude<Operation, EventualOperation>;
