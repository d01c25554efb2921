import { assert, must } from '../base/assert.ts';
import type { LogIndex, Micros, Term } from '../base/ids.ts';
import type { Entry } from './entry.ts';
import { PendingWrites } from './pending-writes.ts';

/**
 * The log of one replica (Figure 2), wholly in memory: which entries there are, which were handed out to be written, and which are
 * durable. Terms never decrease along it, which the searches by term rely on.
 */
export class RaftLog {
  readonly pendingWrites = new PendingWrites();
  /** Index of the entry before the first one held; above 0 once logs are trimmed. */
  private readonly offset: LogIndex = 0;
  private readonly offsetTerm: Term = 0;
  /** Entry at index i is at position i − offset − 1. */
  private readonly entries: Entry[];
  /** The first entry not yet handed out to be written. ≤ lastIndex + 1. */
  private nextToWrite: LogIndex;
  /** Every entry up to here is this log's own entry on disk. < nextToWrite. */
  private durableIndex: LogIndex;

  constructor(recovered: readonly Entry[]) {
    this.entries = [];
    this.nextToWrite = 1;
    this.durableIndex = 0;
    this.append(recovered);
    this.nextToWrite = this.lastIndex + 1;
    this.durableIndex = this.lastIndex;
  }

  get lastIndex(): LogIndex {
    return this.offset + this.entries.length;
  }

  get lastTerm(): Term {
    const last = this.entries[this.entries.length - 1];
    return last === undefined ? this.offsetTerm : last.term;
  }

  get lastStampUs(): Micros {
    return this.entries[this.entries.length - 1]?.stampUs ?? 0;
  }

  get persistedIndex(): LogIndex {
    return this.durableIndex;
  }

  get hasUnwritten(): boolean {
    return this.nextToWrite <= this.lastIndex;
  }

  entry(index: LogIndex): Entry | undefined {
    return this.entries[index - this.offset - 1];
  }

  /** undefined where the log has no entry. The term before the first entry is known: 0 at index 0. */
  termAt(index: LogIndex): Term | undefined {
    return index === this.offset ? this.offsetTerm : this.entries[index - this.offset - 1]?.term;
  }

  /** §5.4.1: logs are compared by the term of the last entry first, then by length. */
  isUpToDate(lastLogTerm: Term, lastLogIndex: LogIndex): boolean {
    return lastLogTerm > this.lastTerm || (lastLogTerm === this.lastTerm && lastLogIndex >= this.lastIndex);
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, 'a log has no holes');
      assert(entry.term >= this.lastTerm, 'terms never decrease along a log');
      this.entries.push(entry);
    }
  }

  /** Position in `entries` of the first one that this log lacks or holds with another term; `entries.length` if it has them all. */
  firstNew(entries: readonly Entry[]): number {
    const at = entries.findIndex((entry) => this.termAt(entry.index) !== entry.term);
    return at === -1 ? entries.length : at;
  }

  truncateFrom(from: LogIndex): void {
    assert(from > this.offset && from <= this.lastIndex, 'only entries that are there can be truncated');
    this.entries.length = from - this.offset - 1;
    this.nextToWrite = Math.min(this.nextToWrite, from);
    this.durableIndex = Math.min(this.durableIndex, from - 1);
    this.pendingWrites.truncateFrom(from);
  }

  /** The entries not yet handed out to be written, each once (again if it was overwritten in between). */
  takeUnwritten(): readonly Entry[] {
    if (!this.hasUnwritten) return NO_ENTRIES;
    const unwritten = this.slice(this.nextToWrite, this.lastIndex);
    this.nextToWrite = this.lastIndex + 1;
    return unwritten;
  }

  persistedTo(index: LogIndex): void {
    assert(index < this.nextToWrite, 'only what was handed out to be written can be durable');
    this.durableIndex = Math.max(this.durableIndex, index);
  }

  /** Both ends included. */
  slice(from: LogIndex, to: LogIndex): readonly Entry[] {
    assert(from > this.offset && to <= this.lastIndex, 'a slice lies inside the log');
    return to < from ? NO_ENTRIES : this.entries.slice(from - this.offset - 1, to - this.offset);
  }

  /** Entries from `from` on, at most `entriesMax` and `bytesMax` command bytes, but at least one if there is one. */
  sliceForAppend(from: LogIndex, entriesMax: number, bytesMax: number): readonly Entry[] {
    const last = Math.min(this.lastIndex, from + entriesMax - 1);
    let to = from - 1;
    let bytes = 0;
    while (to < last) {
      bytes += must(this.entry(to + 1), 'entries are contiguous').command.length;
      if (bytes > bytesMax && to >= from) break;
      to++;
    }
    return this.slice(from, to);
  }

  /** The largest index ≤ `index` whose term is ≤ `term`. */
  lastIndexWithTermAtMost(index: LogIndex, term: Term): LogIndex {
    let low = this.offset;
    let high = Math.max(this.offset, Math.min(index, this.lastIndex));
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if ((this.termAt(middle) as Term) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export const NO_ENTRIES: readonly Entry[] = [];
