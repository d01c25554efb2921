import type { InternalEntry } from './internal-key.ts';

/** What the owner of the data allows a compaction to forget; asked only of entries that no snapshot can tell apart any more. */
export interface DropPolicy {
  /** Whether a tombstone that hides nothing may go. */
  mayDropTombstone(entry: InternalEntry): boolean;
  /** Whether nobody may see this value any more, here or on any replica: it then is as good as a tombstone. */
  hasExpired(entry: InternalEntry): boolean;
  /** Whether it is the owner's own row and no data of a client: fifo carries it over where it lives, and lets its table go. */
  isOwnRow(entry: InternalEntry): boolean;
}

export const DEFAULT_POLICY: DropPolicy = {
  mayDropTombstone: () => true,
  hasExpired: () => false,
  isOwnRow: () => false,
};
