import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { AFTER_VERSIONS, BEFORE_VERSIONS, type Cursor } from './cursor.ts';
import type { InternalEntry, SequenceNumber } from './internal-key.ts';
import type { ScanRange } from './scan-range.ts';
import type { SSTable } from './sstable.ts';

/** Walks tables that ascend and share no key (a level below L0) as one; of them, only the table stood in is open. */
export class LevelCursor implements Cursor {
  private readonly tables: readonly SSTable[];
  private readonly range: ScanRange | undefined;
  /** Of the table stood in. */
  private at = 0;
  private cursor: Cursor | undefined;
  /** Where to go on when the table stood in is used up. */
  private step: 1 | -1 = 1;

  constructor(tables: readonly SSTable[], range?: ScanRange) {
    this.tables = tables;
    this.range = range;
  }

  get entry(): InternalEntry | undefined {
    return this.cursor?.entry;
  }

  get pending(): boolean {
    return this.cursor?.pending ?? false;
  }

  seekToFirst(): void {
    this.enter(0, 1, (cursor) => cursor.seekToFirst());
  }

  seekToLast(): void {
    this.enter(this.tables.length - 1, -1, (cursor) => cursor.seekToLast());
  }

  seek(key: Uint8Array, sequence: SequenceNumber = BEFORE_VERSIONS): void {
    this.enter(firstReaching(this.tables, key), 1, (cursor) => cursor.seek(key, sequence));
  }

  seekForPrev(key: Uint8Array, sequence: SequenceNumber = AFTER_VERSIONS): void {
    const reaching = firstReaching(this.tables, key);
    const table = this.tables[reaching];
    const holds = table !== undefined && compareBytes(table.meta.smallestKey, key) <= 0;
    this.enter(holds ? reaching : reaching - 1, -1, (cursor) => cursor.seekForPrev(key, sequence));
  }

  next(): void {
    this.step = 1;
    this.cursor?.next();
    this.goOn();
  }

  prev(): void {
    this.step = -1;
    this.cursor?.prev();
    this.goOn();
  }

  skipOlder(): void {
    this.step = 1;
    this.cursor?.skipOlder();
    this.goOn();
  }

  *load(): DiskRoutine<void> {
    while (this.cursor?.pending) {
      yield* this.cursor.load();
      this.goOn();
    }
  }

  private enter(at: number, step: 1 | -1, stand: (cursor: Cursor) => void): void {
    this.at = at;
    this.step = step;
    this.cursor = this.tables[at]?.cursor(this.range);
    if (this.cursor === undefined) return;
    stand(this.cursor);
    this.goOn();
  }

  /** To the nearest entry of the next table in this direction, where this one has none left. */
  private goOn(): void {
    if (this.cursor === undefined || this.cursor.pending || this.cursor.entry !== undefined) return;
    if (this.step === 1) this.enter(this.at + 1, 1, (cursor) => cursor.seekToFirst());
    else this.enter(this.at - 1, -1, (cursor) => cursor.seekToLast());
  }
}

/** Of tables that ascend and share no key: the first that ends at or behind the key; their number if there is none. */
export function firstReaching(tables: readonly SSTable[], key: Uint8Array): number {
  let low = 0;
  let high = tables.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes((tables[middle] as SSTable).meta.largestKey, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
