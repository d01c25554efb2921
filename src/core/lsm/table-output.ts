import { compareBytes } from '../base/bytes.ts';
import type { DiskOp } from '../base/disk.ts';
import { ExtentQueue } from './extent-queue.ts';
import type { InternalEntry } from './internal-key.ts';
import type { SSTable } from './sstable.ts';
import { SSTableBuilder, type SSTableOptions } from './sstable-builder.ts';
import type { TableMeta } from './table-meta.ts';

export interface TableOutputInput {
  readonly allocateFileNumber: () => number;
  readonly tableOptions: SSTableOptions;
  readonly tableBytesMax: number;
  readonly grandparents: readonly SSTable[];
  readonly grandparentBytesMax: number;
}

/** Entries in internal order become tables, cut by size and by how much of the level below each would touch, never inside a key. */
export class TableOutput {
  /** Finished, in key order. */
  readonly metas: TableMeta[] = [];
  entries = 0;
  private readonly input: TableOutputInput;
  private readonly queue = new ExtentQueue();
  private open: { readonly fileNumber: number; readonly builder: SSTableBuilder } | undefined;
  /** The first grandparent that does not end before the last key. */
  private grandparent = 0;
  /** Bytes of the grandparents that the open table has passed. */
  private passedBytes = 0;

  constructor(input: TableOutputInput) {
    this.input = input;
  }

  /** Built and not yet taken. */
  get bytes(): number {
    return this.queue.bytes + (this.open?.builder.finishedBytes ?? 0);
  }

  /** Of all tables so far, the open one among them. */
  get fileNumbers(): readonly number[] {
    const finished = this.metas.map(({ fileNumber }) => fileNumber);
    return this.open === undefined ? finished : [...finished, this.open.fileNumber];
  }

  add(entry: InternalEntry): void {
    const { lastKey } = this.open?.builder ?? {};
    if (lastKey === undefined || compareBytes(lastKey, entry.key) !== 0) {
      const full = (this.open?.builder.bytes ?? 0) >= this.input.tableBytesMax;
      if (this.passGrandparents(entry.key) || full) this.finishTable();
    }
    this.open ??= this.openTable();
    this.open.builder.add(entry);
    this.entries++;
  }

  /** Ends the last table. */
  finish(): void {
    this.finishTable();
  }

  takeSlice(bytesMax: number): DiskOp[] {
    if (this.open !== undefined) this.queue.add(this.open.fileNumber, this.open.builder.takeExtents());
    return this.queue.takeSlice(bytesMax);
  }

  private openTable(): { readonly fileNumber: number; readonly builder: SSTableBuilder } {
    const fileNumber = this.input.allocateFileNumber();
    this.passedBytes = 0;
    return { fileNumber, builder: new SSTableBuilder(fileNumber, this.input.tableOptions) };
  }

  private finishTable(): void {
    const { open } = this;
    if (open === undefined) return;
    this.metas.push(open.builder.finish());
    this.queue.add(open.fileNumber, open.builder.takeExtents());
    this.open = undefined;
  }

  /** Whether the open table has come to overlap too much of the level below its own. */
  private passGrandparents(key: Uint8Array): boolean {
    const { grandparents, grandparentBytesMax } = this.input;
    for (;;) {
      const next = grandparents[this.grandparent];
      if (next === undefined || compareBytes(key, next.meta.largestKey) <= 0) break;
      this.grandparent++;
      this.passedBytes += next.meta.dataBytes;
    }
    return this.open !== undefined && this.passedBytes > grandparentBytesMax;
  }
}
