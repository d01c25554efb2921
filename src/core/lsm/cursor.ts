import type { DiskRoutine } from '../base/disk.ts';
import { type InternalEntry, SEQUENCE_MAX, type SequenceNumber } from './internal-key.ts';

/** With a key: the position in front of all its versions. No sequence reaches it, and it is still an exact number. */
export const BEFORE_VERSIONS: SequenceNumber = SEQUENCE_MAX + 1;
/** With a key: the position behind all its versions; the first one is 1. */
export const AFTER_VERSIONS: SequenceNumber = 0;

/**
 * A position in one source that is sorted in internal order (key ascending, newest version first): MemTable, table, level, or a merge of
 * some. It stands on an entry or on none; on none, `next` and `prev` do nothing, and only seeking leads back in.
 * Moving is synchronous as long as the entries are in memory: where `pending` is true after a move, `yield* load()` fetches the blocks that
 * are missing; only then does `entry` count. A block that cannot be read or is not what was written throws there: an error is never an end.
 */
export interface Cursor {
  /** The entry stood on; undefined before the first and past the last. */
  readonly entry: InternalEntry | undefined;
  readonly pending: boolean;
  seekToFirst(): void;
  seekToLast(): void;
  /** To the first entry not before (key, sequence); without a sequence, to the newest version of the first key ≥ `key`. */
  seek(key: Uint8Array, sequence?: SequenceNumber): void;
  /** To the last entry not behind (key, sequence); without a sequence, to the oldest version of the last key ≤ `key`. */
  seekForPrev(key: Uint8Array, sequence?: SequenceNumber): void;
  next(): void;
  prev(): void;
  /** As `next`, for a reader that needs no older version of this key: skips them where that costs nothing. */
  skipOlder(): void;
  load(): DiskRoutine<void>;
}
