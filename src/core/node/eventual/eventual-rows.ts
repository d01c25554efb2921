import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros, ShardId } from '../../base/ids.ts';
import type { MerkleHashes } from '../../merkle/merkle-hashes.ts';
import type { AppliedRow } from '../../replication/apply-row.ts';
import type { Conflicts } from '../../replication/choices.ts';
import type { Hint } from '../../replication/hints.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import type { Row } from '../../replication/row.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { HeldRow } from '../../replication/sync-rows.ts';

/**
 * `none`: no replica of the shard is here. `copying`: it began empty and has not taken all rows of another home: it takes writes and counts for nothing; no reader is answered.
 * `lost`: a block of its rows cannot be read; they are being dropped, then it begins anew as `copying`.
 */
export type RowsStanding = 'none' | 'copying' | 'complete' | 'lost';

export interface ArrivedRow {
  readonly key: Uint8Array;
  readonly row: Row;
  /** See `applyRow`. */
  readonly written: Stamp | undefined;
}

export type TakenRow =
  /** `before`: what was held. */
  | (Extract<AppliedRow, { type: 'Applied' }> & { readonly before: Row })
  | Extract<AppliedRow, { type: 'BelowLimit' }>
  /** So many siblings do not fit into one stored row. */
  | { readonly type: 'TooLarge'; readonly bytes: number; readonly max: number }
  /** It is `none` or `lost`, or became so while the row waited. */
  | { readonly type: 'NotHere' };

export interface StoredHint extends Hint {
  readonly shard: ShardId;
}

export interface RowCounts {
  readonly rows: number;
  /** Rows of which a client would be shown something, if nothing expired. */
  readonly live: number;
  /** Versions without a value. */
  readonly tombstones: number;
}

/** Rows as they were when the scan began, in the order of keys. To be released: until then it holds tables. Run by `BlockReads.run`. */
export interface RowScan {
  /** @returns undefined: there is none left */
  next(): DiskRoutine<(HeldRow & { readonly leaf: number }) | undefined>;
  release(): void;
  /** The rows were lost, or the replica is gone, since it began: what it gave counts for nothing. */
  readonly isVoid: boolean;
}

/** The Merkle tree of the rows as they were when it was begun: only dirty leaves are built anew. To be released. */
export interface TreeBuild {
  /** Some rows. @returns whether none is left */
  slice(): DiskRoutine<boolean>;
  /** Every row was read. */
  end(): BuiltTree;
  release(): void;
  /** See `RowScan`. */
  readonly isVoid: boolean;
}

export interface BuiltTree {
  readonly hashes: MerkleHashes;
  /** Rows that it counts (`comparedRow`). */
  readonly keys: number;
  /** Rows that were hashed for it: those of leaves that were dirty. */
  readonly hashed: number;
  readonly counts: RowCounts;
}

/**
 * All of the eventual keyspace that outlasts this node's boot: its rows of each shard that it is a home of, hints, purge limits, the clock's bound. What is
 * written is in the engine at once and in the log with the next sync; `durable` is called when it is there, in the order of the calls.
 */
export interface EventualRows {
  /** Of rows that are applied from here on. */
  conflicts: Conflicts;

  standing(shard: ShardId): RowsStanding;
  /** Of the replica that they belong to; 0: there is none. */
  replicaId(shard: ShardId): number;
  /** Its rows are gone, and it is `copying`: without limits, and without anything. */
  onBegunAnew: (shard: ShardId) => void;

  /** The row as this node holds it now, durable or not; what waits to be applied is not in it. `done` gets undefined where it is `none` or `lost`. */
  read(shard: ShardId, key: Uint8Array, done: (row: Row | undefined) => void): void;
  /**
   * Compares it with what is held and writes what both come to; one row of a shard after the other, in the order of the calls. `done` is called then.
   * @param durable called once, after `done`, and only if it says `Applied`: what the node holds now of that key is on its disk
   */
  apply(shard: ShardId, arrived: ArrivedRow, done: (taken: TakenRow) => void, durable: () => void): void;
  /** Beside time: reads past the cache and changes nothing. Undefined where it is `none` or `lost`. */
  peek(shard: ShardId, key: Uint8Array): DiskRoutine<Row | undefined>;
  /** @param leaves undefined: all @param after behind this key; undefined: from the first */
  scan(shard: ShardId, leaves?: ReadonlySet<number>, after?: Uint8Array): RowScan;
  /** In the shard's Merkle tree; that of rows without a token where it is `none`. */
  leafOf(shard: ShardId, key: Uint8Array): number;
  /** Whether anything was ever stored of it. */
  hasRows(shard: ShardId): boolean;
  /** It is a home no longer, and has handed over what it held: it is `none` from here on. */
  close(shard: ShardId): void;
  /** @param watermarkUs see `comparedRow`; another one than the last time makes all leaves dirty */
  buildTree(shard: ShardId, watermarkUs: Micros): TreeBuild;

  /** Of its replica of the shard: what `apply` goes by. */
  limits(shard: ShardId): PurgeLimits;
  /** Of the node as one that coordinates writes of the shard and keeps hints for it, home or not. */
  memberLimits(shard: ShardId): PurgeLimits;
  /** Both, as far as they are lower. */
  raiseFence(shard: ShardId, toUs: Micros, durable: () => void): void;
  /** Both; that of a replica that is `copying` stays, since it has not got what is to be behind it. */
  raiseWatermark(shard: ShardId, toUs: Micros, durable: () => void): void;
  /** Of one row the versions from before the watermark, which no home takes any more. @param durable when it is on the disk, or the rows are gone */
  discard(shard: ShardId, key: Uint8Array, watermarkUs: Micros, durable: () => void): void;
  /** The replica has all rows of a home whose limits these are, or what is left where no home has all: it is `complete`. They are durable no later than this. */
  completeCopy(shard: ShardId, limits: PurgeLimits, durable: () => void): void;
  /** Frees the disk of what is dead below the replica's watermark, and values that have expired: a pass over all rows. @param timeUs the hybrid clock */
  purge(
    shard: ShardId,
    timeUs: Micros,
    done: (purged: { readonly rows: number; readonly values: number }) => void,
  ): void;

  /** All that are kept, as they were durable when the node began. */
  readonly recoveredHints: readonly StoredHint[];
  /** In place of the one that there was for this home and key. */
  putHint(hint: StoredHint, durable: () => void): void;
  deleteHint(hint: Omit<StoredHint, 'row'>): void;

  /** 0: none was ever made durable. */
  readonly clockBoundUs: Micros;
  raiseClockBound(toUs: Micros, durable: () => void): void;
  /** Calls back when all that was written so far is durable: at once, if it is. */
  whenDurable(durable: () => void): void;
}
