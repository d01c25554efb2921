import { assert } from '../base/assert.ts';
import type { LogIndex, Micros } from '../base/ids.ts';

/** What a leader knows of one follower, as others may see it. */
export interface ProgressView {
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  readonly mode: ProgressMode;
  /** AppendEntries with entries under way. */
  readonly inflightAppends: number;
  /** The newest ReadIndex round that it confirmed in this term. */
  readonly readContext: number;
  /** It wants a snapshot that ends there or behind it, whatever its log holds; 0: it does not. */
  readonly snapshotFrom: LogIndex;
  /** When it last answered anything, on the leader's monotonic clock. */
  readonly lastAnswerUs: Micros;
}

/**
 * `probe`: where the logs agree is not known; one AppendEntries at a time. `replicate`: it is known; entries are sent ahead of their
 * answers, up to a window (etcd's Progress; dissertation §10.2.1). `snapshot`: it needs entries that the leader's log no longer holds; until it
 * has a snapshot it is sent none.
 */
export type ProgressMode = 'probe' | 'replicate' | 'snapshot';

export class Progress implements ProgressView {
  /** Highest entry known to be durable on the follower and equal to the leader's. Never decreases within a term. */
  matchIndex: LogIndex = 0;
  /** The next entry to send. > matchIndex. */
  nextIndex: LogIndex;
  mode: ProgressMode = 'probe';
  /** In `probe`: an AppendEntries is under way, wait for its answer or for a heartbeat's. */
  probeSent = false;
  /** Send an AppendEntries even if there is nothing new: its answer tells where the follower stands. */
  appendWanted = true;
  /** The largest leaderCommit sent to it. */
  sentCommit: LogIndex = 0;
  /** CheckQuorum reads it. */
  lastAnswerUs: Micros;
  readContext = 0;
  snapshotFrom: LogIndex = 0;
  /** The newest `sentUs` that it answered: it promised to follow from then on at the latest. 0 = none yet. */
  promisedFromUs: Micros = 0;
  private readonly inflightMax: number;
  /** Last index of each AppendEntries under way, ascending. */
  private readonly inflight: LogIndex[] = [];

  constructor(nextIndex: LogIndex, inflightMax: number, nowUs: Micros) {
    this.nextIndex = nextIndex;
    this.inflightMax = inflightMax;
    this.lastAnswerUs = nowUs;
  }

  get inflightAppends(): number {
    return this.inflight.length;
  }

  get isPaused(): boolean {
    if (this.mode === 'snapshot') return true;
    return this.mode === 'probe' ? this.probeSent : this.inflight.length >= this.inflightMax;
  }

  /** An AppendEntries left whose last entry has this index (its prevLogIndex if it is empty). */
  sent(lastIndex: LogIndex, entries: number, leaderCommit: LogIndex): void {
    this.appendWanted = false;
    this.sentCommit = Math.max(this.sentCommit, leaderCommit);
    if (this.mode === 'probe') {
      this.probeSent = true;
    } else if (entries > 0) {
      assert(lastIndex >= this.nextIndex, 'entries are sent in order');
      this.nextIndex = lastIndex + 1;
      this.inflight.push(lastIndex);
    }
  }

  needsSnapshot(): void {
    this.mode = 'snapshot';
    this.inflight.length = 0;
  }

  /**
   * The follower holds everything up to `index`. True if that says anything new: a larger match, or the end of probing.
   * @param baseIndex where the leader's log begins: one that does not reach it goes on to need a snapshot
   */
  matched(index: LogIndex, baseIndex: LogIndex): boolean {
    if (index < this.matchIndex || (index === this.matchIndex && this.mode === 'replicate')) return false;
    this.matchIndex = index;
    if (this.mode === 'snapshot' && index < baseIndex) {
      this.nextIndex = index + 1;
      return true;
    }
    if (this.mode !== 'replicate') {
      this.mode = 'replicate';
      this.nextIndex = index + 1;
    } else {
      this.nextIndex = Math.max(this.nextIndex, index + 1);
    }
    while (this.inflight.length > 0 && (this.inflight[0] as LogIndex) <= index) this.inflight.shift();
    return true;
  }

  /**
   * The follower refused an AppendEntries with this prevLogIndex; `hint` is where the logs may agree next. False for an answer that is
   * stale: it contradicts what a later one said.
   */
  refused(prevLogIndex: LogIndex, hint: LogIndex): boolean {
    if (this.mode === 'snapshot') return false;
    if (this.mode === 'replicate') {
      if (prevLogIndex <= this.matchIndex) return false;
      this.mode = 'probe';
      this.nextIndex = this.matchIndex + 1;
    } else {
      if (prevLogIndex !== this.nextIndex - 1 || prevLogIndex <= this.matchIndex) return false;
      this.nextIndex = Math.max(Math.min(prevLogIndex, hint), this.matchIndex + 1);
    }
    this.inflight.length = 0;
    this.probeSent = false;
    this.appendWanted = true;
    return true;
  }
}
