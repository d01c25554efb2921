import type { BlockCacheStatistics } from './block-cache.ts';
import type { CompactionStyle } from './compaction-style.ts';
import type { SequenceNumber, ValueType } from './internal-key.ts';
import type { ReadStatistics } from './read-statistics.ts';

/** The storage engine of one node at one moment, as plain data that can be cloned. Keys are data keys; sizes in bytes. */
export interface EngineReport {
  readonly style: CompactionStyle;
  readonly lastSequence: SequenceNumber;
  readonly memTable: MemTableReport;
  /** Closed and being flushed. */
  readonly immutable: MemTableReport | undefined;
  /** L0 … L6. */
  readonly levels: readonly LevelReport[];
  /** Version edits that the manifest's records hold now, and the number of the last. */
  readonly manifest: { readonly editNumber: number; readonly editsSinceSnapshot: number };
  readonly stall: 'none' | 'delayed' | 'stopped';
  readonly statistics: EngineStatistics;
}

export interface MemTableReport {
  readonly entries: number;
  /** Distinct keys: nodes of the tree. */
  readonly keys: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** In key order; only the top levels where there are many keys. */
  readonly tree: readonly TreeNodeReport[];
}

/** A node of the red-black tree; `left` and `right` are places in the list that holds it, −1 = none in it. */
export interface TreeNodeReport {
  readonly key: Uint8Array;
  readonly red: boolean;
  readonly left: number;
  readonly right: number;
  /** Of its newest version. */
  readonly sequence: SequenceNumber;
  readonly type: ValueType;
  readonly versions: number;
}

export interface LevelReport {
  readonly level: number;
  readonly bytes: number;
  /** What the level may hold before it is compacted; undefined where the style sets none. */
  readonly bytesTarget: number | undefined;
  /** At 1 and above it is due. */
  readonly score: number;
  /** L0: newest first; below: by key. */
  readonly tables: readonly TableReport[];
}

export interface TableReport {
  readonly fileNumber: number;
  readonly level: number;
  readonly bytes: number;
  readonly entries: number;
  readonly tombstones: number;
  readonly smallestKey: Uint8Array;
  readonly largestKey: Uint8Array;
  readonly smallestSequence: SequenceNumber;
  readonly largestSequence: SequenceNumber;
  /** By the node's wall clock, in microseconds. */
  readonly createdUs: number;
  readonly blocks: number;
  readonly bloomBits: number;
  readonly bloomProbes: number;
  readonly beingCompacted: boolean;
}

/** Since the node started. */
export interface EngineStatistics {
  /** Key, value and trailer bytes that were written to the engine. */
  readonly bytesWritten: number;
  readonly flushes: number;
  readonly bytesFlushed: number;
  readonly compactions: number;
  readonly tablesMoved: number;
  readonly bytesCompactedRead: number;
  readonly bytesCompactedWritten: number;
  readonly entriesDropped: number;
  readonly delays: number;
  readonly stops: number;
  /** Table bytes written for each byte written; the log is not in it. 0 before the first flush. */
  readonly writeAmplification: number;
  /** Sorted runs that a point read of an absent key must ask: MemTables, tables of L0, one for each further level that holds any. */
  readonly readAmplification: number;
  /** Bytes of all tables for each byte of the oldest run, an estimate of what lives; 1 where there is no table. */
  readonly spaceAmplification: number;
  readonly cache: BlockCacheStatistics;
  readonly reads: ReadStatistics;
}

/** One table opened. Its blocks are read from disk for it, and change nothing in the cache. */
export interface OpenedTable {
  readonly table: TableReport;
  readonly bloom: { readonly bits: Uint8Array; readonly probes: number };
  readonly blocks: readonly BlockReport[];
}

/** It could not be opened: what is on disk is not what was written. The node itself finds that when it reads there. */
export interface DamagedTable {
  readonly damage: string;
}

export interface BlockReport {
  readonly extent: number;
  /** Within its extent. */
  readonly offset: number;
  readonly length: number;
  readonly entries: number;
  readonly firstKey: Uint8Array;
  /** Only of the block that was asked for. */
  readonly contents: readonly EntryReport[] | undefined;
}

export interface EntryReport {
  readonly key: Uint8Array;
  readonly sequence: SequenceNumber;
  readonly type: ValueType;
  readonly valueBytes: number;
  /** The value's beginning. */
  readonly value: Uint8Array;
}
