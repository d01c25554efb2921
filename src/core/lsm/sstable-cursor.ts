import { assert, must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, BlockCursor } from './block.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import { type InternalEntry, replicaPrefix, type SequenceNumber } from './internal-key.ts';
import { aboveLower, belowUpper, type ScanRange } from './scan-range.ts';
import type { HeldExtent, SSTable } from './sstable.ts';

/** Where to stand in a block that is entered. */
type Place = { readonly at: 'first' } | { readonly at: 'last' } | Sought;
type Sought = { readonly at: 'seek' | 'seekForPrev'; readonly key: Uint8Array; readonly sequence: SequenceNumber };

const FIRST: Place = { at: 'first' };
const LAST: Place = { at: 'last' };

/**
 * Walks a table in internal order, block after block. Where it is told what is wanted, a block of another replica is not read: it counts as if the
 * table ended, and need not be sound.
 */
export class SSTableCursor implements Cursor {
  pending = false;
  private readonly table: SSTable;
  private readonly range: ScanRange | undefined;
  private readonly isGone: ((key: Uint8Array) => boolean) | undefined;
  private readonly held: HeldExtent = { extent: -1, bytes: new Uint8Array(0) };
  private ordinal = 0;
  private place: Place = FIRST;
  private inBlock: BlockCursor | undefined;

  /**
   * @param range what is wanted; undefined: everything
   * @param isGone of a key's replica: its blocks are passed over
   */
  constructor(table: SSTable, range?: ScanRange, isGone?: (key: Uint8Array) => boolean) {
    this.table = table;
    this.range = range;
    this.isGone = isGone;
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
    const side = this.pending ? this.sideOf(ordinal) : 'within';
    if (side !== 'within') {
      this.pending = false;
      const isBackward = place.at === 'last' || place.at === 'seekForPrev';
      if (isBackward && side !== 'below') this.enter(ordinal - 1, LAST);
      else if (!isBackward && side !== 'above') this.enter(ordinal + 1, FIRST);
      return;
    }
    const cached = this.pending ? this.table.cachedBlock(ordinal) : undefined;
    if (cached !== undefined) this.stand(cached);
  }

  /** Of the block against what is wanted. All of its keys begin alike, and none is above its separator. */
  private sideOf(ordinal: number): 'below' | 'within' | 'above' | 'gone' {
    const { range, isGone } = this;
    const { separator } = must(this.table.meta.index[ordinal], 'a block within the index');
    if (isGone?.(separator) === true) return 'gone';
    if (range === undefined) return 'within';
    if (!belowUpper(range, replicaPrefix(separator))) return 'above';
    return aboveLower(range, separator) ? 'within' : 'below';
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
