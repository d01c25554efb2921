import type { Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { TraceEvent } from './trace-event.ts';

/** `unknown`: no violation was found, and not everything could be tried. */
export type Verdict = 'linearizable' | 'not linearizable' | 'unknown';

/** What a register holds or a key maps to, as JSON text; null = absent (also a register's beginning). */
export type SeenValue = string | null;

/**
 * One operation of a history as a client saw it. Real-time order is that of `invoked` and `completed`, which are places in the history: an
 * operation comes before another iff its completion stands before the other's invocation. Times count for expiry alone.
 */
export interface SeenOperation {
  readonly process: string;
  readonly kind: 'read' | 'write' | 'cas' | 'delete';
  readonly key: string;
  /** What a write or CAS puts there; null for a delete, unused for a read. */
  readonly written: SeenValue;
  /** What a CAS expects. */
  readonly expected: SeenValue;
  /** `fail`: certainly did not happen, and says nothing. `unknown`: may take effect at any later time or never. */
  readonly status: 'ok' | 'fail' | 'unknown';
  /** What a read that is `ok` answered, or what a CAS that did not match said that it met; undefined: it did not say. */
  readonly answered: SeenValue | undefined;
  /** Whether a CAS that is `ok` matched. */
  readonly swapped: boolean;
  readonly invoked: number;
  /** Infinity: the outcome is unknown. */
  readonly completed: number;
  /** NaN: the history does not tell times. */
  readonly invokedNs: number;
  /** Infinity: the outcome is unknown. */
  readonly completedNs: number;
  /** It may still be answered; judged as one whose outcome is unknown. */
  readonly underWay?: boolean;
}

/** One key's part of a history, judged by itself: linearizability is local. */
export interface KeyReport {
  readonly key: string;
  readonly verdict: Verdict;
  readonly operations: number;
  /** Of these, operations whose outcome is unknown. */
  readonly unknown: number;
  /** Transitions that its last check tried. */
  readonly steps: number;
  /** On the wall, of its last check. */
  readonly tookMs: number;
}

export interface ViolationReport {
  readonly key: string;
  /** The operation that no order explains. */
  readonly failed: SeenOperation;
  /** What the key may have held when it was invoked or later. */
  readonly possible: readonly SeenValue[];
  /** The shortest history found that is wrong by itself, by invocation. */
  readonly explanation: readonly SeenOperation[];
  /** Places (`invoked`) of the longest order of these that was found, first to last. */
  readonly order: readonly number[];
  /** Places of those that have returned and stand in no such order. */
  readonly stuck: readonly number[];
}

/** One leader's time in office. */
export interface Reign {
  readonly node: NodeId;
  readonly term: Term;
  readonly fromUs: Micros;
  /** Undefined: it still leads, as far as it knows itself. */
  readonly toUs: Micros | undefined;
}

/** Something that happened to the cluster, to be seen beside what its clients saw. */
export type RunMark = Extract<
  TraceEvent,
  { readonly type: 'ActionTaken' | 'NodeKilled' | 'NodeCrashed' | 'NodeRecovered' | 'InvariantViolated' }
>;

/** A rule that the world judges after every event. */
export interface InvariantReport {
  readonly name: string;
  /** How often something happened that could have broken it; 0: nothing is proven yet. */
  readonly judged: number;
  readonly broken: { readonly timeUs: Micros; readonly detail: string } | undefined;
}

/** Which part of a history is to be shown. */
export interface CheckQuery {
  /** Undefined: all of them. */
  readonly key?: string | undefined;
  /** Operations that began later are left out: microseconds, or lines where the history has no times. */
  readonly until?: number | undefined;
  /** Whose leaders are told. */
  readonly shard?: ShardId | undefined;
}

/** A history and what the checker says of it. */
export interface CheckReport {
  /** Worst of all keys; `nothing`: there is no operation to examine. */
  readonly verdict: Verdict | 'nothing';
  /** Worst first, then by name. */
  readonly keys: readonly KeyReport[];
  /** Keys that have changed since their last check and are not counted among the above yet, or as they were. */
  readonly due: number;
  readonly operations: number;
  readonly unknown: number;
  /** On the wall, of the last check that had something to judge: only keys that had changed. */
  readonly tookMs: number;
  /** How many keys that were; 0: none yet. */
  readonly checked: number;
  /** Of the key that was asked for, if it went wrong; else of the one that did so first. */
  readonly violation: ViolationReport | undefined;
  /** `place`: the history tells no times; its lines are the axis. */
  readonly axis: 'time' | 'place';
  /** The newest operations that were asked for, by invocation. */
  readonly shown: readonly SeenOperation[];
  /** How many there are of that kind. */
  readonly matching: number;
  /** Writes from before the page was loaded anew, whose answers nobody kept: judged as unknown, not shown. */
  readonly earlier: number;
  /** Of the newest thing in it, in microseconds or lines. */
  readonly end: number;
  /** Faults and the like, oldest first. */
  readonly marks: readonly RunMark[];
  readonly reigns: readonly Reign[];
  readonly invariants: readonly InvariantReport[];
  /** Nothing is recorded any more: the history is as long as it may be. */
  readonly full: boolean;
}

/** A history file is being read or judged. */
export interface CheckProgress {
  readonly stage: 'reading' | 'checking';
  /** Keys judged, of so many. */
  readonly done: number;
  readonly of: number;
}

/** Files up to so many characters are judged in a page; `npm run check-history` takes any. */
export const HISTORY_FILE_MAX = 32 * 2 ** 20;

/** What became of a history file. */
export type FileCheck =
  /** Line numbers from 1; 0: the file as a whole. */
  { readonly ok: false; readonly line: number; readonly text: string } | { readonly ok: true };
