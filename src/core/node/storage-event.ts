import type { ShardId } from '../base/ids.ts';
import type { CompactionReason, CompactionStyle } from '../lsm/compaction-style.ts';

import type { CorruptBlockFinder } from './block-reads.ts';

export interface TableInfo {
  readonly level: number;
  readonly fileNumber: number;
  readonly bytes: number;
  readonly entries: number;
}

/** What a node reports about its storage engine. All sizes in bytes. */
export type StorageEvent =
  /** After recovery: the tables from which later events go on. */
  | { readonly type: 'TablesRecovered'; readonly tables: readonly TableInfo[] }
  | {
      readonly type: 'MemTableClosed';
      readonly reason: 'full' | 'asked';
      readonly bytes: number;
      readonly entries: number;
    }
  /** A flush is durable: its table takes the place of the closed MemTable. */
  | ({ readonly type: 'SSTablePublished' } & TableInfo)
  | {
      readonly type: 'CompactionStarted';
      readonly job: number;
      readonly style: CompactionStyle;
      readonly reason: CompactionReason;
      readonly level: number;
      readonly outputLevel: number;
      readonly inputs: readonly TableInfo[];
      readonly bytes: number;
    }
  /** Another slice of its output is durable; sums since it started. */
  | {
      readonly type: 'CompactionAdvanced';
      readonly job: number;
      readonly bytesRead: number;
      readonly bytesWritten: number;
    }
  /** Its edit is durable: `outputs` take the place of `inputs`. `dropped` = entries that were in the inputs and are in no output. */
  | {
      readonly type: 'CompactionFinished';
      readonly job: number;
      readonly style: CompactionStyle;
      readonly reason: CompactionReason;
      readonly level: number;
      readonly outputLevel: number;
      readonly inputs: readonly TableInfo[];
      readonly outputs: readonly TableInfo[];
      readonly bytesRead: number;
      readonly bytesWritten: number;
      readonly dropped: number;
    }
  /** It came to a block that cannot be read. Nothing is changed by it. */
  | { readonly type: 'CompactionAbandoned'; readonly job: number }
  /** A trivial move: only the manifest changed. */
  | ({ readonly type: 'TableMoved'; readonly from: number } & TableInfo)
  /** No version and no reader names them any more: their bytes are gone from the disk. */
  | { readonly type: 'TablesDeleted'; readonly fileNumbers: readonly number[] }
  /** The oldest records of the log are gone from the disk: checkpoints behind them say what was still needed of them. */
  | { readonly type: 'LogTrimmed'; readonly records: number; readonly bytes: number }
  /** Applying is slowed down, or stands, until flush and compaction catch up; said again when one becomes the other. */
  | {
      readonly type: 'WriteStalled';
      readonly kind: 'delayed' | 'stopped';
      readonly because: 'L0 tables' | 'MemTable';
      readonly tables: number;
      readonly memTableBytes: number;
    }
  | { readonly type: 'WriteResumed'; readonly stalledUs: number }
  /**
   * A block on the disk is not what was written. All of its entries are of one replica of `shard`; `isServed`: one that is here, and no longer serves.
   * `foundBy`: a read of it, a compaction, recovery or a scrub.
   */
  | {
      readonly type: 'BlockCorrupt';
      readonly shard: ShardId;
      readonly fileNumber: number;
      readonly extent: number;
      /** Counted from 0 in its table. */
      readonly block: number;
      readonly isServed: boolean;
      readonly foundBy: CorruptBlockFinder;
    }
  /** A block of the eventual rows of the shard's replica here cannot be read: all of them are dropped. */
  | { readonly type: 'EventualRowsLost'; readonly shard: ShardId }
  /** They are, and it begins without any: it has to copy those of another home before it counts as one. */
  | { readonly type: 'EventualRowsBegunAnew'; readonly shard: ShardId }
  /** All tables were gone through: so many blocks were read from the disk, of which `bad` could not be. `asked`: by somebody. */
  | {
      readonly type: 'ScrubCompleted';
      readonly blocks: number;
      readonly bytes: number;
      readonly bad: number;
      readonly asked: boolean;
    };
