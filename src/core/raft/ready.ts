import type { LogIndex, NodeId, Term } from '../base/ids.ts';
import type { Entry, HardState, LogBase } from './entry.ts';
import type { InstallSnapshot, InstallSnapshotResponse, OutgoingRaftMessage } from './message.ts';

/**
 * One batch of effects (etcd's Ready, asynchronous storage writes). The caller must
 *  1. write `hardState`, `checkpoint` and `entries` (an entry replaces the one with its index and all after it) in that order, in one log record group;
 *  2. send `messages` at once;
 *  3. when the write is durable: call `raft.persisted(mark)` and send `messagesAfterPersist`; writes become durable in the order of their Readys;
 *  4. apply `committed` in order and call `raft.appliedTo(index)`.
 * With none of the three, nor earlier writes pending, `messagesAfterPersist` may go at once.
 */
export interface Ready {
  /** Undefined also where there is a checkpoint, which holds it. */
  readonly hardState: HardState | undefined;
  /** A snapshot took the place of the log, or of its beginning: nothing that was written before counts any more. */
  readonly checkpoint: RaftCheckpoint | undefined;
  readonly entries: readonly Entry[];
  readonly messages: readonly OutgoingRaftMessage[];
  readonly messagesAfterPersist: readonly OutgoingRaftMessage[];
  /** Committed and durable in this node's own log, in index order, each entry exactly once per start. */
  readonly committed: readonly Entry[];
  /** ReadIndex rounds that a quorum confirmed: the read may be served once `applied ≥ index`. */
  readonly readStates: readonly ReadState[];
  /** Pieces of a snapshot for the caller to collect, or what a follower says to those that it was sent. */
  readonly snapshotMessages: readonly SnapshotMessage[];
  readonly mark: PersistMark;
}

export interface SnapshotMessage {
  readonly from: NodeId;
  readonly message: InstallSnapshot | InstallSnapshotResponse;
}

/** What one record has to say of a replica so that no record before it is needed. */
export interface RaftCheckpoint {
  readonly hardState: HardState;
  readonly base: LogBase;
  readonly entries: readonly Entry[];
}

export interface ReadState {
  readonly context: number;
  readonly index: LogIndex;
}

/** What will be durable once a Ready is written. Handed back to `persisted` as the same object, not as a copy. */
export interface PersistMark {
  readonly hardState: HardState | undefined;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
}
