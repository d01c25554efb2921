import { assert } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor } from './block.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import type { InternalEntry, SequenceNumber } from './internal-key.ts';
import type { HeldExtent, SSTable } from './sstable.ts';

/** Where to stand in a block that is entered. */
type Place = { readonly at: 'first' } | { readonly at: 'last' } | Sought;
type Sought = { readonly at: 'seek' | 'seekForPrev'; readonly key: Uint8Array; readonly sequence: SequenceNumber };

const FIRST: Place = { at: 'first' };
const LAST: Place = { at: 'last' };

/** Walks a table in internal order, block after block. */
export class SSTableCursor implements Cursor {
  pending = false;
  private readonly table: SSTable;
  private readonly held: HeldExtent = { extent: -1, bytes: new Uint8Array(0) };
  private ordinal = 0;
  private place: Place = FIRST;
  private inBlock: BlockCursor | undefined;

  constructor(table: SSTable) {
    this.table = table;
  }

  get entry(): InternalEntry | undefined {
    return this.inBlock?.entry;
  }

  seekToFirst(): void {
    this.enter(0, FIRST);
  }

  seekToLast(): void {
    this.enter(this.blocks - 1, LAST);
  }

  seek(key: Uint8Array, sequence: SequenceNumber = BEFORE_VERSIONS): void {
    this.enter(this.table.findBlock(key, sequence), { at: 'seek', key, sequence });
  }

  seekForPrev(key: Uint8Array, sequence: SequenceNumber = AFTER_VERSIONS): void {
    const ordinal = this.table.findBlock(key, sequence);
    if (ordinal === this.blocks) this.seekToLast();
    else this.enter(ordinal, { at: 'seekForPrev', key, sequence });
  }

  next(): void {
    assert(!this.pending, 'a pending block is loaded before the cursor moves on');
    if (this.inBlock?.entry === undefined) return;
    this.inBlock.next();
    if (this.inBlock.entry === undefined) this.enter(this.ordinal + 1, FIRST);
  }

  prev(): void {
    assert(!this.pending, 'a pending block is loaded before the cursor moves on');
    if (this.inBlock?.entry === undefined) return;
    this.inBlock.prev();
    if (this.inBlock.entry === undefined) this.enter(this.ordinal - 1, LAST);
  }

  /** A table seldom has any: a flush leaves them out. */
  skipOlder(): void {
    this.next();
  }

  *load(): DiskRoutine<void> {
    assert(this.pending, 'there is a block to load');
    while (this.pending) this.stand(yield* this.table.fetchBlock(this.ordinal, this.held));
  }

  private get blocks(): number {
    return this.table.meta.index.length;
  }

  private enter(ordinal: number, place: Place): void {
    this.ordinal = ordinal;
    this.place = place;
    this.inBlock = undefined;
    this.pending = ordinal >= 0 && ordinal < this.blocks;
    const cached = this.pending ? this.table.cachedBlock(ordinal) : undefined;
    if (cached !== undefined) this.stand(cached);
  }

  private stand(block: Block): void {
    const { place } = this;
    const cursor = new BlockCursor(block);
    if (place.at === 'first') cursor.seekToFirst();
    else if (place.at === 'last') cursor.seekToLast();
    else if (place.at === 'seek') cursor.seek(place.key, place.sequence);
    else cursor.seekForPrev(place.key, place.sequence);
    this.inBlock = cursor;
    this.pending = false;
    // A separator may lie between two blocks, so that all of this one is on the wrong side of the key sought.
    if (cursor.entry !== undefined) return;
    if (place.at === 'seekForPrev') this.enter(this.ordinal - 1, LAST);
    else this.enter(this.ordinal + 1, FIRST);
  }
}
