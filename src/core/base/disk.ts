/**
 * What core asks of a disk. The names are IndexedDB's: five object stores, out-of-line number keys, one transaction at a time.
 * Implementations live outside core (memory in sim, IndexedDB in runtime).
 */
export type StoreName = 'log' | 'sst' | 'sstmeta' | 'manifest' | 'meta';
export const STORE_NAMES: readonly StoreName[] = ['log', 'sst', 'sstmeta', 'manifest', 'meta'];

export type DiskOp =
  | { readonly type: 'put'; readonly store: StoreName; readonly key: number; readonly value: Uint8Array }
  /** Deletes `from ≤ key < to`. */
  | { readonly type: 'deleteRange'; readonly store: StoreName; readonly from: number; readonly to: number };

/** Ops of one transaction: all of them happen or none. */
export type DiskTransaction = readonly DiskOp[];

export type DiskRead =
  | { readonly type: 'get'; readonly store: StoreName; readonly key: number }
  /** `from ≤ key < to`, ascending, at most `limit` records. */
  | {
      readonly type: 'getRange';
      readonly store: StoreName;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
    };

export interface DiskRecord {
  readonly key: number;
  readonly value: Uint8Array;
}

/** `get` answers zero or one record, `getRange` any number. */
export type DiskReadResult = readonly DiskRecord[];

/** A synchronous computation that now and then needs records from disk: the caller performs each read and resumes it. */
export type DiskRoutine<T> = Generator<DiskRead, T, DiskReadResult>;
