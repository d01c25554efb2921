import { assert, must } from '../base/assert.ts';
import type { LogIndex, Micros, Term } from '../base/ids.ts';
import type { PlacedConfiguration } from './configuration-history.ts';
import type { Entry, LogBase } from './entry.ts';
import { PendingWrites } from './pending-writes.ts';

/**
 * The log of one replica (Figure 2), wholly in memory: which entries there are, which were handed out to be written, and which are
 * durable. Terms never decrease along it, which the searches by term rely on.
 */
export class RaftLog {
  readonly pendingWrites = new PendingWrites();
  /** The entry before the first one held. */
  private start: LogBase;
  /** Entry at index i is at position i − base.index − 1. */
  private readonly entries: Entry[] = [];
  /** The first entry not yet handed out to be written. ≤ lastIndex + 1. */
  private nextToWrite: LogIndex;
  /** Every entry up to here is this log's own entry on disk. < nextToWrite. */
  private durableIndex: LogIndex;

  /** @param recovered durable, from the entry behind `base` on */
  constructor(base: LogBase, recovered: readonly Entry[]) {
    this.start = base;
    this.append(recovered);
    this.nextToWrite = this.lastIndex + 1;
    this.durableIndex = this.lastIndex;
  }

  get base(): LogBase {
    return this.start;
  }

  get lastIndex(): LogIndex {
    return this.start.index + this.entries.length;
  }

  get lastTerm(): Term {
    const last = this.entries[this.entries.length - 1];
    return last === undefined ? this.start.term : last.term;
  }

  get lastStampUs(): Micros {
    return this.entries[this.entries.length - 1]?.stampUs ?? this.start.stampUs;
  }

  get persistedIndex(): LogIndex {
    return this.durableIndex;
  }

  get hasUnwritten(): boolean {
    return this.nextToWrite <= this.lastIndex;
  }

  entry(index: LogIndex): Entry | undefined {
    return this.entries[index - this.start.index - 1];
  }

  /** undefined where the log has no entry. The base's term is known: 0 at index 0. */
  termAt(index: LogIndex): Term | undefined {
    return index === this.start.index ? this.start.term : this.entry(index)?.term;
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
    assert(from > this.start.index && from <= this.lastIndex, 'only entries that are there can be truncated');
    this.entries.length = from - this.start.index - 1;
    this.nextToWrite = Math.min(this.nextToWrite, from);
    this.durableIndex = Math.min(this.durableIndex, from - 1);
    this.pendingWrites.truncateFrom(from);
  }

  /** Forgets every entry up to `index`, at which `configuration` is in force and which are durable: the log begins behind it. */
  compactTo(index: LogIndex, { index: configurationIndex, configuration }: PlacedConfiguration): void {
    assert(index > this.start.index && index <= this.durableIndex, 'only durable entries that are there are compacted');
    const { term, stampUs } = must(this.entry(index), 'an entry of the log');
    this.entries.splice(0, index - this.start.index);
    this.start = { index, term, stampUs, configuration, configurationIndex };
  }

  /**
   * A snapshot takes the place of the whole log.
   * @param sharedIndex up to here what was held is part of the snapshot for certain
   */
  reset(base: LogBase, sharedIndex: LogIndex): void {
    assert(base.index > sharedIndex, 'a snapshot goes further than what is committed');
    this.entries.length = 0;
    this.start = base;
    this.nextToWrite = base.index + 1;
    this.durableIndex = Math.min(this.durableIndex, sharedIndex);
    this.pendingWrites.truncateFrom(sharedIndex + 1);
  }

  /** Those held and handed out to be written. */
  get written(): readonly Entry[] {
    return this.slice(this.start.index + 1, this.nextToWrite - 1);
  }

  /** Bytes of the commands held. */
  get commandBytes(): number {
    return this.entries.reduce((bytes, { command }) => bytes + command.length, 0);
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
    assert(from > this.start.index && to <= this.lastIndex, 'a slice lies inside the log');
    return to < from ? NO_ENTRIES : this.entries.slice(from - this.start.index - 1, to - this.start.index);
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

  /** The largest index ≤ `index` whose term is ≤ `term`; never before the base. */
  lastIndexWithTermAtMost(index: LogIndex, term: Term): LogIndex {
    let low = this.start.index;
    let high = Math.max(low, Math.min(index, this.lastIndex));
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if ((this.termAt(middle) as Term) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export const NO_ENTRIES: readonly Entry[] = [];
