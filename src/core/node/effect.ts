import type { DiskRead, DiskReadResult, DiskTransaction } from '../base/disk.ts';
import type { ActorId, Micros, NodeId, ShardId } from '../base/ids.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import type { ConfigurationTarget } from '../raft/configuration.ts';
import type { Message } from './message.ts';
import type { RowDamage } from './trace-event.ts';

/** A node's own clocks at the moment of an input. Monotonic: rate drift only, for timers. Wall: offset and drift, for stamps. */
export interface NodeClock {
  readonly monotonicUs: Micros;
  readonly wallUs: Micros;
}

export type NodeInput =
  | { readonly type: 'MessagesReceived'; readonly from: ActorId; readonly messages: readonly Message[] }
  /** The one timer of the node went off. */
  | { readonly type: 'TimerFired' }
  /** The write with this id is durable. Writes of one queue complete in the order of their issue. */
  | { readonly type: 'WriteCompleted'; readonly id: number }
  | { readonly type: 'ReadCompleted'; readonly id: number; readonly result: DiskReadResult }
  /** Somebody wants the MemTable flushed, */
  | { readonly type: 'FlushAsked' }
  /** or a level compacted into the next; undefined: all of them. */
  | { readonly type: 'CompactionAsked'; readonly level: number | undefined }
  /** or the checksums of all its tables looked at, */
  | { readonly type: 'ScrubAsked' }
  /** or the leadership of a shard handed to another node. */
  | { readonly type: 'TransferAsked'; readonly shard: ShardId; readonly to: NodeId }
  /** or other voters of a shard, */
  | { readonly type: 'ReconfigureAsked'; readonly shard: ShardId; readonly target: ConfigurationTarget }
  /** or what the replicas of a shard hold compared, */
  | { readonly type: 'CheckAsked'; readonly shard: ShardId; readonly keyspace?: 'eventual' }
  /** or what one of them holds under a key changed, as no disk and no entry of the log would, */
  | {
      readonly type: 'RowDamageAsked';
      readonly shard: ShardId;
      readonly key: Uint8Array;
      readonly damage: RowDamage;
    }
  /** or something of the meta group, which this node leads. */
  | { readonly type: 'MetaAsked'; readonly command: MetaCommand };

export type Effect =
  | { readonly type: 'Send'; readonly to: ActorId; readonly messages: readonly Message[] }
  /** Replaces the node's one timer; fires when its monotonic clock reaches this. */
  | { readonly type: 'SetTimer'; readonly atMonotonicUs: Micros }
  /**
   * One sync. At most one `log` write is in flight per node (what queues up meanwhile becomes the next group); at most one `table` write
   * as well. The disk serves one at a time, log first. `units` are the records inside a log group in issue order: a crash may cut between them.
   */
  | {
      readonly type: 'Write';
      readonly id: number;
      readonly queue: 'log';
      readonly key: number;
      readonly group: LogGroup;
    }
  | {
      readonly type: 'Write';
      readonly id: number;
      readonly queue: 'table';
      readonly purpose: TablePurpose;
      readonly transaction: DiskTransaction;
      readonly bytes: number;
    }
  | { readonly type: 'Read'; readonly id: number; readonly read: DiskRead };

/** What a table write is a part of: a closed MemTable that becomes a table, tables that are merged, or tables that nobody reads any more. */
export type TablePurpose = 'flush' | 'compaction' | 'install' | 'trim' | 'deletion';

/** A log group still in parts, so that the world can cut it at a crash. `encodeLogGroup` makes the packed value of it. */
export interface LogGroup {
  readonly epoch: number;
  /** Position of the first record in the node's log; each record takes one. */
  readonly firstRecord: number;
  /** Encoded records, in issue order. */
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
}
