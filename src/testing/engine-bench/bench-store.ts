import type { Pair } from './load.ts';

/** What all three stores can do. A write resolves when its transaction is complete. */
export interface BenchStore {
  write(pairs: readonly Pair[]): Promise<void>;
  /** A value that is at hand is given at once. */
  get(key: Uint8Array<ArrayBuffer>): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** At most `limit` pairs from `from` on; how many there were. */
  scan(from: Uint8Array<ArrayBuffer>, limit: number): Promise<number>;
  /** Ends it and deletes what it stored. */
  destroy(): Promise<void>;
}
