import type { LogIndex, Micros, Term } from '../base/ids.ts';
import type { Configuration } from './configuration.ts';

/** A log entry. `command` is opaque to Raft; a no-op (appended by a new leader, §8) has none, a configuration's is `encodeConfiguration`. */
export interface Entry {
  readonly term: Term;
  readonly index: LogIndex;
  readonly kind: 'noop' | 'command' | 'configuration';
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
  /** In force at that entry: the log no longer says it. Undefined at index 0 only: what the group began with (`RaftOptions.voters`). */
  readonly configuration: Configuration | undefined;
  /** Of the entry that put it in force; absent: the base's own. */
  readonly configurationIndex?: LogIndex;
}

/** Of a log that holds every entry there ever was. */
export const LOG_START: LogBase = { index: 0, term: 0, stampUs: 0, configuration: undefined };

/** What must be on disk before any message that rests on it leaves (Figure 2, "persistent state"). */
export interface HardState {
  readonly currentTerm: Term;
  /** 0 = voted for nobody in currentTerm. Written together with the term, never in two writes. */
  readonly votedFor: number;
  /** A hint that lets a restarted node apply at once; may lag, never leads. */
  readonly commitIndex: LogIndex;
}

export type Role = 'follower' | 'precandidate' | 'candidate' | 'leader';
