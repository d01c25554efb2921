import type { LogIndex, NodeId, Term } from '../base/ids.ts';
import type { Entry, LogBase } from './entry.ts';

/** Raft's RPCs (Figure 2), as one-way messages; sender, receiver and shard travel in the envelope around them. */
export type RaftMessage =
  | RequestVote
  | RequestVoteResponse
  | AppendEntries
  | AppendEntriesResponse
  | Heartbeat
  | HeartbeatResponse
  | InstallSnapshot
  | InstallSnapshotResponse;

/** §5.2, and dissertation §9.6 with `preVote`: a pre-vote asks for term+1 and changes nobody's term. */
export interface RequestVote {
  readonly type: 'RequestVote';
  readonly term: Term;
  readonly preVote: boolean;
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
}

export interface HeartbeatResponse {
  readonly type: 'HeartbeatResponse';
  readonly term: Term;
  readonly readContext: number;
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
}

export interface InstallSnapshotResponse {
  readonly type: 'InstallSnapshotResponse';
  readonly term: Term;
  readonly lastIncludedIndex: LogIndex;
  /** Where the piece begins that the follower wants next; that it has installed the snapshot says an AppendEntriesResponse. */
  readonly offset: number;
}

export interface OutgoingRaftMessage {
  readonly to: NodeId;
  readonly message: RaftMessage;
}
