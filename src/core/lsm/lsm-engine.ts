import { assert } from '../base/assert.ts';
import type { DiskOp, DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { LogIndex } from '../base/ids.ts';
import { BlockCache } from './block-cache.ts';
import { FlushJob } from './flush-job.ts';
import { type InternalEntry, SEQUENCE_MAX, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import type { LookupReport } from './lookup-report.ts';
import { Manifest, replicaNumber } from './manifest.ts';
import { MemTable } from './mem-table.ts';
import { type RecoveredTables, recoverTables } from './recovery.ts';
import { type ScanResult, scan } from './scan.ts';
import { SSTable } from './sstable.ts';
import { EXTENT_BYTES_MAX, firstExtentKey, type TableMeta } from './table-meta.ts';
import type { Version } from './version.ts';
import type { ReplicaApplied, VersionEdit } from './version-edit.ts';
import type { WriteBatch } from './write-batch.ts';

export interface LsmOptions {
  readonly memTableBytesMax: number;
  readonly blockBytes: number;
  readonly blockCacheBytes: number;
  readonly bloomBitsPerKey: number;
  readonly sliceBytesMax: number;
}

/** What a read sees: these MemTables and tables, whatever is written, flushed or published while it waits for blocks. */
interface Pinned {
  readonly memTables: readonly MemTable[];
  readonly version: Version;
}

/**
 * The storage engine of one node, for all its replicas: MemTable, immutable MemTable, tables. It owns no log: what is
 * not yet in a table comes again from the node's log, which replays each replica above `appliedIndex`.
 */
export class LsmEngine {
  private readonly options: LsmOptions;
  private readonly cache: BlockCache;
  private readonly manifest: Manifest;
  private version: Version;
  private readonly orphans: readonly number[];
  private memTable = new MemTable();
  /** Closed and being flushed; every version in it is older than all in `memTable`. */
  private immutable: MemTable | undefined;
  private flush: FlushJob | undefined;
  /** Above every number in use on disk, orphans included. */
  private nextFileNumber: number;
  private sequence: SequenceNumber;
  /** What `memTable` reaches, where that is beyond the MemTable before it. */
  private applied = new Map<number, ReplicaApplied>();

  private constructor(options: LsmOptions, cache: BlockCache, manifest: Manifest, recovered: RecoveredTables) {
    this.options = options;
    this.cache = cache;
    this.manifest = manifest;
    this.version = recovered.version;
    this.orphans = recovered.orphans;
    this.sequence = manifest.lastSequence;
    this.nextFileNumber = Math.max(manifest.nextFileNumber, (recovered.orphans.at(-1) ?? 0) + 1);
  }

  /** Reads manifest and table metas; changes nothing on disk. Throws CorruptStore where what is listed is not there or not intact. */
  static *open(options: LsmOptions): DiskRoutine<LsmEngine> {
    const cache = new BlockCache(options.blockCacheBytes);
    const manifest = yield* Manifest.open();
    return new LsmEngine(options, cache, manifest, yield* recoverTables(manifest, cache));
  }

  /** Deletes what crashes left of unpublished tables; undefined if there is nothing. May run at any time after `open`, once. */
  orphanSweep(): DiskTransaction | undefined {
    if (this.orphans.length === 0) return undefined;
    return this.orphans.flatMap((orphan): DiskOp[] => [
      { type: 'deleteRange', store: 'sst', from: firstExtentKey(orphan), to: firstExtentKey(orphan + 1) },
      { type: 'deleteRange', store: 'sstmeta', from: orphan, to: orphan + 1 },
    ]);
  }

  get lastSequence(): SequenceNumber {
    return this.sequence;
  }

  /** Of the MemTable that takes writes. */
  get memTableBytes(): number {
    return this.memTable.bytes;
  }

  /** In memory only, at once and together; each operation gets the next sequence number, in the order of the batch. */
  write(batch: WriteBatch): void {
    for (const { key, type, value } of batch.ops) {
      assert(this.sequence < SEQUENCE_MAX, 'sequence numbers are used up');
      this.sequence++;
      this.memTable.add(key, this.sequence, type, value);
    }
  }

  /** The replica's writes up to this index are in the engine. Before the next `startFlush`, with every batch and also without data. */
  setApplied(shard: number, replicaId: number, appliedIndex: LogIndex): void {
    const number = replicaNumber(shard, replicaId);
    const before = this.applied.get(number)?.appliedIndex ?? this.manifest.appliedIndex(shard, replicaId);
    assert(appliedIndex >= before, 'an applied index never goes back');
    if (appliedIndex === before) return;
    this.applied.set(number, { shard, replicaId, appliedIndex });
  }

  /** What the tables on disk cover of this replica; recovery replays its log above this. 0 = nothing. */
  appliedIndex(shard: number, replicaId: number): LogIndex {
    return this.manifest.appliedIndex(shard, replicaId);
  }

  /** The value as of `atSequence`; undefined if there is none. The view is fixed by this call, not by the first `next`. Not to be changed. `report` is filled as the search goes. */
  get(
    key: Uint8Array,
    atSequence: SequenceNumber = this.sequence,
    report?: LookupReport,
  ): DiskRoutine<Uint8Array | undefined> {
    return getFrom(this.pin(), key, atSequence, report);
  }

  /** Live pairs of `from ≤ key < to` in key order, as of `atSequence`; the view is fixed by this call. Not to be changed. */
  scan(
    from: Uint8Array,
    to: Uint8Array,
    limit: number,
    atSequence: SequenceNumber = this.sequence,
    bytesMax: number = Number.MAX_SAFE_INTEGER,
  ): DiskRoutine<ScanResult> {
    const { memTables, version } = this.pin();
    const cursors = [...memTables.map((memTable) => memTable.cursor()), ...version.cursors(from, to)];
    return scan(cursors, { from, to }, { pairs: limit, bytes: bytesMax }, atSequence);
  }

  shouldFlush(): boolean {
    return this.flush === undefined && this.memTable.bytes >= this.options.memTableBytesMax;
  }

  /**
   * Closes the MemTable. Undefined while a flush runs, and where there is neither a write nor a moved applied index to publish.
   * @param oldestSnapshot no `get` or `scan` called from now on asks for the state before it: what was replaced by then is not written
   */
  startFlush(oldestSnapshot: SequenceNumber = this.sequence): FlushJob | undefined {
    const { memTable, options } = this;
    if (this.flush !== undefined || (memTable.entries === 0 && this.applied.size === 0)) return undefined;
    const applied = [...this.applied.values()];
    const fileNumber = memTable.entries > 0 ? this.nextFileNumber++ : 0;
    const { blockBytes, bloomBitsPerKey, sliceBytesMax } = options;
    const extentBytesMax = Math.min(EXTENT_BYTES_MAX, sliceBytesMax);
    const input = {
      memTable,
      oldestSnapshot,
      fileNumber,
      change: { nextFileNumber: this.nextFileNumber, lastSequence: this.sequence, applied },
      tableOptions: { blockBytes, extentBytesMax, bloomBitsPerKey },
      sliceBytesMax,
    };
    this.immutable = memTable;
    this.memTable = new MemTable();
    this.applied = new Map();
    this.flush = new FlushJob(input, this.manifest, (edit, meta) => this.publish(edit, meta));
    return this.flush;
  }

  private publish(edit: VersionEdit, meta: TableMeta | undefined): void {
    this.manifest.apply(edit);
    if (meta !== undefined) this.version = this.version.with([{ level: 0, table: new SSTable(meta, this.cache) }], []);
    this.immutable = undefined;
    this.flush = undefined;
  }

  private pin(): Pinned {
    const memTables = this.immutable === undefined ? [this.memTable] : [this.memTable, this.immutable];
    return { memTables, version: this.version };
  }
}

function* getFrom(
  pinned: Pinned,
  key: Uint8Array,
  atSequence: SequenceNumber,
  report: LookupReport | undefined,
): DiskRoutine<Uint8Array | undefined> {
  for (const [i, memTable] of pinned.memTables.entries()) {
    const found = memTable.get(key, atSequence);
    if (found === undefined) continue;
    if (report !== undefined) report.found = i === 0 ? 'MemTable' : 'immutable MemTable';
    return liveValue(found);
  }
  const found = yield* pinned.version.get(key, atSequence, report);
  // A copy: a view would keep a whole block in memory, and be cloned as a whole block when it is sent.
  return found === undefined ? undefined : liveValue(found)?.slice();
}

/** A tombstone ends the search with "no value"; an empty value is a value. */
const liveValue = (entry: InternalEntry): Uint8Array | undefined =>
  entry.type === VALUE_TYPE.put ? entry.value : undefined;
