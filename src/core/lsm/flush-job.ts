import { assert, must } from '../base/assert.ts';
import type { DiskOp, DiskTransaction } from '../base/disk.ts';
import type { SequenceNumber } from './internal-key.ts';
import type { Manifest } from './manifest.ts';
import type { MemTable } from './mem-table.ts';
import { SSTableBuilder, type SSTableOptions } from './sstable-builder.ts';
import { encodeTableMeta, extentKey, type TableMeta } from './table-meta.ts';
import type { TableRecord, VersionChange, VersionEdit } from './version-edit.ts';

/** What a flush needs to know of the moment when its MemTable was closed. */
export interface FlushInput {
  readonly memTable: MemTable;
  /** No reader will ever ask for the state before this sequence. */
  readonly oldestSnapshot: SequenceNumber;
  /** The table's; 0 where the MemTable is empty and only applied indices are published. */
  readonly fileNumber: number;
  readonly change: Omit<VersionChange, 'newTables' | 'deletedTables' | 'droppedReplicas'>;
  readonly tableOptions: SSTableOptions;
  readonly sliceBytesMax: number;
}

/**
 * Writes an immutable MemTable as a table of L0, a slice at a time; of each key only the versions that a reader may still ask for:
 * `next` gives transactions, each to be asked for when the one before is durable; after the last it gives undefined, then comes `done`.
 * Until the last transaction, the extents belong to a table that no manifest names: a crash leaves them as orphans.
 */
export class FlushJob {
  private readonly input: FlushInput;
  private readonly manifest: Manifest;
  private readonly publish: (edit: VersionEdit, meta: TableMeta | undefined) => void;
  private readonly cursor: ReturnType<MemTable['cursor']>;
  private readonly builder: SSTableBuilder;
  /** Extents built and not yet handed out. */
  private queue: Uint8Array[] = [];
  /** Number of the first extent in `queue`. */
  private nextExtent = 0;
  private meta: TableMeta | undefined;
  private edit: VersionEdit | undefined;
  private state: 'extents' | 'publish' | 'handedOut' | 'done' = 'extents';

  /** @param publish makes the table part of the Version; called once, by `done` */
  constructor(
    input: FlushInput,
    manifest: Manifest,
    publish: (edit: VersionEdit, meta: TableMeta | undefined) => void,
  ) {
    this.input = input;
    this.manifest = manifest;
    this.publish = publish;
    this.builder = new SSTableBuilder(input.fileNumber, input.tableOptions);
    this.cursor = input.memTable.cursor();
    this.cursor.seekToFirst();
    if (this.cursor.entry === undefined) this.state = 'publish';
  }

  /** The new table; undefined before the last transaction is made, and for a flush that only moves applied indices. */
  get published(): TableRecord | undefined {
    const { meta } = this;
    if (meta === undefined) return undefined;
    return { level: 0, fileNumber: meta.fileNumber, entries: meta.entries, bytes: meta.dataBytes };
  }

  next(): DiskTransaction | undefined {
    if (this.state === 'extents') {
      const slice = this.nextSlice();
      if (slice.length > 0) return slice;
      this.state = 'publish';
    }
    if (this.state !== 'publish') return undefined;
    this.state = 'handedOut';
    return this.publishTransaction();
  }

  /** The last transaction is durable. */
  done(): void {
    assert(this.state === 'handedOut', 'a flush is done once, after its last transaction');
    this.state = 'done';
    this.publish(must(this.edit, 'the last transaction carries the edit'), this.meta);
  }

  /** Builds no more than one slice; a single extent that is larger is a slice of its own. */
  private nextSlice(): DiskOp[] {
    const { builder, cursor, input } = this;
    let queued = this.queue.reduce((bytes, extent) => bytes + extent.length, 0);
    while (this.meta === undefined && queued + builder.finishedBytes < input.sliceBytesMax) {
      const { entry } = cursor;
      if (entry === undefined) {
        this.meta = builder.finish();
        break;
      }
      builder.add(entry);
      // Whoever may see this version sees none that is older.
      if (entry.sequence <= input.oldestSnapshot) cursor.skipOlder();
      else cursor.next();
    }
    this.queue.push(...builder.takeExtents());
    const ops: DiskOp[] = [];
    queued = 0;
    for (const value of this.queue) {
      queued += value.length;
      if (ops.length > 0 && queued > input.sliceBytesMax) break;
      ops.push({ type: 'put', store: 'sst', key: extentKey(input.fileNumber, this.nextExtent++), value });
    }
    this.queue = this.queue.slice(ops.length);
    return ops;
  }

  private publishTransaction(): DiskTransaction {
    const { input, meta } = this;
    const newTables = this.published === undefined ? [] : [this.published];
    this.edit = this.manifest.edit({ ...input.change, newTables, deletedTables: [], droppedReplicas: [] });
    const ops = this.manifest.opsFor(this.edit);
    if (meta === undefined) return ops;
    return [{ type: 'put', store: 'sstmeta', key: meta.fileNumber, value: encodeTableMeta(meta) }, ...ops];
  }
}
