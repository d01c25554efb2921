import { assert, must } from '../base/assert.ts';
import type { DiskOp, DiskTransaction } from '../base/disk.ts';
import { ExtentQueue } from './extent-queue.ts';
import type { SequenceNumber } from './internal-key.ts';
import type { MemTable } from './mem-table.ts';
import { SSTableBuilder, type SSTableOptions } from './sstable-builder.ts';
import { encodeTableMeta, type TableMeta, tableRecord } from './table-meta.ts';
import type { ReplicaApplied, TableRecord } from './version-edit.ts';
import type { PreparedEdit, VersionSet } from './version-set.ts';

/** What a flush needs to know of the moment when its MemTable was closed. */
export interface FlushInput {
  readonly memTable: MemTable;
  /** No reader will ever ask for the state before this sequence. */
  readonly oldestSnapshot: SequenceNumber;
  /** The table's; 0 where the MemTable is empty and only applied indices are published. */
  readonly fileNumber: number;
  /** At or above every sequence in the MemTable. */
  readonly lastSequence: SequenceNumber;
  readonly applied: readonly ReplicaApplied[];
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
  private readonly versions: VersionSet;
  private readonly onPublished: (meta: TableMeta | undefined) => void;
  private readonly cursor: ReturnType<MemTable['cursor']>;
  private readonly builder: SSTableBuilder;
  private readonly queue = new ExtentQueue();
  private ended = false;
  private meta: TableMeta | undefined;
  private prepared: PreparedEdit | undefined;
  private state: 'extents' | 'publish' | 'handedOut' | 'done' = 'extents';

  /** @param onPublished called once, by `done`, when the table is part of the Version */
  constructor(input: FlushInput, versions: VersionSet, onPublished: (meta: TableMeta | undefined) => void) {
    this.input = input;
    this.versions = versions;
    this.onPublished = onPublished;
    this.builder = new SSTableBuilder(input.fileNumber, input.tableOptions, input.memTable.keys);
    this.cursor = input.memTable.cursor();
    this.cursor.seekToFirst();
    if (this.cursor.entry === undefined) this.state = 'publish';
  }

  /** The new table; undefined before the last transaction is made, and for a flush that only moves applied indices. */
  get published(): TableRecord | undefined {
    return this.meta === undefined ? undefined : tableRecord(0, this.meta);
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
    const { meta } = this;
    const added = meta === undefined ? [] : [{ level: 0, table: this.versions.table(meta) }];
    this.versions.publish(must(this.prepared, 'the last transaction carries the edit'), added);
    this.onPublished(meta);
  }

  /** Builds no more than one slice; a single extent that is larger is a slice of its own. */
  private nextSlice(): DiskOp[] {
    const { builder, cursor, input, queue, versions } = this;
    while (!this.ended && queue.bytes + builder.finishedBytes < input.sliceBytesMax) {
      const { entry } = cursor;
      if (entry === undefined) {
        this.ended = true;
        // All of it was of replicas that are gone: there is no table.
        if (builder.entries > 0) this.meta = builder.finish();
        break;
      }
      const gone = versions.isDropped(entry.key);
      if (!gone) builder.add(entry);
      // Whoever may see this version sees none that is older.
      if (gone || entry.sequence <= input.oldestSnapshot) cursor.skipOlder();
      else cursor.next();
    }
    queue.add(input.fileNumber, builder.takeExtents());
    return queue.takeSlice(input.sliceBytesMax);
  }

  private publishTransaction(): DiskTransaction {
    const { input, meta, published, versions } = this;
    const newTables = published === undefined ? [] : [published];
    // A replica may have been dropped since: nothing is covered of what is gone.
    const applied = input.applied.filter(({ shard, replicaId }) => !versions.isReplicaDropped(shard, replicaId));
    this.prepared = versions.prepare({ newTables, applied }, input.lastSequence);
    if (meta === undefined) return this.prepared.ops;
    return [
      { type: 'put', store: 'sstmeta', key: meta.fileNumber, value: encodeTableMeta(meta) },
      ...this.prepared.ops,
    ];
  }
}
