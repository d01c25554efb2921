import type { LogIndex } from '../base/ids.ts';
import type { PersistMark } from './ready.ts';

export interface PendingWrite {
  readonly mark: PersistMark;
  /** The log is this node's current one up to here once the write is durable; lowered when entries of it are truncated. */
  durableIndex: LogIndex;
}

/**
 * Writes handed out in a Ready and not yet durable, oldest first. Comparing the term at `mark.lastIndex` would not be enough: an entry
 * may be overwritten and later come back (A, B, A), and then the first write's completion says nothing about the last one.
 */
export class PendingWrites {
  private readonly writes: PendingWrite[] = [];

  issue(mark: PersistMark): void {
    this.writes.push({ mark, durableIndex: mark.lastIndex });
  }

  /** Entries from `from` on were thrown away: no write under way vouches for that position any more. */
  truncateFrom(from: LogIndex): void {
    for (const write of this.writes) write.durableIndex = Math.min(write.durableIndex, from - 1);
  }

  /** The writes that are durable once `mark`'s is: itself and all before it. None for the mark of a Ready that wrote nothing. */
  complete(mark: PersistMark): readonly PendingWrite[] {
    const at = this.writes.findIndex((write) => write.mark === mark);
    return at === -1 ? NONE : this.writes.splice(0, at + 1);
  }
}

const NONE: readonly PendingWrite[] = [];
