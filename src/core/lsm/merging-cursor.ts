import { assert } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import { compareInternal, type InternalEntry, type SequenceNumber } from './internal-key.ts';

/**
 * Walks several sources as one, in internal order (LevelDB's merging iterator). Going on, all other sources stand behind the entry stood on;
 * going back, all stand before it; a change of direction seeks them over to the other side of it.
 * Compares all sources for each step: there are two MemTables, a few tables of L0, and one cursor a level.
 */
export class MergingCursor implements Cursor {
  pending = false;
  private readonly sources: readonly Cursor[];
  private current: Cursor | undefined;
  private forward = true;

  constructor(sources: readonly Cursor[]) {
    this.sources = sources;
  }

  get entry(): InternalEntry | undefined {
    return this.current?.entry;
  }

  seekToFirst(): void {
    this.seekAll(true, (source) => source.seekToFirst());
  }

  seekToLast(): void {
    this.seekAll(false, (source) => source.seekToLast());
  }

  seek(key: Uint8Array, sequence: SequenceNumber = BEFORE_VERSIONS): void {
    this.seekAll(true, (source) => source.seek(key, sequence));
  }

  seekForPrev(key: Uint8Array, sequence: SequenceNumber = AFTER_VERSIONS): void {
    this.seekAll(false, (source) => source.seekForPrev(key, sequence));
  }

  next(): void {
    const current = this.turn(true);
    current?.next();
    this.settle(current);
  }

  prev(): void {
    const current = this.turn(false);
    current?.prev();
    this.settle(current);
  }

  skipOlder(): void {
    const current = this.turn(true);
    current?.skipOlder();
    this.settle(current);
  }

  *load(): DiskRoutine<void> {
    for (const source of this.sources) if (source.pending) yield* source.load();
    this.settle(undefined);
  }

  private seekAll(forward: boolean, seek: (source: Cursor) => void): void {
    this.forward = forward;
    for (const source of this.sources) seek(source);
    this.settle(undefined);
  }

  /** Makes the other sources stand where this direction wants them. No two entries have one sequence, so none is met twice or passed over. */
  private turn(forward: boolean): Cursor | undefined {
    assert(!this.pending, 'a pending block is loaded before the cursor moves on');
    const { current } = this;
    const entry = current?.entry;
    if (entry === undefined || this.forward === forward) return current;
    this.forward = forward;
    for (const source of this.sources) {
      if (source === current) continue;
      if (forward) source.seek(entry.key, entry.sequence);
      else source.seekForPrev(entry.key, entry.sequence);
      if (source.pending) this.pending = true;
    }
    return current;
  }

  /** @param moved the only source that moved; undefined = any of them */
  private settle(moved: Cursor | undefined): void {
    this.pending = moved === undefined || this.pending ? this.sources.some((source) => source.pending) : moved.pending;
    this.current = this.pending ? undefined : this.nearest();
  }

  private nearest(): Cursor | undefined {
    let best: Cursor | undefined;
    for (const source of this.sources) {
      const { entry } = source;
      if (entry === undefined) continue;
      const first = best?.entry;
      if (first === undefined) {
        best = source;
        continue;
      }
      const order = compareInternal(entry.key, entry.sequence, first.key, first.sequence);
      if (this.forward ? order < 0 : order > 0) best = source;
    }
    return best;
  }
}
