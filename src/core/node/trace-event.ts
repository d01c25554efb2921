import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { LookupReport } from '../lsm/lookup-report.ts';
import type { MembershipEvent } from '../membership/membership-event.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import type { MetaState } from '../meta/meta-state.ts';
import type { Refusal } from '../meta/refusal.ts';
import type { Configuration } from '../raft/configuration.ts';
import type { Entry, Role } from '../raft/entry.ts';
import type { RaftEvent } from '../raft/raft-event.ts';
import type { ConfigurationRefusal } from '../raft/reconfigure.ts';
import type { NodeQueue, ReplyBody, RequestName, SessionId } from './message.ts';
import type { QuarantineReason } from './quarantine.ts';
import type { StorageEvent } from './storage-event.ts';

/** What a node reports about itself; the world stamps time and node (`core/cluster/trace-event.ts`). */
export type NodeEvent =
  | (RaftEvent & { readonly shard: ShardId })
  /** One per replica after recovery: the whole state from which later events go on. */
  | {
      readonly type: 'ReplicaRecovered';
      readonly shard: ShardId;
      readonly role: Role;
      readonly term: Term;
      readonly votedFor: NodeId;
      /** The log begins behind this entry. */
      readonly baseIndex: LogIndex;
      readonly baseTerm: Term;
      readonly baseConfiguration: Configuration;
      readonly entries: readonly Entry[];
      /** In force: the latest of the base's and those in `entries`. */
      readonly configuration: Configuration;
      readonly commitIndex: LogIndex;
      /** Up to here the tables hold what was applied, and come to `stateHash`. */
      readonly appliedIndex: LogIndex;
      readonly stateHash: number;
      readonly keys: number;
      /** It was when it went down, and serves nothing until it is repaired. */
      readonly isQuarantined?: true;
      /** What it says of itself there cannot be read: `stateHash` and `keys` are 0. */
      readonly isDamaged?: true;
    }
  /** `keys` = live keys of this replica after the entry. `stateHash` folds everything applied so far: equal at equal index on every replica. */
  | {
      readonly type: 'EntryApplied';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly term: Term;
      readonly stateHash: number;
      readonly keys: number;
      readonly duplicate: boolean;
      /** It changed what clients can read, beside what expired; absent: it did not. */
      readonly wrote?: true;
    }
  /** With this entry `count` values reached their deadlines here; `keys` = the first few of them. */
  | {
      readonly type: 'KeysExpired';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly count: number;
      readonly keys: readonly Uint8Array[];
    }
  /** A follower with so many committed entries still to apply did not take those that `from` sent: they will be sent again. */
  | { readonly type: 'AppendHeldOff'; readonly shard: ShardId; readonly from: NodeId; readonly backlog: number }
  /** With this entry client sessions went: `idle` of them were not used for too long, `crowdedOut` were too many; `sessions` = the first few. */
  | {
      readonly type: 'SessionsExpired';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly idle: number;
      readonly crowdedOut: number;
      readonly sessions: readonly SessionId[];
    }
  /**
   * A leader begins to send a follower its state behind entry `index`: its log no longer holds what the follower needs. `repairs`: what the follower
   * had applied is lost.
   */
  | {
      readonly type: 'SnapshotStarted';
      readonly shard: ShardId;
      readonly follower: NodeId;
      readonly index: LogIndex;
      readonly repairs?: true;
    }
  /** A piece of so many bytes is to leave in `waitUs` at the earliest: the node sends snapshots no faster than it may. */
  | {
      readonly type: 'SnapshotPaced';
      readonly shard: ShardId;
      readonly follower: NodeId;
      readonly index: LogIndex;
      readonly bytes: number;
      readonly waitUs: Micros;
    }
  /** The follower holds so many bytes of the snapshot that ends at entry `index`. */
  | {
      readonly type: 'SnapshotProgressed';
      readonly shard: ShardId;
      readonly follower: NodeId;
      readonly index: LogIndex;
      readonly bytes: number;
    }
  /** A snapshot took the place of this replica's state and log. `term`: of entry `index`, the last one that it includes. */
  | {
      readonly type: 'SnapshotInstalled';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly term: Term;
      /** In force at that entry, and here from now on. */
      readonly configuration: Configuration;
      readonly keys: number;
      readonly stateHash: number;
    }
  /**
   * What a snapshot of `from` came to here is not what `from` said of it: the Merkle root of its rows is `found` and not `expected`; empty: they cannot
   * be read back. It is thrown away unseen, and another one is asked for.
   */
  | {
      readonly type: 'SnapshotRefused';
      readonly shard: ShardId;
      readonly from: NodeId;
      readonly index: LogIndex;
      readonly expected: string;
      readonly found: string;
    }
  /** What this replica holds cannot be trusted: it serves nobody, and asks its leader for a snapshot. */
  | { readonly type: 'ReplicaDamaged'; readonly shard: ShardId; readonly reason: QuarantineReason }
  /** A snapshot of entry `index` took the place of what this replica had applied; its log goes on behind it as it was. */
  | {
      readonly type: 'StateRestored';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly term: Term;
      readonly keys: number;
      readonly stateHash: number;
    }
  /** A snapshot took the place of what it held: it serves again. */
  | { readonly type: 'ReplicaRebuilt'; readonly shard: ShardId }
  /** Somebody asked this replica for other voters, and nothing came of it. */
  | ({ readonly type: 'ReconfigurationRefused'; readonly shard: ShardId } & ReconfigurationRefusal)
  | {
      readonly type: 'RequestReceived';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly op: RequestName;
    }
  | {
      readonly type: 'RequestAnswered';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      /** The answer's type; `Mismatch`: a CAS that found another value; `NoValue`: a GET that found none. */
      readonly outcome: ReplyBody['type'] | 'Mismatch' | 'NoValue';
      /** Of a Busy: what is full. */
      readonly queue?: NodeQueue;
    }
  /** The leader appended the request's command as this entry; `joined`: an earlier attempt had, and this one now waits for the same entry. */
  | {
      readonly type: 'RequestProposed';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly term: Term;
      readonly index: LogIndex;
      readonly joined: boolean;
      /** In force on the leader: whose acknowledgments it takes. */
      readonly configuration: Configuration;
      /** When what it writes expires, or the first of it, in log time; undefined = never. */
      readonly deadlineUs: Micros | undefined;
    }
  /**
   * A read asks a quorum whether this replica still leads; heartbeats carry the round's number. `asks`: this replica does not lead, and asks that one,
   * which starts a round for it.
   */
  | {
      readonly type: 'ReadIndexStarted';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly context: number;
      readonly asks?: NodeId;
    }
  | {
      readonly type: 'ReadIndexConfirmed';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      /** What must be applied before the read is served. */
      readonly index: LogIndex;
      /** The followers that confirmed it or a later round, the leader itself not among them; where another one was asked, that one. */
      readonly by: readonly NodeId[];
    }
  /** The leader's lease holds for another `leftUs` of its own clock: no round is needed. */
  | {
      readonly type: 'LeaseConfirmed';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      /** What must be applied before the read is served. */
      readonly index: LogIndex;
      readonly leftUs: Micros;
    }
  /** A replica that was asked for what it holds itself waits: it has applied `appliedIndex`, and the read needs `needs`. */
  | {
      readonly type: 'ReadHeld';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly appliedIndex: LogIndex;
      readonly needs: LogIndex;
    }
  /** Its index is applied: the engine is read as it is now. */
  | {
      readonly type: 'ReadServed';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly appliedIndex: LogIndex;
    }
  /** Where a GET's search ended. */
  | ({
      readonly type: 'ValueLookedUp';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
    } & LookupReport)
  /** `entries`: the log entries whose records this sync makes durable, a range per write. */
  | {
      readonly type: 'LogSyncStarted';
      readonly records: number;
      readonly bytes: number;
      readonly entries: readonly SyncedEntries[];
    }
  /**
   * The replica's one timer was set, and what was set before is void: after `waitUs` on the node's own clock a leader checks whether a quorum
   * still answers it, and any other replica asks for votes. 0 = it waits for nothing: a leader that has become the only voter.
   */
  | { readonly type: 'DeadlineSet'; readonly shard: ShardId; readonly waitUs: Micros }
  /** The leader's lease now lasts for `waitUs` of the node's own clock, and what was said before is void; 0 = it has none. */
  | { readonly type: 'LeaseSet'; readonly shard: ShardId; readonly waitUs: Micros }
  /** A message of a replica that its node no longer has, or to one that this node no longer has. `toReplica` 0: to whoever is there. */
  | {
      readonly type: 'LateMessageRejected';
      readonly shard: ShardId;
      readonly from: NodeId;
      readonly fromReplica: number;
      readonly toReplica: number;
    }
  /** This node holds an empty replica from here on; a snapshot will fill it. */
  | { readonly type: 'ReplicaCreated'; readonly shard: ShardId; readonly replicaId: number }
  /** It will never be here again, and its rows are being deleted. */
  | { readonly type: 'ReplicaDropped'; readonly shard: ShardId; readonly replicaId: number }
  /** The Merkle roots of a learner and its leader were compared, behind entry `index` on both. */
  | {
      readonly type: 'CopyCompared';
      readonly shard: ShardId;
      readonly learner: NodeId;
      readonly index: LogIndex;
      readonly isEqual: boolean;
    }
  /** A leader asks all replicas of its shard, by this entry of the log, what they hold behind it. */
  | { readonly type: 'CheckStarted'; readonly shard: ShardId; readonly index: LogIndex }
  /** What the Merkle roots behind entry `index` came to. `damaged`: those that a majority of the voters contradicts. */
  | {
      readonly type: 'CheckCompleted';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly verdict: CheckVerdict;
      readonly roots: readonly { readonly node: NodeId; readonly root: string }[];
      readonly damaged: readonly NodeId[];
      /** They did not say. */
      readonly missing: readonly NodeId[];
    }
  /** This replica serves nothing until it is repaired: behind entry `index` it held `found`, and a majority `expected`. */
  | {
      readonly type: 'ReplicaQuarantined';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly expected: string;
      readonly found: string;
    }
  /** It stands at entry `index` until it holds what `from` held there. */
  | { readonly type: 'RepairStarted'; readonly shard: ShardId; readonly index: LogIndex; readonly from: NodeId }
  /**
   * It built its Merkle tree behind entry `index`, for a check or for a repair, and read so many rows for that, sessions and the like among them.
   * `bytes`: of their keys and values, which is what comparing everything would send.
   */
  | {
      readonly type: 'MerkleTreeBuilt';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly rows: number;
      readonly bytes: number;
    }
  /**
   * `from` told it so many hashes, or rows, in so many bytes; `differing`: the inner nodes, or leaves, that turned out to differ, and of the root 0.
   * `own`, `theirs`: the first 32 bits of each hash that was compared, in the order of the tree.
   */
  | {
      readonly type: 'MerkleWalked';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly from: NodeId;
      readonly asked: 'root' | 'inner' | 'leaves' | 'rows';
      readonly count: number;
      readonly bytes: number;
      readonly differing: readonly number[];
      readonly own: readonly number[];
      readonly theirs: readonly number[];
    }
  /** Rows came, and its own were made the same: `equal` were so already, `differing` were not; `rows`: the first few of the latter. */
  | {
      readonly type: 'RowsReplaced';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly from: NodeId;
      readonly equal: number;
      readonly differing: number;
      readonly rows: readonly ReplacedRow[];
    }
  /** It holds what it should and goes on. */
  | {
      readonly type: 'ReplicaRepaired';
      readonly shard: ShardId;
      readonly index: LogIndex;
      /** `snapshot`: as any follower that lags is filled. */
      readonly by: 'walk' | 'all rows' | 'snapshot';
      /** Leaves whose rows were replaced, */
      readonly leaves: number;
      /** hashes and rows that were sent for it, */
      readonly hashes: number;
      readonly keys: number;
      /** and rows that were written or deleted here. */
      readonly written: number;
    }
  /** It goes on applying, still quarantined, and asks for another entry at which to be repaired. */
  | {
      readonly type: 'RepairAbandoned';
      readonly shard: ShardId;
      readonly index: LogIndex;
      readonly reason: 'no answer' | 'not kept';
    }
  /** By order, and nobody's knowledge: what one replica holds under a key was changed behind everybody's back. */
  | {
      readonly type: 'RowDamaged';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      /** `absent`: there was nothing to damage. */
      readonly damage: RowDamage | 'absent';
    }
  /** A replica of the meta group came to `state` with entry `index`; `refusal`: the command changed nothing. */
  | {
      readonly type: 'MetaApplied';
      readonly index: LogIndex;
      readonly command: MetaCommand;
      readonly refusal: Refusal | undefined;
      readonly state: MetaState;
    }
  /** This node knows of this epoch of the ring from here on, and of all before it: by its own replica of the meta group, or from somebody. */
  | { readonly type: 'RingEpochSeen'; readonly epoch: number }
  /** A replica of the meta group has this state, without having applied a command: it has recovered, or got a snapshot. */
  | { readonly type: 'MetaFound'; readonly index: LogIndex; readonly state: MetaState }
  | { readonly type: 'LogSynced'; readonly records: number; readonly bytes: number }
  | { readonly type: 'BlockRead'; readonly shard: ShardId; readonly fileNumber: number; readonly extent: number }
  | StorageEvent
  | MembershipEvent;

/**
 * `equal`: all that answered, a majority of the voters among them; `outvoted`: a majority is, and others differ from it; `undecided`: no majority agrees,
 * so nobody knows who is right and nothing is repaired; `incomplete`: too few answered.
 */
export type CheckVerdict = 'equal' | 'outvoted' | 'undecided' | 'incomplete';

/** A row as the two sides held it: undefined = not at all. Of values the first bytes. */
export interface ReplacedRow {
  readonly leaf: number;
  /** Undefined: the row of a session or the like, which no client can name. */
  readonly key: Uint8Array | undefined;
  readonly own: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
}

/** `change`: another value, with all checksums right; `drop`: none. */
export type RowDamage = 'change' | 'drop';

/** `QuorumUnreachable`: of those that are to vote no majority has answered the leader for an election timeout: nothing could be committed. */
export type ReconfigurationRefusal = ConfigurationRefusal | { readonly code: 'QuorumUnreachable' };

export interface SyncedEntries {
  readonly shard: ShardId;
  readonly from: LogIndex;
  readonly to: LogIndex;
}
