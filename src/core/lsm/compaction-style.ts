/**
 * How tables are merged. `leveled`: a few tables of one level into the next, larger one. `universal` (size-tiered): whole sorted runs of similar
 * size into one. `fifo`: data is not merged; a table goes, oldest first, once nothing that clients wrote lives in it. In a configuration a style is its place in this list.
 */
export const COMPACTION_STYLES = ['leveled', 'universal', 'fifo'] as const;
export type CompactionStyle = (typeof COMPACTION_STYLES)[number];

/** Why a compaction runs. */
export type CompactionReason =
  /** As many tables in L0, or as many runs, as the trigger allows. */
  | 'L0 count'
  /** A level above its target. */
  | 'level size'
  /** Newer runs together are too large beside the oldest (universal). */
  | 'space amplification'
  /** Runs of similar size (universal). */
  | 'size ratio'
  /** Somebody asked. */
  | 'manual'
  /** Nothing that clients wrote lives in the tables; rows of the owner's own that do are carried over (fifo). */
  | 'nothing lives'
  /** All of the table is of a replica that is gone: it is deleted without being read. */
  | 'replica dropped';
