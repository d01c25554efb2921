import type { DiskRoutine } from '../base/disk.ts';
import type { InternalEntry } from './internal-key.ts';

/**
 * A position in one sorted source. Moving is synchronous as long as the entries are in memory: after `seek` and `next`,
 * where `pending` is true, `yield* load()` fetches the block that is missing; only then does `entry` count.
 */
export interface Cursor {
  /** The entry stood on; undefined past the end. */
  readonly entry: InternalEntry | undefined;
  readonly pending: boolean;
  /** To the first entry (newest version) of the first key ≥ `key`. */
  seek(key: Uint8Array): void;
  next(): void;
  /** As `next`, for a reader that needs no older version of this key: skips them where that costs nothing. */
  skipOlder(): void;
  load(): DiskRoutine<void>;
}
