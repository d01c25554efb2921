import { assert, must } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor, openBlock } from './block.ts';
import type { BlockCache } from './block-cache.ts';
import { corrupt } from './corrupt-store.ts';
import type { Cursor } from './cursor.ts';
import { compareInternal, type InternalEntry, SEQUENCE_MAX, type SequenceNumber } from './internal-key.ts';
import type { LookupReport } from './lookup-report.ts';
import { extentKey, type TableMeta } from './table-meta.ts';

/** A sorted, immutable table on disk. Its meta is in memory; blocks are read when needed and kept in the node's block cache. */
export class SSTable {
  readonly meta: TableMeta;
  private readonly cache: BlockCache;

  constructor(meta: TableMeta, cache: BlockCache) {
    this.meta = meta;
    this.cache = cache;
  }

  /** False only where the table surely has no version of this key. */
  mayContain(key: Uint8Array, report?: LookupReport): boolean {
    const { smallestKey, largestKey, bloom } = this.meta;
    if (compareBytes(key, smallestKey) < 0 || compareBytes(key, largestKey) > 0) return false;
    if (bloom.mayContain(key)) return true;
    if (report !== undefined) report.bloomSkipped++;
    return false;
  }

  /** The newest version at or below `atSequence`; it may be a tombstone. Reads at most one block; ask `mayContain` first. */
  *get(key: Uint8Array, atSequence: SequenceNumber, report?: LookupReport): DiskRoutine<InternalEntry | undefined> {
    const ordinal = this.findBlock(key, atSequence);
    if (ordinal === this.meta.index.length) return undefined;
    const cursor = new BlockCursor(yield* this.loadBlock(ordinal, undefined, report));
    cursor.seek(key, atSequence);
    const { entry } = cursor;
    if (entry === undefined || compareBytes(entry.key, key) !== 0) return undefined;
    if (report !== undefined) {
      report.found = 'SSTable';
      report.fileNumber = this.meta.fileNumber;
    }
    return entry;
  }

  cursor(): Cursor {
    return new SSTableCursor(this);
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

  /** @param held the extent that the caller still has; taken instead of a read if the block is in it */
  *loadBlock(ordinal: number, held: HeldExtent | undefined, report?: LookupReport): DiskRoutine<Block> {
    if (report !== undefined) report.blocks++;
    const cached = this.cachedBlock(ordinal);
    if (cached !== undefined) return cached;
    const { fileNumber } = this.meta;
    const { handle } = must(this.meta.index[ordinal], 'a block within the index');
    const where = `table ${fileNumber}, extent ${handle.extent}`;
    let extent = held?.extent === handle.extent ? held.bytes : undefined;
    if (extent === undefined) {
      if (report !== undefined) report.blocksRead++;
      const records = yield { type: 'get', store: 'sst', key: extentKey(fileNumber, handle.extent) };
      extent = records[0]?.value;
      if (extent === undefined) throw corrupt(where, 'missing');
      if (held !== undefined) {
        held.extent = handle.extent;
        held.bytes = extent;
      }
    }
    if (handle.offset + handle.length > extent.length) throw corrupt(where, 'shorter than its blocks');
    // A copy: a cached block must not keep a whole extent in memory.
    const block = openBlock(extent.slice(handle.offset, handle.offset + handle.length), where);
    this.cache.set(fileNumber, ordinal, block);
    return block;
  }
}

/** The extent a scan read last: its next blocks are most likely in it. */
interface HeldExtent {
  /** −1 before the first. */
  extent: number;
  bytes: Uint8Array;
}

/** Walks a table in internal order, block after block. */
class SSTableCursor implements Cursor {
  pending = false;
  private readonly table: SSTable;
  private readonly held: HeldExtent = { extent: -1, bytes: new Uint8Array(0) };
  private ordinal = 0;
  /** Where to stand in the block that is pending; undefined = at its first entry. */
  private target: Uint8Array | undefined;
  private inBlock: BlockCursor | undefined;

  constructor(table: SSTable) {
    this.table = table;
  }

  get entry(): InternalEntry | undefined {
    return this.inBlock?.entry;
  }

  seek(key: Uint8Array): void {
    this.enter(this.table.findBlock(key, SEQUENCE_MAX), key);
  }

  next(): void {
    assert(!this.pending, 'a pending block is loaded before the cursor moves on');
    if (this.inBlock === undefined) return;
    this.inBlock.next();
    if (this.inBlock.entry === undefined) this.enter(this.ordinal + 1, undefined);
  }

  /** A table seldom has any: a flush leaves them out. */
  skipOlder(): void {
    this.next();
  }

  *load(): DiskRoutine<void> {
    assert(this.pending, 'there is a block to load');
    while (this.pending) this.stand(yield* this.table.loadBlock(this.ordinal, this.held));
  }

  private enter(ordinal: number, target: Uint8Array | undefined): void {
    this.ordinal = ordinal;
    this.target = target;
    this.inBlock = undefined;
    this.pending = ordinal < this.table.meta.index.length;
    const cached = this.pending ? this.table.cachedBlock(ordinal) : undefined;
    if (cached !== undefined) this.stand(cached);
  }

  private stand(block: Block): void {
    const cursor = new BlockCursor(block);
    if (this.target === undefined) cursor.seekToFirst();
    else cursor.seek(this.target, SEQUENCE_MAX);
    this.inBlock = cursor;
    this.pending = false;
    // A separator may lie between two blocks, so that the key sought is behind all of this one.
    if (cursor.entry === undefined) this.enter(this.ordinal + 1, undefined);
  }
}
