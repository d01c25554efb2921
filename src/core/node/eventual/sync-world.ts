import type { Breaks } from '../../base/breaks.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { RandomStream } from '../../base/random.ts';
import type { MerkleHashes } from '../../merkle/merkle-hashes.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import type { Row } from '../../replication/row.ts';
import type { HeldRow } from '../../replication/sync-rows.ts';
import type { SyncEvent } from './sync-event.ts';
import type { SyncMessage } from './sync-message.ts';

/** Who holds a shard, as this node knows it. */
export interface SyncPlacement {
  /** In the order in which the group names them. */
  readonly homes: readonly NodeId[];
  /** Homes and joiners whose disk is gone: there is nothing that they could tell. */
  readonly blank: readonly NodeId[];
  /** That replicas are coming to. */
  readonly joiners: readonly NodeId[];
  /** Neither of these, with a replica that has to go: it may hold rows still. */
  readonly leavers: readonly NodeId[];
  /** Numbers of replicas that have to go. */
  readonly retired: readonly number[];
  /** All that may hold hints or coordinate writes: the whole cluster. */
  readonly members: readonly NodeId[];
  /** Another one after every change of homes, learners or members. */
  readonly epoch: number;
  /** Somebody is coming or going. */
  readonly isMoving: boolean;
  /** A replica with this number, or a larger one, was made after what this node knows. */
  readonly nextReplicaId: number;
}

export interface BuiltTree {
  readonly hashes: MerkleHashes;
  /** Rows that it counts. */
  readonly keys: number;
  /** Rows that were read for it: of the leaves that were dirty, and what lies between them. */
  readonly scanned: number;
}

/** `after < key ≤ upTo`; undefined: from the first, to the last. */
export interface KeyRange {
  readonly after: Uint8Array | undefined;
  readonly upTo: Uint8Array | undefined;
}

export interface ScannedRows {
  /** Ascending by key. */
  readonly rows: readonly HeldRow[];
  readonly scanned: number;
  /** The last key that was looked at, where the range goes on behind it. */
  readonly upTo: Uint8Array | undefined;
}

/**
 * The rows of one shard on this node. What is read may wait for blocks: each call ends with one of its callbacks, at once or later, or with none where the
 * rows are gone meanwhile.
 */
export interface SyncRows {
  /** Of the replica that they belong to. */
  readonly replicaId: number;
  /** A life was begun here that has not copied everything yet: it takes part as a joiner does, and answers nothing. */
  readonly isIncomplete: boolean;
  /** Whether there is anything at all. */
  readonly isEmpty: boolean;
  /** Forgets values that have expired, so that they are purged as tombstones are. */
  sweep(): void;
  /** Whether a round of purging with this watermark would have something to purge. */
  isPurgeable(watermarkUs: Micros): boolean;
  /** @param watermarkUs by which rows are compared: that of the limits here, or of the one who is copied */
  tree(watermarkUs: Micros, done: (built: BuiltTree) => void, failed: () => void): void;
  /** Of these leaves; reads so many rows at most, whatever their leaves. */
  scan(
    leaves: ReadonlySet<number>,
    range: KeyRange,
    max: { readonly rows: number; readonly bytes: number },
    done: (scanned: ScannedRows) => void,
    failed: () => void,
  ): void;
  get(key: Uint8Array, done: (row: Row) => void, failed: () => void): void;
  leafOf(key: Uint8Array): number;
  /** @param isCopy the limits are not looked at @param done when it is on the disk, with what is held since, or at once, if it is refused */
  take(row: HeldRow, isCopy: boolean, done: (taken: SyncTaken) => void): void;
  /** What was copied is discarded as far as it is from before the watermark. @param done when that is on the disk */
  discard(key: Uint8Array, watermarkUs: Micros, done: () => void): void;
  /** It has copied everything, or what is left where nobody holds everything. @param done when that, and the limits, are on the disk */
  complete(limits: PurgeLimits, done: () => void): void;
  /** It is a home no longer, and has handed over what it holds. */
  forget(): void;
}

/** `below`: a version is from below the watermark, and not here; it never will be. `for now`: it may be taken when it comes again. */
export type SyncTaken = Row | { readonly refused: 'below' | 'for now' };

export const isRefused = (taken: SyncTaken): taken is Exclude<SyncTaken, Row> => 'refused' in taken;

/** What a node's syncs stand on. */
export interface SyncWorld {
  readonly id: NodeId;
  /** Boot number. */
  readonly bootEpoch: number;
  readonly nowUs: Micros;
  /** Of the hybrid clock. */
  readonly timeUs: Micros;
  readonly heartbeatIntervalUs: Micros;
  readonly electionTimeoutUsMax: Micros;
  /** 0: by order alone. */
  readonly checkIntervalUs: Micros;
  readonly random: RandomStream;
  readonly breaks: Breaks;
  placement(shard: ShardId): SyncPlacement;
  suspects(node: NodeId): boolean;
  /** Undefined: it holds no replica. */
  rows(shard: ShardId): SyncRows | undefined;
  /** Of any shard: who holds none coordinates and keeps hints. */
  limits(shard: ShardId): PurgeLimits;
  /** They only rise. @param done when they are on the disk */
  raiseLimits(shard: ShardId, limits: PurgeLimits, done: () => void): void;
  hintsBelow(shard: ShardId, watermarkUs: Micros): number;
  /** The hybrid clock is past it from here on. @returns whether it was believed */
  observe(wallUs: Micros): boolean;
  send(to: NodeId, message: SyncMessage): void;
  report(event: SyncEvent): void;
}
