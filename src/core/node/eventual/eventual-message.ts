import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { Row } from '../../replication/row.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { VersionVector } from '../../replication/version-vector.ts';
import type { SyncMessage } from './sync-message.ts';

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
      /** A fallback may answer for a home that is silent, with what it keeps for it. */
      readonly sloppy: boolean;
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
  | { readonly why: 'Busy' }
  /** All siblings of the key together take more than a row may: whoever writes must read and merge first. */
  | { readonly why: 'RowTooLarge'; readonly bytes: number; readonly max: number }
  /** `clock=wall`, and this node's clock is behind what a purge has closed: whatever it wrote would be refused everywhere. */
  | { readonly why: 'BelowFence'; readonly behindUs: Micros };

/** Why a row is on its way. On the wire by place: do not reorder. */
export const ROW_PURPOSES = ['write', 'repair', 'handoff'] as const;
export type RowPurpose = (typeof ROW_PURPOSES)[number];

/**
 * Why nothing was taken of a row: it is from before the fence or the watermark; there is no room for a hint, or for another operation; its stamp is not
 * believed; no replica is here, or none that has all its rows. On the wire by place: do not reorder.
 */
export const ROW_REFUSALS = ['BelowLimit', 'Full', 'ClockAhead', 'NoReplica', 'Damaged'] as const;
export type RowRefusal = (typeof ROW_REFUSALS)[number];

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
      readonly purpose: RowPurpose;
    }
  | {
      readonly type: 'RowTaken';
      readonly op: number;
      readonly shard: ShardId;
      readonly home: NodeId;
      readonly refusal?: RowRefusal;
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
  | SyncMessage;

export type EventualMessageType = EventualMessage['type'];
