import { assert } from '../base/assert.ts';
import type { DiskOp, DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { LogIndex } from '../base/ids.ts';
import { BlockCache, type BlockCacheStatistics } from './block-cache.ts';
import { FlushJob } from './flush-job.ts';
import { type InternalEntry, SEQUENCE_MAX, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import { type LookupReport, newLookupReport } from './lookup-report.ts';
import { Manifest, replicaNumber } from './manifest.ts';
import { MemTable } from './mem-table.ts';
import { MergingCursor } from './merging-cursor.ts';
import { ReadCounter, type ReadStatistics } from './read-statistics.ts';
import { type RecoveredTables, recoverTables } from './recovery.ts';
import type { ScanRange } from './scan-range.ts';
import { type Snapshot, Snapshots } from './snapshots.ts';
import { SSTable } from './sstable.ts';
import { type ScanPage, StoreIterator, scanPage } from './store-iterator.ts';
import { EXTENT_BYTES_MAX, firstExtentKey, type TableMeta } from './table-meta.ts';
import type { Version } from './version.ts';
import type { ReplicaApplied, VersionEdit } from './version-edit.ts';
import { VersionPins } from './version-pins.ts';
import type { WriteBatch } from './write-batch.ts';

export interface LsmOptions {
  readonly memTableBytesMax: number;
  readonly blockBytes: number;
  readonly blockCacheBytes: number;
  readonly bloomBitsPerKey: number;
  readonly sliceBytesMax: number;
}

export interface ScanOptions {
  readonly atSequence?: SequenceNumber;
  /** Of keys and values together; the first pair is given whatever its size. */
  readonly bytesMax?: number;
  /** From the end of the range. */
  readonly reverse?: boolean;
}

/**
 * The storage engine of one node, for all its replicas: MemTable, immutable MemTable, tables. It owns no log: what is
 * not yet in a table comes again from the node's log, which replays each replica above `appliedIndex`.
 */
export class LsmEngine {
  private readonly options: LsmOptions;
  private readonly cache: BlockCache;
  private readonly manifest: Manifest;
  private readonly snapshots = new Snapshots();
  private readonly pins = new VersionPins();
  private readonly reads = new ReadCounter();
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
    return deletionOf(this.orphans);
  }

  /** Readers that have not ended: iterators not released, and reads that wait for a block. */
  get pinnedReaders(): number {
    return this.pins.readers;
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
    assert(batch.ops.length <= SEQUENCE_MAX - this.sequence, 'sequence numbers are used up');
    for (const { key, type, value } of batch.ops) {
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

  /** The store as it is now, to be read at `sequence` until it is released. */
  takeSnapshot(): Snapshot {
    return this.snapshots.take(this.sequence);
  }

  releaseSnapshot(snapshot: Snapshot): void {
    this.snapshots.release(snapshot);
  }

  /** The sequences of the snapshots held, ascending, each once. */
  get snapshotSequences(): readonly SequenceNumber[] {
    return this.snapshots.sequences;
  }

  /** Who reads from now on asks for no state before it: the oldest snapshot held, or the present. */
  get oldestSnapshot(): SequenceNumber {
    return this.snapshots.oldest ?? this.sequence;
  }

  get readStatistics(): ReadStatistics {
    return this.reads.statistics;
  }

  get blockCacheStatistics(): BlockCacheStatistics {
    return this.cache.statistics;
  }

  /**
   * The value as of `atSequence` (now, or a snapshot's); undefined if there is none. Not to be changed. The view is fixed by this call, not
   * by the first `next`; the routine is to be run to its end, because until then it holds tables. `report` is filled as the search goes.
   */
  get(
    key: Uint8Array,
    atSequence: SequenceNumber = this.sequence,
    report?: LookupReport,
  ): DiskRoutine<Uint8Array | undefined> {
    const found = this.getFromMemTables(key, atSequence, report);
    if (found === undefined) {
      const { version, pins, reads } = this;
      return getFromTables(
        { version, release: pins.pin(version) },
        key,
        atSequence,
        report ?? newLookupReport(),
        reads,
      );
    }
    this.reads.addFromMemTable();
    return ended(liveValue(found));
  }

  /** Over the live pairs of a range as of `atSequence`; the view is fixed by this call. To be released: until then it holds tables. */
  iterate(range: ScanRange, atSequence: SequenceNumber = this.sequence): StoreIterator {
    const { version } = this;
    const cursors = [...this.memTables().map((memTable) => memTable.cursor()), ...version.cursors(range)];
    return new StoreIterator(new MergingCursor(cursors), range, atSequence, this.pins.pin(version));
  }

  /** At most `limit` live pairs of `from ≤ key < to`; the view is fixed by this call. Not to be changed; to be run to its end, as `get`. */
  scan(from: Uint8Array, to: Uint8Array, limit: number, options: ScanOptions = {}): DiskRoutine<ScanPage> {
    const { atSequence, bytesMax = Number.MAX_SAFE_INTEGER, reverse = false } = options;
    return scanPage(this.iterate({ gte: from, lt: to }, atSequence), { pairs: limit, bytes: bytesMax }, reverse);
  }

  shouldFlush(): boolean {
    return this.flush === undefined && this.memTable.bytes >= this.options.memTableBytesMax;
  }

  /**
   * Closes the MemTable. Undefined while a flush runs, and where there is neither a write nor a moved applied index to publish.
   * @param oldestSnapshot no `get` or `scan` called from now on asks for the state before it: what was replaced by then is not written
   */
  startFlush(oldestSnapshot: SequenceNumber = this.oldestSnapshot): FlushJob | undefined {
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

  /** Newest first. */
  private memTables(): readonly MemTable[] {
    return this.immutable === undefined ? [this.memTable] : [this.memTable, this.immutable];
  }

  private getFromMemTables(
    key: Uint8Array,
    atSequence: SequenceNumber,
    report: LookupReport | undefined,
  ): InternalEntry | undefined {
    for (const memTable of this.memTables()) {
      const found = memTable.get(key, atSequence);
      report?.steps.push({
        place: memTable === this.memTable ? 'MemTable' : 'immutable MemTable',
        result: found === undefined ? 'absent' : found.type === VALUE_TYPE.put ? 'value' : 'tombstone',
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function* getFromTables(
  { version, release }: { readonly version: Version; readonly release: () => void },
  key: Uint8Array,
  atSequence: SequenceNumber,
  report: LookupReport,
  reads: ReadCounter,
): DiskRoutine<Uint8Array | undefined> {
  try {
    const found = yield* version.get(key, atSequence, report);
    reads.add(report);
    // A copy: a view would keep a whole block in memory, and be cloned as a whole block when it is sent.
    return found === undefined ? undefined : liveValue(found)?.slice();
  } finally {
    release();
  }
}

// biome-ignore lint/correctness/useYield: a routine that needs no read
function* ended<T>(result: T): DiskRoutine<T> {
  return result;
}

/** A tombstone ends the search with "no value"; an empty value is a value. */
const liveValue = (entry: InternalEntry): Uint8Array | undefined =>
  entry.type === VALUE_TYPE.put ? entry.value : undefined;

function deletionOf(fileNumbers: readonly number[]): DiskTransaction | undefined {
  if (fileNumbers.length === 0) return undefined;
  return fileNumbers.flatMap((fileNumber): DiskOp[] => [
    { type: 'deleteRange', store: 'sst', from: firstExtentKey(fileNumber), to: firstExtentKey(fileNumber + 1) },
    { type: 'deleteRange', store: 'sstmeta', from: fileNumber, to: fileNumber + 1 },
  ]);
}
