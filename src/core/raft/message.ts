import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, Micros, NodeId, Term } from '../base/ids.ts';
import type { Entry, LogBase } from './entry.ts';

/** Raft's RPCs (Figure 2), as one-way messages; sender, receiver and shard travel in the envelope around them. */
export type RaftMessage =
  | RequestVote
  | RequestVoteResponse
  | AppendEntries
  | AppendEntriesResponse
  | Heartbeat
  | HeartbeatResponse
  | TimeoutNow
  | InstallSnapshot
  | InstallSnapshotResponse;

/** §5.2, and dissertation §9.6 with `preVote`: a pre-vote asks for term+1 and changes nobody's term. */
export interface RequestVote {
  readonly type: 'RequestVote';
  readonly term: Term;
  readonly preVote: boolean;
  /** Its leader asked it to stand (§3.10): no promise to follow that leader stands in its way. Never of a pre-vote. */
  readonly transfer: boolean;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface RequestVoteResponse {
  readonly type: 'RequestVoteResponse';
  /** The request's term if granted. Refused: the voter's currentTerm; a pre-vote's asker that is ahead gets its own currentTerm back. */
  readonly term: Term;
  readonly preVote: boolean;
  readonly voteGranted: boolean;
}

export interface AppendEntries {
  readonly type: 'AppendEntries';
  readonly term: Term;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: readonly Entry[];
  readonly leaderCommit: LogIndex;
  readonly sentUs: Micros;
}

export interface AppendEntriesResponse {
  readonly type: 'AppendEntriesResponse';
  readonly term: Term;
  readonly success: boolean;
  /** success: the last entry *this message* verified. Failure: the prevLogIndex that was refused. */
  readonly index: LogIndex;
  /** Failure only (§5.3, fast backtracking): the follower's term at the conflict and the first index it may hold of it; 0 if its log is too short. */
  readonly conflictTerm: Term;
  readonly conflictIndex: LogIndex;
  readonly sentUs: Micros;
}

/**
 * An AppendEntries without log matching, as in etcd: it asserts leadership and carries commit = min(matchIndex, commitIndex).
 * The node coalesces those of all its shards per peer into one envelope.
 */
export interface Heartbeat {
  readonly type: 'Heartbeat';
  readonly term: Term;
  readonly leaderCommit: LogIndex;
  /** The newest ReadIndex round this heartbeat confirms; 0 if none. */
  readonly readContext: number;
  /**
   * The leader's monotonic clock when it sent this; comes back in the answer as it is. Whoever answers promises to help nobody else to be
   * elected for electionTimeoutUsMin, and the leader's lease counts from here: `lease.ts`.
   */
  readonly sentUs: Micros;
}

export interface HeartbeatResponse {
  readonly type: 'HeartbeatResponse';
  readonly term: Term;
  readonly readContext: number;
  /** Of the heartbeat that it answers; 0 where it promises nothing: the heartbeat's sender leads an older term. */
  readonly sentUs: Micros;
  /** Its state machine is lost, and its log is not: it wants a snapshot that ends at this entry or behind it. 0: it wants none. */
  readonly snapshotFrom: LogIndex;
}

/** Dissertation §3.10: whoever gets it from its leader stands for election at once. */
export interface TimeoutNow {
  readonly type: 'TimeoutNow';
  readonly term: Term;
}

/**
 * Figure 13: a piece of a snapshot, for a follower that needs entries which the leader's log no longer holds. One is under way at a time. What
 * `data` says is for the two nodes to know.
 */
export interface InstallSnapshot extends SnapshotPiece {
  readonly type: 'InstallSnapshot';
  readonly term: Term;
}

export interface SnapshotPiece {
  /** The snapshot is the state behind this entry; the follower's log begins there. */
  readonly lastIncluded: LogBase;
  /** Bytes of the snapshot before this piece. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** CRC-32 of `data`. */
  readonly checksum: number;
  /** It is the last piece. */
  readonly done: boolean;
  /** Of the whole snapshot, as its sender holds it: what is installed must come to the same. With the last piece; undefined before. */
  readonly root: Hash64 | undefined;
}

export interface InstallSnapshotResponse {
  readonly type: 'InstallSnapshotResponse';
  readonly term: Term;
  readonly lastIncludedIndex: LogIndex;
  /** Where the piece begins that the follower wants next; that it has installed the snapshot says an AppendEntriesResponse. */
  readonly offset: number;
  /** The whole snapshot had arrived, and what it came to was not what its root says: another one is wanted. */
  readonly refused: boolean;
}

export interface OutgoingRaftMessage {
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** Only a term's leader sends these; they tell one of an older term of the later one. */
export const isOfLeader = (message: RaftMessage): message is AppendEntries | Heartbeat | InstallSnapshot =>
  message.type === 'AppendEntries' || message.type === 'Heartbeat' || message.type === 'InstallSnapshot';
