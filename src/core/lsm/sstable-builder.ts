import { assert, must } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import { BlockBuilder } from './block-builder.ts';
import { BloomFilterBuilder } from './bloom-filter.ts';
import { compareInternal, type InternalEntry, isOfSameReplica, VALUE_TYPE } from './internal-key.ts';
import { EXTENT_BYTES_MAX, type IndexEntry, type TableMeta } from './table-meta.ts';

export interface SSTableOptions {
  /**
   * A block is cut before the entry that would take it past this; only an entry that is larger alone makes a larger block. It is cut as well where
   * another replica's entries begin: a block that cannot be read is the loss of one replica.
   */
  readonly blockBytes: number;
  readonly extentBytesMax: number;
  readonly bloomBitsPerKey: number;
  /** The node's wall clock, in microseconds. */
  readonly createdUs: number;
}

/** Turns entries, added in internal order, into extents of whole blocks and, at the end, the table's meta. */
export class SSTableBuilder {
  /** Bytes in `takeExtents` now. */
  finishedBytes = 0;
  entries = 0;
  private readonly fileNumber: number;
  private readonly options: SSTableOptions;
  private readonly bloom: BloomFilterBuilder;
  private readonly index: IndexEntry[] = [];
  private block = new BlockBuilder();
  /** Blocks of the extent being filled, in order, and their bytes together. */
  private extentBlocks: Uint8Array[] = [];
  private extentBytes = 0;
  private extents = 0;
  private finished: Uint8Array[] = [];
  private first: InternalEntry | undefined;
  private last: InternalEntry | undefined;
  private tombstones = 0;
  private dataBytes = 0;
  private smallestSequence = 0;
  private largestSequence = 0;

  /** @param keysMax where it is known: the filter is made as keys come then, and not at the end */
  constructor(fileNumber: number, options: SSTableOptions, keysMax?: number) {
    assert(options.extentBytesMax <= EXTENT_BYTES_MAX, 'an extent of several blocks is at most 64 KiB');
    this.fileNumber = fileNumber;
    this.options = options;
    this.bloom = new BloomFilterBuilder(options.bloomBitsPerKey, keysMax);
  }

  add(entry: InternalEntry): void {
    const { last } = this;
    if (last !== undefined) {
      assert(compareInternal(last.key, last.sequence, entry.key, entry.sequence) < 0, 'entries come in internal order');
      const isOther = !isOfSameReplica(last.key, entry.key);
      if (isOther || this.block.bytesWith(entry) > this.options.blockBytes) this.finishBlock(entry);
    }
    this.block.add(entry);
    if (last === undefined || compareBytes(last.key, entry.key) !== 0) this.bloom.add(entry.key);
    if (entry.type === VALUE_TYPE.tombstone) this.tombstones++;
    this.smallestSequence = this.first === undefined ? entry.sequence : Math.min(this.smallestSequence, entry.sequence);
    this.largestSequence = Math.max(this.largestSequence, entry.sequence);
    this.first ??= entry;
    this.last = entry;
    this.entries++;
  }

  /** Of all blocks so far, the one being filled among them: about what the table has if it ends now. */
  get bytes(): number {
    return this.dataBytes + (this.block.entries === 0 ? 0 : this.block.bytes);
  }

  /** Of the entry added last. */
  get lastKey(): Uint8Array | undefined {
    return this.last?.key;
  }

  /** The extents finished since the last call, in order from number 0 on. */
  takeExtents(): readonly Uint8Array[] {
    const taken = this.finished;
    this.finished = [];
    this.finishedBytes = 0;
    return taken;
  }

  /** Ends the table; the last extents are to be taken after this. */
  finish(): TableMeta {
    const last = must(this.last, 'a table has entries');
    this.finishBlock(undefined);
    this.finishExtent();
    return {
      fileNumber: this.fileNumber,
      entries: this.entries,
      tombstones: this.tombstones,
      dataBytes: this.dataBytes,
      extents: this.extents,
      // Copies, here and in `separate`: the meta lives as long as the table, and a view would keep a MemTable's chunk alive with it.
      smallestKey: must(this.first, 'a table has entries').key.slice(),
      largestKey: last.key.slice(),
      smallestSequence: this.smallestSequence,
      largestSequence: this.largestSequence,
      createdUs: this.options.createdUs,
      bloom: this.bloom.finish(),
      index: this.index,
    };
  }

  private finishBlock(next: InternalEntry | undefined): void {
    if (this.block.entries === 0) return;
    const last = must(this.last, 'a block has entries');
    const bytes = this.block.finish();
    this.block = new BlockBuilder();
    if (this.extentBytes > 0 && this.extentBytes + bytes.length > this.options.extentBytesMax) this.finishExtent();
    const handle = { extent: this.extents, offset: this.extentBytes, length: bytes.length };
    this.index.push({ ...separate(last, next), handle });
    this.extentBlocks.push(bytes);
    this.extentBytes += bytes.length;
    this.dataBytes += bytes.length;
    if (this.extentBytes >= this.options.extentBytesMax) this.finishExtent();
  }

  private finishExtent(): void {
    if (this.extentBytes === 0) return;
    const extent = new Uint8Array(this.extentBytes);
    let at = 0;
    for (const block of this.extentBlocks) {
      extent.set(block, at);
      at += block.length;
    }
    this.finished.push(extent);
    this.finishedBytes += extent.length;
    this.extents++;
    this.extentBlocks = [];
    this.extentBytes = 0;
  }
}

/** The separator between a block's last entry and the next block's first; short where keys allow it, as in LevelDB. */
function separate(
  last: InternalEntry,
  next: InternalEntry | undefined,
): Pick<IndexEntry, 'separator' | 'separatorSequence'> {
  // Versions of one key on both sides: only the sequence separates them.
  if (next !== undefined && compareBytes(last.key, next.key) === 0) {
    return { separator: last.key.slice(), separatorSequence: last.sequence };
  }
  // Sequence 0 sorts behind every version of the separator key. At a replica's end it begins as the replica's keys: it says whose block it is.
  const isEnd = next === undefined || !isOfSameReplica(last.key, next.key);
  const separator = isEnd ? last.key.slice() : shortestSeparator(last.key, next.key);
  return { separator, separatorSequence: 0 };
}

/** The shortest key s that is easy to find with a ≤ s < b, of its own; needs a < b. */
function shortestSeparator(a: Uint8Array, b: Uint8Array): Uint8Array {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  const fromA = a[shared];
  const fromB = b[shared];
  if (fromA === undefined || fromB === undefined || fromA + 1 >= fromB) return a.slice();
  const separator = a.slice(0, shared + 1);
  separator[shared] = fromA + 1;
  return separator;
}
