import { assert, must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor, openBlock } from './block.ts';
import { corrupt } from './corrupt-store.ts';
import { compareInternal, type InternalEntry } from './internal-key.ts';
import type { SSTable } from './sstable.ts';
import { extentKey } from './table-meta.ts';

/**
 * Reads tables whole, one after the other, an extent at a time. Past the block cache: a compaction would drive out what readers need.
 * A block that is missing or damaged throws CorruptStore: never is it taken for the end.
 */
export class TableStream {
  entry: InternalEntry | undefined;
  /** Of extents, so far. */
  bytesRead = 0;
  private readonly tables: readonly SSTable[];
  private table = 0;
  /** Of the block to be read next, in its table. */
  private block = 0;
  private extent = -1;
  private bytes = new Uint8Array(0);
  private cursor: BlockCursor | undefined;

  /** @param tables ascending and disjoint; the stream stands before the first entry until it is advanced */
  constructor(tables: readonly SSTable[]) {
    this.tables = tables;
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
    const table = this.tables[this.table];
    if (table === undefined) return undefined;
    const { fileNumber, index } = table.meta;
    const line = index[this.block];
    if (line === undefined) {
      this.table++;
      this.block = 0;
      this.extent = -1;
      return yield* this.nextBlock();
    }
    this.block++;
    const { extent, offset, length } = line.handle;
    if (extent !== this.extent) {
      this.bytes = yield* readExtent(fileNumber, extent);
      this.extent = extent;
      this.bytesRead += this.bytes.length;
    }
    const where = `table ${fileNumber}, extent ${extent}`;
    if (offset + length > this.bytes.length) throw corrupt(where, 'shorter than its blocks');
    return openBlock(this.bytes.subarray(offset, offset + length), where);
  }
}

function* readExtent(fileNumber: number, extent: number): DiskRoutine<Uint8Array<ArrayBuffer>> {
  const [record] = yield { type: 'get', store: 'sst', key: extentKey(fileNumber, extent) };
  if (record === undefined) throw corrupt(`table ${fileNumber}, extent ${extent}`, 'missing');
  return record.value as Uint8Array<ArrayBuffer>;
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
