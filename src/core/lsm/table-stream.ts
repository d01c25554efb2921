import { assert, must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor } from './block.ts';
import { compareInternal, type InternalEntry } from './internal-key.ts';
import { blockOf, readExtent } from './read-block.ts';
import type { SSTable } from './sstable.ts';

/**
 * Reads tables whole, one after the other, an extent at a time. Past the block cache: a compaction would drive out what readers need.
 * A block that is missing or damaged throws CorruptBlock: never is it taken for the end. Blocks of a replica that is gone go unread, as each block
 * is of one replica: so it does not matter whether they can be read.
 */
export class TableStream {
  entry: InternalEntry | undefined;
  /** Of extents, so far. */
  bytesRead = 0;
  private readonly tables: readonly SSTable[];
  private readonly isGone: (key: Uint8Array) => boolean;
  private table = 0;
  /** Of the block to be read next, in its table. */
  private block = 0;
  private extent = -1;
  private bytes: Uint8Array | undefined;
  private cursor: BlockCursor | undefined;

  /**
   * @param tables ascending and disjoint; the stream stands before the first entry until it is advanced
   * @param isGone of a key's replica
   */
  constructor(tables: readonly SSTable[], isGone: (key: Uint8Array) => boolean = () => false) {
    this.tables = tables;
    this.isGone = isGone;
  }

  /** Of the block that holds the entry, in its table. */
  get ordinal(): number {
    return this.block - 1;
  }

  /** To the next entry without a read; false: `advance` must read first. */
  next(): boolean {
    if (this.cursor === undefined) return false;
    this.cursor.next();
    this.entry = this.cursor.entry;
    return this.entry !== undefined;
  }

  /** To the next entry; undefined behind the last. */
  *advance(): DiskRoutine<void> {
    if (this.next()) return;
    const block = yield* this.nextBlock();
    this.entry = undefined;
    this.cursor = undefined;
    if (block === undefined) return;
    this.cursor = new BlockCursor(block);
    this.cursor.seekToFirst();
    this.entry = must(this.cursor.entry, 'a block has entries');
  }

  private *nextBlock(): DiskRoutine<Block | undefined> {
    for (;;) {
      const table = this.tables[this.table];
      if (table === undefined) return undefined;
      const { meta } = table;
      const line = meta.index[this.block];
      if (line === undefined) {
        this.table++;
        this.block = 0;
        this.extent = -1;
        continue;
      }
      const ordinal = this.block++;
      if (this.isGone(line.separator)) continue;
      const { extent } = line.handle;
      if (extent !== this.extent) {
        this.bytes = yield* readExtent(meta.fileNumber, extent);
        this.extent = extent;
        this.bytesRead += this.bytes?.length ?? 0;
      }
      return blockOf(meta, ordinal, this.bytes, false);
    }
  }
}

/** Several streams as one, in internal order. */
export class MergeStream {
  private readonly streams: readonly TableStream[];
  private current: TableStream | undefined;

  constructor(streams: readonly TableStream[]) {
    this.streams = streams;
  }

  get entry(): InternalEntry | undefined {
    return this.current?.entry;
  }

  get bytesRead(): number {
    return this.streams.reduce((bytes, stream) => bytes + stream.bytesRead, 0);
  }

  *start(): DiskRoutine<void> {
    for (const stream of this.streams) yield* stream.advance();
    this.current = smallest(this.streams);
  }

  *advance(): DiskRoutine<void> {
    const { current } = this;
    assert(current !== undefined, 'there is an entry to go on from');
    if (!current.next()) yield* current.advance();
    this.current = smallest(this.streams);
  }
}

function smallest(streams: readonly TableStream[]): TableStream | undefined {
  let best: TableStream | undefined;
  for (const stream of streams) {
    const { entry } = stream;
    const first = best?.entry;
    if (entry === undefined) continue;
    if (first === undefined || compareInternal(entry.key, entry.sequence, first.key, first.sequence) < 0) best = stream;
  }
  return best;
}
