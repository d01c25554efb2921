import type { Hash64 } from '../base/hash128.ts';
import type { Micros, NodeId, ShardId } from '../base/ids.ts';
import type { WalkQuestion } from '../merkle/merkle-walk.ts';
import type { PurgeLimits } from '../replication/purge-limits.ts';
import type { Row } from '../replication/row.ts';
import type { Stamp } from '../replication/stamp.ts';
import type { RowDigest } from '../replication/sync-rows.ts';
import type { VersionVector } from '../replication/version-vector.ts';

/** A client's, to whoever coordinates it: any node, best a home of the key that is up. */
export type EventualBody =
  /** `value` undefined: DELETE. `context`: what the client has read and replaces; empty: it has read nothing. */
  | {
      readonly type: 'EventualWrite';
      readonly key: Uint8Array;
      readonly value: Uint8Array | undefined;
      readonly ttlUs?: Micros;
      readonly w: number;
      /** A hint for a home that is silent counts toward W. */
      readonly sloppy: boolean;
      readonly context: VersionVector;
      /** The latest stamp that the client has met: the write is given a later one (hybrid clocks). */
      readonly seen: Stamp | undefined;
      /** By the coordinator's clock; then the outcome is told as it is. */
      readonly waitUs: Micros;
    }
  | {
      readonly type: 'EventualRead';
      readonly key: Uint8Array;
      readonly r: number;
      readonly waitUs: Micros;
    };

/** Who was asked; `to` other than `home`: as a fallback, with a hint. */
export interface EventualAsk {
  readonly to: NodeId;
  readonly home: NodeId;
}

/** Of one version that a read found. */
export interface EventualVersion {
  /** Undefined: a tombstone, or expired. */
  readonly value: Uint8Array | undefined;
  readonly stamp: Stamp;
  /** What is left of its time to live by the coordinator's hybrid clock: at least 1. */
  readonly expiresInUs?: Micros;
}

export type EventualReply =
  /** `ok`: durable on `acks`, W of them. `unknown`: fewer are known to have it, and it can still win everywhere. */
  | {
      readonly type: 'EventualWritten';
      readonly status: 'ok' | 'unknown';
      readonly stamp: Stamp;
      readonly acks: readonly EventualAsk[];
      readonly homes: readonly NodeId[];
      /** For the client's next write of the key. */
      readonly context: VersionVector;
      /** Versions that the coordinator's row holds now, this one included. */
      readonly versions: number;
    }
  | {
      readonly type: 'EventualValue';
      /** All that those who answered hold together: one with last writer wins, none of a key that nobody knows. Tombstones included, latest first. */
      readonly versions: readonly EventualVersion[];
      readonly answers: readonly EventualAsk[];
      readonly homes: readonly NodeId[];
      /** Homes that answered with less, and are sent the merged row. */
      readonly repaired: readonly NodeId[];
      readonly context: VersionVector;
    }
  /** Certainly nothing was done, here or anywhere. */
  | ({ readonly type: 'EventualRefused'; readonly answers: readonly EventualAsk[] } & EventualRefusal);

export type EventualRefusal =
  /** W or R larger than the homes and fallbacks that answered in time. */
  | { readonly why: 'NotEnoughReplicas'; readonly needed: number; readonly homes: readonly NodeId[] }
  /** The client's context or stamp is further ahead than this node believes. */
  | { readonly why: 'ClockAhead'; readonly aheadUs: Micros; readonly maxUs: Micros }
  | { readonly why: 'TooManySiblings'; readonly siblings: number; readonly max: number }
  | { readonly why: 'Busy' };

/** Node → node, in the eventual keyspace. `op` numbers the coordinator's operations: what is late, or of an earlier boot, is known by it. */
export type EventualMessage =
  /** To be merged and made durable; `home` other than the receiver: kept as a hint for it. `written`: see `applyRow`. `op` 0: read repair. */
  | {
      readonly type: 'RowSent';
      readonly op: number;
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly home: NodeId;
      readonly row: Row;
      readonly written: Stamp | undefined;
      readonly purpose: 'write' | 'repair' | 'handoff' | 'sync';
    }
  | {
      readonly type: 'RowTaken';
      readonly op: number;
      readonly shard: ShardId;
      readonly home: NodeId;
      readonly refusal?: 'BelowLimit' | 'Full' | 'ClockAhead' | 'NoReplica' | 'Damaged';
    }
  | {
      readonly type: 'RowAsked';
      readonly op: number;
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly home: NodeId;
    }
  | {
      readonly type: 'RowTold';
      readonly op: number;
      readonly shard: ShardId;
      readonly home: NodeId;
      /** Undefined: it cannot serve it. */
      readonly row: Row | undefined;
    }
  /** One round of a walk between two homes' trees (`MerkleWalk`); `sync` numbers the asker's walks. The limits are the asker's. */
  | {
      readonly type: 'SyncAsked';
      readonly sync: number;
      readonly shard: ShardId;
      readonly limits: PurgeLimits;
      readonly question: WalkQuestion;
    }
  /** The answer to a question about hashes; the limits are the one's who answers. `keys`: rows that its tree counts. */
  | {
      readonly type: 'SyncHashes';
      readonly sync: number;
      readonly shard: ShardId;
      readonly limits: PurgeLimits;
      readonly keys: number;
      readonly hashes: readonly Hash64[];
    }
  /** Digests of the rows of the leaves that were asked for, a piece at a time, by leaf and key. */
  | {
      readonly type: 'SyncRows';
      readonly sync: number;
      readonly shard: ShardId;
      readonly leaf: number;
      readonly rows: readonly RowDigest[];
      readonly isLast: boolean;
    }
  /** The asker wants these rows: they come as `RowSent` with purpose `sync`. */
  | {
      readonly type: 'RowsWanted';
      readonly sync: number;
      readonly shard: ShardId;
      readonly keys: readonly Uint8Array[];
    }
  /** A round of purging (`PurgeRound`), conducted by one home. */
  | {
      readonly type: 'FenceAsked';
      readonly round: number;
      readonly shard: ShardId;
      readonly epoch: number;
      readonly watermarkUs: Micros;
    }
  | {
      readonly type: 'FenceTold';
      readonly round: number;
      readonly shard: ShardId;
      readonly epoch: number;
      readonly hintsBelow: number;
    }
  | { readonly type: 'WatermarkRaised'; readonly shard: ShardId; readonly watermarkUs: Micros };
