/** Stores of a node in which a bit can be flipped; `meta` belongs to the world as much as to the node. */
export const DAMAGED_STORES = ['log', 'sst', 'sstmeta', 'manifest'] as const;
export type DamagedStore = (typeof DAMAGED_STORES)[number];

/** What can be wrong with one node's disk. All but `Corrupt` last until `Ok`, over kills and revivals; a reload forgets them. */
export type DiskFault =
  /** Every read and write takes `factor` times as long. */
  | { readonly type: 'Slow'; readonly factor: number }
  /** Every write is refused, as a browser refuses one beyond the quota; reads go on. */
  | { readonly type: 'Full' }
  /** The next write is aborted for a reason that nobody knows; only that one. */
  | { readonly type: 'Fail' }
  /**
   * One bit of one stored value is flipped; the seed says which. `fileNumber`: of this table (`sst`, `sstmeta`). Of a dead node's disk it is
   * flipped when the node starts again, before it reads anything: until then nobody could tell. A reload in between forgets it.
   */
  | { readonly type: 'Corrupt'; readonly store: DamagedStore; readonly fileNumber: number | undefined }
  /** Fast, with room, whole writes again, and no crash point ahead. Flipped bits stay as they are. */
  | { readonly type: 'Ok' };

/** The disk of one node but for the bytes on it. */
export interface DiskCondition {
  /** 1 = as configured. */
  readonly slowdown: number;
  readonly full: boolean;
  /** The next write will be aborted. */
  readonly failing: boolean;
}

/** A write that takes seconds is slow enough to see everything that a slow disk does. */
export const SLOWDOWN_MAX = 1000;

export const HEALTHY_DISK: DiskCondition = { slowdown: 1, full: false, failing: false };

/**
 * Moments that a power cut at random hardly ever meets. `before commit`: a group of log records is about to be written, and is not;
 * `mid commit`: the last of its records is on disk in part, torn; `after commit`: it is on disk, and nobody has been told; `mid flush`, `mid compaction`: a slice of a new table is, and no manifest lists
 * it; `mid recovery`: the first of what recovery has to write is, and the node has not started.
 */
export const CRASH_POINTS = [
  'before commit',
  'mid commit',
  'after commit',
  'mid flush',
  'mid compaction',
  'mid recovery',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Which fault that somebody ordered ended a node; a crash point by its name. */
export type CrashFault = 'disk full' | 'write failed' | 'corrupt' | CrashPoint;
