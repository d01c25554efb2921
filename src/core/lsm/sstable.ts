import { must } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor } from './block.ts';
import type { BlockCache } from './block-cache.ts';
import type { Cursor } from './cursor.ts';
import {
  compareInternal,
  type InternalEntry,
  isOfSameReplica,
  type SequenceNumber,
  VALUE_TYPE,
} from './internal-key.ts';
import type { TableLookup } from './lookup-report.ts';
import { blockOf, readExtent } from './read-block.ts';
import type { ScanRange } from './scan-range.ts';
import { SSTableCursor } from './sstable-cursor.ts';
import type { TableMeta } from './table-meta.ts';

/** A sorted, immutable table on disk. Its meta is in memory; blocks are read when needed and kept in the node's block cache. */
export class SSTable {
  readonly meta: TableMeta;
  private readonly cache: BlockCache;

  constructor(meta: TableMeta, cache: BlockCache) {
    this.meta = meta;
    this.cache = cache;
  }

  /** False only where the table surely has no version of this key. */
  mayContain(key: Uint8Array, lookup?: TableLookup): boolean {
    const { smallestKey, largestKey, bloom } = this.meta;
    const outside = compareBytes(key, smallestKey) < 0 || compareBytes(key, largestKey) > 0;
    const may = !outside && bloom.mayContain(key);
    if (!may && lookup !== undefined) lookup.result = outside ? 'outside' : 'ruled out';
    return may;
  }

  /** The newest version at or below `atSequence`; it may be a tombstone. Reads at most one block; ask `mayContain` first. */
  *get(key: Uint8Array, atSequence: SequenceNumber, lookup?: TableLookup): DiskRoutine<InternalEntry | undefined> {
    const entry = yield* this.search(key, atSequence, lookup);
    if (lookup === undefined) return entry;
    if (entry !== undefined) lookup.result = entry.type === VALUE_TYPE.put ? 'value' : 'tombstone';
    // A reader of an older state may miss a key of which the table has newer versions only: then the filter was right.
    else lookup.falsePositive = atSequence >= this.meta.largestSequence;
    return entry;
  }

  /** @param range what is wanted of it: other replicas' blocks are not read */
  cursor(range?: ScanRange): Cursor {
    return new SSTableCursor(this, range);
  }

  /** Ordinal of the one block in which the first entry ≥ (key, sequence) can be; the number of blocks if there is none. */
  findBlock(key: Uint8Array, sequence: SequenceNumber): number {
    const { index } = this.meta;
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { separator, separatorSequence } = must(index[middle], 'a block within the index');
      if (compareInternal(separator, separatorSequence, key, sequence) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The block if no read is needed for it. */
  cachedBlock(ordinal: number): Block | undefined {
    return this.cache.get(this.meta.fileNumber, ordinal);
  }

  /** The block from disk, and into the cache. @param held the extent that the caller still has; taken instead of a read if the block is in it */
  *fetchBlock(ordinal: number, held?: HeldExtent): DiskRoutine<Block> {
    const { fileNumber } = this.meta;
    const { handle } = must(this.meta.index[ordinal], 'a block within the index');
    let extent = held?.extent === handle.extent ? held.bytes : undefined;
    if (extent === undefined) {
      extent = yield* readExtent(fileNumber, handle.extent);
      if (held !== undefined && extent !== undefined) {
        held.extent = handle.extent;
        held.bytes = extent;
      }
    }
    // A copy: a cached block must not keep a whole extent in memory.
    const block = blockOf(this.meta, ordinal, extent, true);
    this.cache.set(fileNumber, ordinal, block);
    return block;
  }

  private *search(
    key: Uint8Array,
    atSequence: SequenceNumber,
    lookup: TableLookup | undefined,
  ): DiskRoutine<InternalEntry | undefined> {
    const ordinal = this.findBlock(key, atSequence);
    const line = this.meta.index[ordinal];
    // A block is of one replica: that of another one says nothing of this key, and need not be sound.
    if (line === undefined || !isOfSameReplica(line.separator, key)) return undefined;
    const cached = this.cachedBlock(ordinal);
    if (lookup !== undefined) {
      lookup.block = ordinal;
      lookup.blockFrom = cached === undefined ? 'disk' : 'cache';
    }
    return newestIn(cached ?? (yield* this.fetchBlock(ordinal)), key, atSequence);
  }
}

function newestIn(block: Block, key: Uint8Array, atSequence: SequenceNumber): InternalEntry | undefined {
  const cursor = new BlockCursor(block);
  cursor.seek(key, atSequence);
  const { entry } = cursor;
  return entry !== undefined && compareBytes(entry.key, key) === 0 ? entry : undefined;
}

/** The extent a scan read last: its next blocks are most likely in it. */
export interface HeldExtent {
  /** −1 before the first. */
  extent: number;
  bytes: Uint8Array;
}
