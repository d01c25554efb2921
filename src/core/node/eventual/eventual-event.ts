import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { Dot, VersionVector } from '../../replication/version-vector.ts';
import type { EventualAsk, RowPurpose, RowRefusal } from './eventual-message.ts';

/** What happens in the eventual keyspace on one node. `op`: this node's number of the operation that it coordinates, unique over its boots. */
export type EventualEvent =
  /** This node coordinates a PUT or DELETE: the row, stamped so, is on its way to whoever is asked. */
  | {
      readonly type: 'EventualWriteStarted';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly op: number;
      readonly key: Uint8Array;
      readonly stamp: Stamp;
      /** That of the write among siblings; with last writer wins it is a sequence of its own. */
      readonly dot: Dot;
      /** What its client sent along as seen: among siblings all that it replaces. */
      readonly context: VersionVector;
      readonly isDelete: boolean;
      readonly w: number;
      readonly homes: readonly NodeId[];
      /** Homes whose silence this node takes for death. */
      readonly suspects: readonly NodeId[];
      readonly isSloppy: boolean;
    }
  /** Its client is told. `hints`: of the acknowledgments those that are hints. */
  | {
      readonly type: 'EventualWriteAnswered';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly op: number;
      readonly key: Uint8Array;
      readonly status: 'ok' | 'unknown' | 'fail';
      readonly w: number;
      readonly acks: readonly EventualAsk[];
      readonly hints: number;
    }
  | {
      readonly type: 'EventualReadStarted';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly op: number;
      readonly key: Uint8Array;
      readonly r: number;
      readonly homes: readonly NodeId[];
      readonly suspects: readonly NodeId[];
      readonly isSloppy: boolean;
    }
  /** `versions`: that those who answered hold together, tombstones included. */
  | {
      readonly type: 'EventualReadAnswered';
      readonly shard: ShardId;
      readonly client: number;
      readonly requestId: number;
      readonly op: number;
      readonly key: Uint8Array;
      readonly status: 'ok' | 'fail';
      readonly r: number;
      readonly answers: readonly EventualAsk[];
      readonly versions: number;
      readonly repaired: readonly NodeId[];
    }
  /** A fallback is asked in the place of a home that has not answered. */
  | {
      readonly type: 'FallbackAsked';
      readonly shard: ShardId;
      readonly op: number;
      readonly key: Uint8Array;
      readonly home: NodeId;
      readonly to: NodeId;
    }
  /** A row came to this replica and was merged with what it held. */
  | {
      readonly type: 'RowApplied';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly from: NodeId;
      readonly purpose: RowPurpose;
      readonly isChanged: boolean;
      /** The versions that it holds now. */
      readonly held: readonly Stamp[];
      /** Of what came: what lost against what was here. */
      readonly dropped: readonly Stamp[];
      /** Of what was here: what lost against what came. */
      readonly replaced: readonly Stamp[];
    }
  | {
      readonly type: 'RowRefused';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly from: NodeId;
      readonly home: NodeId;
      readonly purpose: RowPurpose;
      readonly refusal: RowRefusal;
    }
  /** This node keeps the row for that home; `waiting`: hints for it by now. */
  | {
      readonly type: 'HintStored';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly home: NodeId;
      readonly from: NodeId;
      readonly waiting: number;
    }
  | { readonly type: 'HintsSent'; readonly home: NodeId; readonly hints: number; readonly waiting: number }
  /** Its home has it durably: the hint goes. */
  | {
      readonly type: 'HintDelivered';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly home: NodeId;
      readonly waiting: number;
    }
  /** `home` holds the shard no more: the hint is kept for `to`, which does. */
  | {
      readonly type: 'HintMoved';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly home: NodeId;
      readonly to: NodeId;
    }
  /** A read found that this home held less than is known by now, and sends it the merged row. */
  | {
      readonly type: 'ReadRepaired';
      readonly shard: ShardId;
      readonly op: number;
      readonly key: Uint8Array;
      readonly to: NodeId;
    }
  /** A stamp is further ahead of this node's wall clock than it believes. `from`: of which node or client. */
  | {
      readonly type: 'ClockRefused';
      readonly shard: ShardId;
      readonly from: number;
      readonly aheadUs: Micros;
      readonly maxUs: Micros;
    };
