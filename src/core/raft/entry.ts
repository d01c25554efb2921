import type { LogIndex, Micros, Term } from '../base/ids.ts';

/** A log entry. `command` is opaque to Raft; a no-op (appended by a new leader, §8) has none, a configuration's is `encodeConfiguration`. */
export interface Entry {
  readonly term: Term;
  readonly index: LogIndex;
  readonly kind: 'noop' | 'command' | 'configuration';
  /** The leader's wall clock when it proposed this, made monotone along the log: the shard's log time. */
  readonly stampUs: Micros;
  readonly command: Uint8Array;
}

/** What must be on disk before any message that rests on it leaves (Figure 2, "persistent state"). */
export interface HardState {
  readonly currentTerm: Term;
  /** 0 = voted for nobody in currentTerm. Written together with the term, never in two writes. */
  readonly votedFor: number;
  /** A hint that lets a restarted node apply at once; may lag, never leads. */
  readonly commitIndex: LogIndex;
}

export type Role = 'follower' | 'precandidate' | 'candidate' | 'leader';
