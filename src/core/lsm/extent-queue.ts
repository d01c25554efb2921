import type { DiskOp } from '../base/disk.ts';
import { extentKey } from './table-meta.ts';

/** Extents that are built and not yet handed out to be written, table after table. */
export class ExtentQueue {
  bytes = 0;
  private queued: { readonly fileNumber: number; readonly extent: number; readonly value: Uint8Array }[] = [];
  private fileNumber = 0;
  private nextExtent = 0;

  /** The next extents of this table. */
  add(fileNumber: number, extents: readonly Uint8Array[]): void {
    if (fileNumber !== this.fileNumber) {
      this.fileNumber = fileNumber;
      this.nextExtent = 0;
    }
    for (const value of extents) {
      this.queued.push({ fileNumber, extent: this.nextExtent++, value });
      this.bytes += value.length;
    }
  }

  /** No more than a slice; a single extent that is larger is a slice of its own. Empty only if the queue is. */
  takeSlice(bytesMax: number): DiskOp[] {
    const ops: DiskOp[] = [];
    let bytes = 0;
    for (const { fileNumber, extent, value } of this.queued) {
      bytes += value.length;
      if (ops.length > 0 && bytes > bytesMax) break;
      ops.push({ type: 'put', store: 'sst', key: extentKey(fileNumber, extent), value });
      this.bytes -= value.length;
    }
    this.queued = this.queued.slice(ops.length);
    return ops;
  }
}
