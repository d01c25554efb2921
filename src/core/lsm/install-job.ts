import { assert, must } from '../base/assert.ts';
import type { DiskTransaction } from '../base/disk.ts';
import { ExtentQueue } from './extent-queue.ts';
import { replicaOfKey, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import { replicaNumber } from './manifest.ts';
import { SSTableBuilder, type SSTableOptions } from './sstable-builder.ts';
import { encodeTableMeta, type TableMeta, tableRecord } from './table-meta.ts';
import type { ReplicaApplied } from './version-edit.ts';
import type { PreparedEdit, VersionSet } from './version-set.ts';

export interface InstallInput {
  readonly applied: ReplicaApplied;
  readonly fileNumber: number;
  /** Of every entry: above all that was written before, below all that comes after. */
  readonly sequence: SequenceNumber;
  readonly tableOptions: SSTableOptions;
  readonly sliceBytesMax: number;
}

/**
 * A replica's content as one table of L0. `add` in key order; `takeSlice` whenever it gives something; then `publish`, which is written before any
 * other edit, and `done`. Until then nobody sees it, and a crash leaves an orphan.
 */
export class InstallJob {
  private readonly input: InstallInput;
  private readonly versions: VersionSet;
  private readonly onDone: () => void;
  private readonly builder: SSTableBuilder;
  private readonly queue = new ExtentQueue();
  private meta: TableMeta | undefined;
  private prepared: PreparedEdit | undefined;

  constructor(input: InstallInput, versions: VersionSet, onDone: () => void) {
    const { shard, replicaId } = input.applied;
    assert(!versions.isReplicaDropped(shard, replicaId), 'a replica id is never used again');
    this.input = input;
    this.versions = versions;
    this.onDone = onDone;
    this.builder = new SSTableBuilder(input.fileNumber, input.tableOptions);
  }

  /** Keys ascend, each once, all of the replica that is installed. */
  add(key: Uint8Array, value: Uint8Array): void {
    const { shard, replicaId } = this.input.applied;
    assert(replicaOfKey(key) === replicaNumber(shard, replicaId), 'an installed key is of the installed replica');
    this.builder.add({ key, sequence: this.input.sequence, type: VALUE_TYPE.put, value });
  }

  /** Undefined: there is not yet a whole slice; after `finish`: there is nothing left. */
  takeSlice(): DiskTransaction | undefined {
    const { queue, builder, input, meta } = this;
    queue.add(input.fileNumber, builder.takeExtents());
    if (queue.bytes < input.sliceBytesMax && meta === undefined) return undefined;
    const slice = queue.takeSlice(input.sliceBytesMax);
    return slice.length === 0 ? undefined : slice;
  }

  /** Everything has been added. */
  finish(): void {
    if (this.builder.entries > 0) this.meta = this.builder.finish();
  }

  publish(): DiskTransaction {
    const { input, meta } = this;
    assert(
      this.queue.bytes === 0 && this.builder.finishedBytes === 0,
      'every slice is durable before the table is published',
    );
    const newTables = meta === undefined ? [] : [tableRecord(0, meta)];
    this.prepared = this.versions.prepare({ newTables, applied: [input.applied] }, input.sequence);
    if (meta === undefined) return this.prepared.ops;
    return [
      { type: 'put', store: 'sstmeta', key: meta.fileNumber, value: encodeTableMeta(meta) },
      ...this.prepared.ops,
    ];
  }

  done(): void {
    const { meta } = this;
    const added = meta === undefined ? [] : [{ level: 0, table: this.versions.table(meta) }];
    this.versions.publish(must(this.prepared, 'the transaction carries the edit'), added);
    this.onDone();
  }
}
