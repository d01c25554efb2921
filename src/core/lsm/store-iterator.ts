import { assert, must } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import { type InternalEntry, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import { aboveLower, belowUpper, type ScanRange } from './scan-range.ts';

/**
 * Walks the live pairs of a range as of one sequence, both ways (LevelDB's DBIter): of each key the newest version at or below the sequence
 * speaks, and a tombstone says nothing. What it sees was fixed when it was made, whatever is written, flushed or compacted since.
 * A routine that throws ends the iterator: every later one throws the same, so that an error can never pass for the end of the range.
 */
export class StoreIterator {
  private readonly cursor: Cursor;
  private readonly range: ScanRange;
  private readonly atSequence: SequenceNumber;
  private readonly unpin: () => void;
  private readonly hidden: (key: Uint8Array) => boolean;
  /** The pair stood on. */
  private pair: InternalEntry | undefined;
  /** Going on, the cursor is at the pair's entry; going back, it is before all versions of the pair's key. */
  private forward = true;
  private failure: { readonly error: unknown } | undefined;
  private released = false;

  /**
   * @param unpin called once, by `release`
   * @param hidden keys that are there and yet gone
   */
  constructor(
    cursor: Cursor,
    range: ScanRange,
    atSequence: SequenceNumber,
    unpin: () => void,
    hidden: (key: Uint8Array) => boolean = () => false,
  ) {
    this.hidden = hidden;
    this.cursor = cursor;
    this.range = range;
    this.atSequence = atSequence;
    this.unpin = unpin;
  }

  /** Undefined before the first pair and past the last, and until a first `seek…`. Not to be changed, as the value. */
  get key(): Uint8Array | undefined {
    return this.pair?.key;
  }

  /** May be a view of a whole block: copy what is to be kept. */
  get value(): Uint8Array | undefined {
    return this.pair?.value;
  }

  seekToFirst(): DiskRoutine<void> {
    return this.run(this.first());
  }

  seekToLast(): DiskRoutine<void> {
    return this.run(this.last());
  }

  /** To the first pair of the range with a key ≥ `key`. */
  seek(key: Uint8Array): DiskRoutine<void> {
    return this.run(aboveLower(this.range, key) ? this.seekForward(key, BEFORE_VERSIONS) : this.first());
  }

  /** To the last pair of the range with a key ≤ `key`. */
  seekForPrev(key: Uint8Array): DiskRoutine<void> {
    return this.run(belowUpper(this.range, key) ? this.seekBackward(key, AFTER_VERSIONS) : this.last());
  }

  /** On no pair, `next` and `prev` do nothing. */
  next(): DiskRoutine<void> {
    return this.run(this.step(true));
  }

  prev(): DiskRoutine<void> {
    return this.run(this.step(false));
  }

  /** Gives back what it kept from being deleted; the iterator is of no use afterwards. Once more does nothing. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.pair = undefined;
    this.unpin();
  }

  private *run(moving: DiskRoutine<void>): DiskRoutine<void> {
    assert(!this.released, 'an iterator is not used after its release');
    if (this.failure !== undefined) throw this.failure.error;
    try {
      yield* moving;
    } catch (error) {
      this.pair = undefined;
      this.failure = { error };
      throw error;
    }
  }

  private *first(): DiskRoutine<void> {
    const { gte, gt } = this.range;
    if (gte !== undefined) return yield* this.seekForward(gte, BEFORE_VERSIONS);
    if (gt !== undefined) return yield* this.seekForward(gt, AFTER_VERSIONS);
    this.cursor.seekToFirst();
    yield* this.findForward(undefined);
  }

  private *last(): DiskRoutine<void> {
    const { lte, lt } = this.range;
    if (lte !== undefined) return yield* this.seekBackward(lte, AFTER_VERSIONS);
    if (lt !== undefined) return yield* this.seekBackward(lt, BEFORE_VERSIONS);
    this.cursor.seekToLast();
    yield* this.findBackward();
  }

  private *step(forward: boolean): DiskRoutine<void> {
    if (this.pair === undefined) return;
    const { key } = this.pair;
    if (forward !== this.forward) {
      yield* forward ? this.seekForward(key, AFTER_VERSIONS) : this.seekBackward(key, BEFORE_VERSIONS);
    } else if (forward) {
      this.cursor.skipOlder();
      yield* this.findForward(key);
    } else {
      yield* this.findBackward();
    }
  }

  private *seekForward(key: Uint8Array, sequence: SequenceNumber): DiskRoutine<void> {
    this.cursor.seek(key, sequence);
    yield* this.findForward(undefined);
  }

  private *seekBackward(key: Uint8Array, sequence: SequenceNumber): DiskRoutine<void> {
    this.cursor.seekForPrev(key, sequence);
    yield* this.findBackward();
  }

  /** From the cursor's entry on. @param settled a key that has spoken: its older versions are passed over */
  private *findForward(settled: Uint8Array | undefined): DiskRoutine<void> {
    const { cursor, range, atSequence } = this;
    let spoken = settled;
    this.forward = true;
    this.pair = undefined;
    for (;;) {
      if (cursor.pending) yield* cursor.load();
      const { entry } = cursor;
      if (entry === undefined || !belowUpper(range, entry.key)) return;
      if (entry.sequence > atSequence) {
        cursor.next();
      } else if (spoken !== undefined && compareBytes(spoken, entry.key) === 0) {
        cursor.skipOlder();
      } else if (this.isLive(entry)) {
        this.pair = entry;
        return;
      } else {
        spoken = entry.key;
        cursor.skipOlder();
      }
    }
  }

  /** From the cursor's entry back, past all versions of the key that is found: the newest one for this reader comes last. */
  private *findBackward(): DiskRoutine<void> {
    const { cursor, range, atSequence } = this;
    let newest: InternalEntry | undefined;
    this.forward = false;
    this.pair = undefined;
    for (;;) {
      if (cursor.pending) yield* cursor.load();
      const { entry } = cursor;
      if (entry === undefined || !aboveLower(range, entry.key)) break;
      if (newest !== undefined && compareBytes(newest.key, entry.key) !== 0) {
        if (this.isLive(newest)) break;
        newest = undefined;
      }
      if (entry.sequence <= atSequence) newest = entry;
      cursor.prev();
    }
    if (newest !== undefined && this.isLive(newest)) this.pair = newest;
  }

  private isLive({ key, type }: InternalEntry): boolean {
    return type === VALUE_TYPE.put && !this.hidden(key);
  }
}

/** Some pairs of a range, in the order in which they were asked for. */
export interface ScanPage {
  readonly pairs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
  /** The limit cut it: at least one more live pair is in the range. */
  readonly more: boolean;
}

/** Whatever is reached first cuts the page; the first pair is given whatever its size. */
export interface ScanLimit {
  readonly pairs: number;
  readonly bytes: number;
}

/** The first pairs of the iterator's range, or the last ones backwards; releases the iterator at its end, also where it fails. */
export function* scanPage(iterator: StoreIterator, limit: ScanLimit, reverse: boolean): DiskRoutine<ScanPage> {
  assert(limit.pairs >= 0, 'a limit is not negative');
  const pairs: { key: Uint8Array; value: Uint8Array }[] = [];
  let bytes = 0;
  try {
    yield* reverse ? iterator.seekToLast() : iterator.seekToFirst();
    for (;;) {
      const { key, value } = iterator;
      if (key === undefined) return { pairs, more: false };
      const copy = must(value, 'a pair has a value').slice();
      bytes += key.length + copy.length;
      if (pairs.length === limit.pairs || (bytes > limit.bytes && pairs.length > 0)) return { pairs, more: true };
      pairs.push({ key, value: copy });
      yield* reverse ? iterator.prev() : iterator.next();
    }
  } finally {
    iterator.release();
  }
}
