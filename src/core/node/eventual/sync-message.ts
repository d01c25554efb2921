import type { Hash64 } from '../../base/hash128.ts';
import type { Micros, ShardId } from '../../base/ids.ts';
import type { WalkQuestion } from '../../merkle/merkle-walk.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import type { HeldRow, RowDigest } from '../../replication/sync-rows.ts';

/** What the homes of a shard say to each other in order to hold the same. All of it may be lost, come late or twice. */
export type SyncMessage =
  | SyncAsked
  | SyncTold
  | FenceAsked
  | FenceTold
  /** A round was completed: from now on the watermark of the shard is this one, or a later one. */
  | { readonly type: 'WatermarkRaised'; readonly shard: ShardId; readonly watermarkUs: Micros };

/** One question, answered by one `SyncTold` with the same numbers. Asked again where that does not come; to answer twice does no harm. */
export interface SyncAsked {
  readonly type: 'SyncAsked';
  readonly shard: ShardId;
  /** Numbers the asker's walks, ascending over its boots. */
  readonly sync: number;
  /** Numbers the questions of a walk, from 1. */
  readonly step: number;
  /** The asker's. */
  readonly limits: PurgeLimits;
  /** Of the round of purging that the walk belongs to; 0: of none. */
  readonly round: number;
  /** The asker is to become a home, or to be one again, and has not copied everything yet. */
  readonly isCopy: boolean;
  readonly question: SyncQuestion;
}

export type SyncQuestion =
  | Exclude<WalkQuestion, { readonly type: 'rows' }>
  /** Digests of rows of these leaves with keys `after < key ≤ upTo`; undefined: from the first, to the last. */
  | {
      readonly type: 'rows';
      readonly leaves: readonly number[];
      readonly after: Uint8Array | undefined;
      readonly upTo: Uint8Array | undefined;
    }
  /** Take these, and tell those. */
  | { readonly type: 'exchange'; readonly rows: readonly HeldRow[]; readonly keys: readonly Uint8Array[] };

export interface SyncTold {
  readonly type: 'SyncTold';
  readonly shard: ShardId;
  readonly sync: number;
  readonly step: number;
  /** Of the one who answers. */
  readonly limits: PurgeLimits;
  /** Of the placement, as the one who answers knows it. */
  readonly epoch: number;
  /** The one who answers holds all rows of a home, or did when it ceased to be one; with a root: when the tree was begun. */
  readonly isComplete: boolean;
  readonly answer: SyncAnswer;
}

export type SyncAnswer =
  /** `keys`: rows that the tree counts. */
  | { readonly type: 'hashes'; readonly keys: number; readonly hashes: readonly Hash64[] }
  /** As far as this key, ascending; undefined: all that was asked for. */
  | { readonly type: 'digests'; readonly rows: readonly RowDigest[]; readonly upTo: Uint8Array | undefined }
  /**
   * What was sent is on the disk but for `refused` rows; `below`: places, in what was sent, of those among them that will never be taken, because they are
   * from below the watermark. Of the keys that were asked for the first ones, an empty row where there is none by now.
   */
  | {
      readonly type: 'exchanged';
      readonly refused: number;
      readonly below: readonly number[];
      readonly rows: readonly HeldRow[];
    }
  /** Nothing is known of this walk: after a restart, or too late. */
  | { readonly type: 'gone' }
  | { readonly type: 'refused'; readonly why: SyncRefusal };

/** `NoReplica`: no rows are here. `Incomplete`: it is being made anew itself. `Damaged`: a block cannot be read. `Moved`: the round is void, or who answers is no home. */
export const SYNC_REFUSALS = ['NoReplica', 'Incomplete', 'Damaged', 'Moved'] as const;
export type SyncRefusal = (typeof SYNC_REFUSALS)[number];

/** A round of purging (`PurgeRound`), conducted by one home. */
export interface FenceAsked {
  readonly type: 'FenceAsked';
  readonly shard: ShardId;
  readonly round: number;
  readonly watermarkUs: Micros;
}

/** The fence is on the disk. */
export interface FenceTold {
  readonly type: 'FenceTold';
  readonly shard: ShardId;
  readonly round: number;
  /** Of the placement, as this node knows it. */
  readonly epoch: number;
  /** Hints from before the watermark, and whatever else keeps the round from going on here. */
  readonly hintsBelow: number;
}
