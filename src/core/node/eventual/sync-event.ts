import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { SyncRefusal } from './sync-message.ts';

/**
 * Why two homes are compared: by the clock, by REPAIR, because one of them was away, in a round of purging, because this
 * one copies all that the other holds, or tells what it holds because it is a home no longer.
 */
export type SyncReason = 'period' | 'order' | 'return' | 'purge' | 'copy' | 'leave';

/** `unsettled`: the other side began anew, or its watermark rose, so often that the walk was given up. */
export type SyncOutcome = 'equal' | 'exchanged' | 'no answer' | 'unsettled' | 'rows refused' | SyncRefusal;

export interface SyncStarted {
  readonly type: 'SyncStarted';
  readonly shard: ShardId;
  readonly peer: NodeId;
  readonly sync: number;
  readonly reason: SyncReason;
}

/** One answer of the other side. */
export interface SyncCompared {
  readonly type: 'SyncCompared';
  readonly shard: ShardId;
  readonly peer: NodeId;
  readonly sync: number;
  readonly level: 'root' | 'inner' | 'leaves' | 'rows';
  /** Hashes that were told; of `rows` keys. */
  readonly count: number;
  /** Of `root` 0 where it differs; inner nodes of `inner`, leaves of `leaves` and `rows`, ascending. */
  readonly differing: readonly number[];
  /** The first 32 bits of each hash that was told, and of what is here in its place; of `rows` none. */
  readonly own: readonly number[];
  readonly theirs: readonly number[];
  /** That the trees count; of `rows` as of the level before. */
  readonly keysHeld: number;
  readonly keysThere: number;
}

/** Rows went both ways, and are on both disks. Of a walk the first few are told one by one, the others counted. */
export interface SyncExchanged {
  readonly type: 'SyncExchanged';
  readonly shard: ShardId;
  readonly peer: NodeId;
  readonly sync: number;
  /** Taken there, taken here, and refused by either. */
  readonly sent: number;
  readonly taken: number;
  readonly refused: number;
  /** Ascending by key. */
  readonly rows: readonly ExchangedRow[];
}

export interface ExchangedRow {
  readonly leaf: number;
  readonly key: Uint8Array;
  /** As both held it before. Empty: not at all. */
  readonly own: readonly ExchangedVersion[];
  readonly theirs: readonly ExchangedVersion[];
  /** Which of these versions are held here now; undefined: what came was refused, and both hold what they held. */
  readonly held: readonly Stamp[] | undefined;
}

export interface ExchangedVersion {
  readonly stamp: Stamp;
  /** Undefined: a tombstone, or expired; else its first bytes. */
  readonly value: Uint8Array | undefined;
  readonly deadlineUs: Micros | undefined;
}

export interface SyncEnded {
  readonly type: 'SyncEnded';
  readonly shard: ShardId;
  readonly peer: NodeId;
  readonly sync: number;
  readonly outcome: SyncOutcome;
  /** Told by the other side. */
  readonly hashes: number;
  /** Whose digests were told by the other side. */
  readonly keys: number;
  /** Leaves that differed. */
  readonly leaves: number;
  readonly sent: number;
  readonly taken: number;
  readonly refused: number;
  /** That this replica's tree counts. */
  readonly keysHeld: number;
  /** Rows read here in order to build the tree, and to find those of the leaves that differ. */
  readonly scanned: number;
}

export type SyncEvent =
  | SyncStarted
  | SyncCompared
  | SyncExchanged
  | SyncEnded
  | {
      readonly type: 'PurgeRoundStarted';
      readonly shard: ShardId;
      readonly round: number;
      readonly watermarkUs: Micros;
      readonly members: readonly NodeId[];
    }
  /** `waitedFor`: members that said nothing, or still hold hints. */
  | {
      readonly type: 'PurgeRoundEnded';
      readonly shard: ShardId;
      readonly round: number;
      readonly watermarkUs: Micros;
      readonly isCompleted: boolean;
      readonly waitedFor: readonly NodeId[];
    }
  /** On this node's disk. */
  | {
      readonly type: 'PurgeLimitRaised';
      readonly shard: ShardId;
      readonly fenceUs: Micros;
      readonly watermarkUs: Micros;
    }
  /** It holds all that `peer` held, and takes its limits: from now on it answers. */
  | { readonly type: 'EventualCopyCompleted'; readonly shard: ShardId; readonly peer: NodeId; readonly keys: number }
  /** None of these homes holds all rows any more: it goes on with what it holds, and the others copy that. */
  | { readonly type: 'EventualLossAccepted'; readonly shard: ShardId; readonly homes: readonly NodeId[] }
  /** It was a home, has handed over what it held, and forgets it. */
  | { readonly type: 'EventualRowsLeft'; readonly shard: ShardId; readonly peer: NodeId };
