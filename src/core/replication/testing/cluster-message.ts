import type { Micros } from '../../base/ids.ts';
import type { Ask } from '../preference-walk.ts';
import type { Row } from '../row.ts';
import type { Stamp } from '../stamp.ts';
import type { HeldRow, RowDigest } from '../sync-rows.ts';

/** What the nodes of the model say to each other. `operation`: the coordinator's number of it. */
export type ClusterMessage =
  | {
      readonly type: 'Write';
      readonly operation: number;
      readonly ask: Ask;
      readonly key: string;
      readonly row: Row;
      readonly written: Stamp;
    }
  | { readonly type: 'WriteAnswer'; readonly operation: number; readonly ask: Ask; readonly isDurable: boolean }
  | { readonly type: 'Read'; readonly operation: number; readonly ask: Ask; readonly key: string }
  | { readonly type: 'ReadAnswer'; readonly operation: number; readonly ask: Ask; readonly row: Row }
  | { readonly type: 'Repair'; readonly key: string; readonly row: Row }
  | { readonly type: 'Hint'; readonly key: string; readonly row: Row }
  | { readonly type: 'HintTaken'; readonly key: string; readonly row: Row }
  /** `exchange`: of which round and exchange, 0 = of none. */
  | {
      readonly type: 'SyncOpen';
      readonly exchange: number;
      readonly watermarkUs: Micros;
      readonly digests: readonly RowDigest[];
    }
  | {
      readonly type: 'SyncPush';
      readonly exchange: number;
      readonly watermarkUs: Micros;
      readonly rows: readonly HeldRow[];
      readonly ask: readonly Uint8Array[];
    }
  | { readonly type: 'SyncReturn'; readonly exchange: number; readonly rows: readonly HeldRow[] }
  | { readonly type: 'SyncDone'; readonly exchange: number }
  | { readonly type: 'Fence'; readonly round: number; readonly toUs: Micros }
  | { readonly type: 'Fenced'; readonly round: number; readonly hintsBelow: number }
  | { readonly type: 'Watermark'; readonly toUs: Micros };
