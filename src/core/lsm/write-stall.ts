import type { CompactionOptions } from './compaction-options.ts';
import type { CompactionStyle } from './compaction-style.ts';

/** What writes must wait for, and whether they are slowed down or stand. */
export interface WriteStall {
  readonly kind: 'delayed' | 'stopped';
  readonly because: 'L0 tables' | 'MemTable';
}

/** Writes are delayed while the MemTable has this many times its limit, because the one before is still being flushed; */
const MEMTABLE_DELAY_FACTOR = 2;
/** and stand here. */
const MEMTABLE_STOP_FACTOR = 4;

export interface StallInput {
  readonly style: CompactionStyle;
  readonly options: CompactionOptions & { readonly memTableBytesMax: number };
  readonly l0Tables: number;
  readonly memTableBytes: number;
}

/** Whether writes come faster than flush and compaction take them away (RocksDB's write stalls). */
export function stallOf({ style, options, l0Tables, memTableBytes }: StallInput): WriteStall | undefined {
  // Nothing is merged in fifo: no waiting would make the tables fewer.
  const tables = style === 'fifo' ? 0 : l0Tables;
  if (tables >= options.l0StopTrigger) return { kind: 'stopped', because: 'L0 tables' };
  if (memTableBytes >= options.memTableBytesMax * MEMTABLE_STOP_FACTOR) return { kind: 'stopped', because: 'MemTable' };
  if (tables >= options.l0SlowdownTrigger) return { kind: 'delayed', because: 'L0 tables' };
  if (memTableBytes >= options.memTableBytesMax * MEMTABLE_DELAY_FACTOR)
    return { kind: 'delayed', because: 'MemTable' };
  return undefined;
}
