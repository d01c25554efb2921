import type { LogIndex, Micros, Term } from '../base/ids.ts';

/** A log entry. `command` is opaque to Raft; a no-op (appended by a new leader, §8) has none. */
export interface Entry {
  readonly term: Term;
  readonly index: LogIndex;
  readonly kind: 'noop' | 'command';
  /** The leader's wall clock when it proposed this, made monotone along the log: the shard's log time. */
  readonly stampUs: Micros;
  readonly command: Uint8Array;
}

/**
 * Where a log begins: the last entry that it held and no longer holds (Figure 13: lastIncludedIndex, lastIncludedTerm). Everything up to it is in
 * the state machine's own storage.
 */
export interface LogBase {
  readonly index: LogIndex;
  readonly term: Term;
  readonly stampUs: Micros;
}

/** Of a log that holds every entry there ever was. */
export const LOG_START: LogBase = { index: 0, term: 0, stampUs: 0 };

/** What must be on disk before any message that rests on it leaves (Figure 2, "persistent state"). */
export interface HardState {
  readonly currentTerm: Term;
  /** 0 = voted for nobody in currentTerm. Written together with the term, never in two writes. */
  readonly votedFor: number;
  /** A hint that lets a restarted node apply at once; may lag, never leads. */
  readonly commitIndex: LogIndex;
}

export type Role = 'follower' | 'precandidate' | 'candidate' | 'leader';
