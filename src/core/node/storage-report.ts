import type { Micros, ShardId } from '../base/ids.ts';
import type { DamagedTable, EngineReport, OpenedTable } from '../lsm/engine-report.ts';
import type { HeldRow } from './held-row.ts';

/** What a panel or SST shows of a node's storage: the engine, and the log that it is replayed from. */
export interface StorageReport {
  readonly engine: EngineReport;
  readonly log: { readonly records: number; readonly bytes: number };
  /** Time for which applying was delayed or stood since the node started. */
  readonly stalledUs: Micros;
}

/** What can be asked of a node beside time: answering it changes nothing in the run. */
export type StorageQuery =
  | { readonly type: 'Storage' }
  /** `block`: the ordinal of the block whose entries are wanted; undefined = none. */
  | { readonly type: 'Table'; readonly fileNumber: number; readonly block: number | undefined }
  /** What its replica of the shard holds under the key. */
  | { readonly type: 'Row'; readonly shard: ShardId; readonly key: Uint8Array };

export type StorageAnswer =
  | { readonly type: 'Storage'; readonly report: StorageReport }
  /** Undefined: the node has no such table any more. */
  | { readonly type: 'Table'; readonly opened: OpenedTable | DamagedTable | undefined }
  /** Undefined: it has no such replica. */
  | { readonly type: 'Row'; readonly held: HeldRow | undefined };
