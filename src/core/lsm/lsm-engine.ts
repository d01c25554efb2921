import { assert } from '../base/assert.ts';
import type { DiskRoutine, DiskTransaction } from '../base/disk.ts';
import type { LogIndex } from '../base/ids.ts';
import { BlockCache, type BlockCacheStatistics } from './block-cache.ts';
import type { CompactionJob } from './compaction-job.ts';
import type { CompactionOptions } from './compaction-options.ts';
import { CompactionState } from './compaction-state.ts';
import type { CompactionStyle } from './compaction-style.ts';
import type { Compactor } from './compactor.ts';
import type { CorruptBlock } from './corrupt-store.ts';
import type { DropPolicy } from './drop-policy.ts';
import type { DropReplicasJob } from './drop-replicas-job.ts';
import type { EngineReport, OpenedTable } from './engine-report.ts';
import { WriteStatistics } from './engine-statistics.ts';
import type { FlushJob } from './flush-job.ts';
import type { InstallJob } from './install-job.ts';
import { type InternalEntry, SEQUENCE_MAX, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import { lateLsm } from './late-lsm.ts';
import { type LookupReport, newLookupReport } from './lookup-report.ts';
import { Manifest, replicaNumber } from './manifest.ts';
import { MemTable, TRAILER_BYTES } from './mem-table.ts';
import { MergingCursor } from './merging-cursor.ts';
import { peek } from './peek.ts';
import { ReadCounter, type ReadStatistics } from './read-statistics.ts';
import { type RecoveredTables, recoverTables } from './recovery.ts';
import type { ScanRange } from './scan-range.ts';
import type { Scrub } from './scrub.ts';
import { type Snapshot, Snapshots } from './snapshots.ts';
import type { SSTableOptions } from './sstable-builder.ts';
import { type ScanPage, StoreIterator, scanPage } from './store-iterator.ts';
import { EXTENT_BYTES_MAX } from './table-meta.ts';
import type { Version } from './version.ts';
import type { ReplicaApplied, ReplicaKey } from './version-edit.ts';
import { deleteTables, type ObsoleteTables, VersionSet } from './version-set.ts';
import type { WriteBatch } from './write-batch.ts';
import { stallOf, type WriteStall } from './write-stall.ts';

export interface LsmOptions extends CompactionOptions {
  readonly memTableBytesMax: number;
  readonly blockBytes: number;
  readonly blockCacheBytes: number;
  readonly bloomBitsPerKey: number;
  readonly sliceBytesMax: number;
  /** What one read brings: 64 KiB unless told otherwise. Smaller is faster to read at random, slower to write and to compact. */
  readonly extentBytesMax?: number;
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
  readonly statistics = new WriteStatistics();
  private readonly options: LsmOptions;
  private readonly cache: BlockCache;
  private readonly versions: VersionSet;
  private readonly compaction: CompactionState;
  private madeCompactor: Compactor | undefined;
  private readonly snapshots = new Snapshots();
  private readonly reads = new ReadCounter();
  private readonly orphans: readonly number[];
  private memTable = new MemTable();
  /** Closed and being flushed; every version in it is older than all in `memTable`. */
  private immutable: MemTable | undefined;
  private flush: FlushJob | undefined;
  private sequence: SequenceNumber;
  /** What `memTable` reaches, where that is beyond the MemTable before it. */
  private applied = new Map<number, ReplicaApplied>();

  private constructor(options: LsmOptions, cache: BlockCache, manifest: Manifest, recovered: RecoveredTables) {
    this.options = options;
    this.cache = cache;
    this.versions = new VersionSet(manifest, recovered, cache);
    this.compaction = new CompactionState((key) => this.versions.isDropped(key));
    this.orphans = recovered.orphans;
    this.sequence = manifest.lastSequence;
  }

  /** Reads manifest and table metas; changes nothing on disk. Throws CorruptStore where what is listed is not there or not intact. */
  static *open(options: LsmOptions): DiskRoutine<LsmEngine> {
    const cache = new BlockCache(options.blockCacheBytes);
    const manifest = yield* Manifest.open();
    return new LsmEngine(options, cache, manifest, yield* recoverTables(manifest, cache));
  }

  /** Deletes what crashes left of unpublished and of replaced tables; undefined if there is nothing. May run at any time after `open`, once. */
  orphanSweep(): DiskTransaction | undefined {
    return this.orphans.length === 0 ? undefined : deleteTables(this.orphans);
  }

  /** The present set of tables. */
  get version(): Version {
    return this.versions.current;
  }

  /** Readers that have not ended: iterators not released, and reads that wait for a block. */
  get pinnedReaders(): number {
    return this.versions.pins.readers;
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
      this.statistics.bytesWritten += key.length + value.length + TRAILER_BYTES;
      this.memTable.add(key, this.sequence, type, value);
    }
  }

  /** The replica's writes up to this index are in the engine. Before the next `startFlush`, with every batch and also without data. */
  setApplied(shard: number, replicaId: number, appliedIndex: LogIndex): void {
    assert(!this.versions.isReplicaDropped(shard, replicaId), 'a dropped replica applies nothing');
    const number = replicaNumber(shard, replicaId);
    const before = this.applied.get(number)?.appliedIndex ?? this.versions.manifest.appliedIndex(shard, replicaId);
    assert(appliedIndex >= before, 'an applied index never goes back');
    if (appliedIndex === before) return;
    this.applied.set(number, { shard, replicaId, appliedIndex });
  }

  /** What the tables on disk cover of this replica; recovery replays its log above this. 0 = nothing. */
  appliedIndex(shard: number, replicaId: number): LogIndex {
    return this.versions.manifest.appliedIndex(shard, replicaId);
  }

  /** Those that tables or an applied index are recorded of, and that are not dropped. */
  get replicas(): readonly ReplicaApplied[] {
    return this.versions.manifest.replicas;
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
   * The value as of `atSequence` (now, or a snapshot's), the caller's own; undefined if there is none. The view is fixed by this call, not
   * by the first `next`; the routine is to be run to its end, because until then it holds tables. `report` is filled as the search goes.
   */
  get(
    key: Uint8Array,
    atSequence: SequenceNumber = this.sequence,
    report?: LookupReport,
  ): DiskRoutine<Uint8Array | undefined> {
    if (this.versions.isDropped(key)) return ended(undefined);
    const found = this.getFromMemTables(key, atSequence, report);
    if (found === undefined) {
      const { version, versions, reads } = this;
      return getFromTables(
        { version, release: versions.pins.pin(version) },
        key,
        atSequence,
        report ?? newLookupReport(),
        reads,
      );
    }
    this.reads.addFromMemTable();
    return ended(ownValue(found));
  }

  /** The value under a key, for whoever only looks: nothing of the engine is changed by it. Throws CorruptBlock. */
  *peek(key: Uint8Array): DiskRoutine<Uint8Array | undefined> {
    if (this.versions.isDropped(key)) return undefined;
    const found = yield* peek(this.memTables(), this.version, key, this.sequence);
    return found?.type === VALUE_TYPE.put ? found.value : undefined;
  }

  /** Over the live pairs of a range as of `atSequence`; the view is fixed by this call. To be released: until then it holds tables. */
  iterate(range: ScanRange, atSequence: SequenceNumber = this.sequence): StoreIterator {
    const { version, versions } = this;
    const hidden = versions.droppedNow();
    const cursors = [...this.memTables().map((memTable) => memTable.cursor()), ...version.cursors(range)];
    return new StoreIterator(new MergingCursor(cursors), range, atSequence, versions.pins.pin(version), hidden);
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
   * @param createdUs the node's wall clock
   */
  startFlush(oldestSnapshot: SequenceNumber = this.oldestSnapshot, createdUs = 0): FlushJob | undefined {
    const { memTable, options } = this;
    if (this.flush !== undefined || (memTable.entries === 0 && this.applied.size === 0)) return undefined;
    const input = {
      memTable,
      oldestSnapshot,
      fileNumber: memTable.entries > 0 ? this.versions.allocateFileNumber() : 0,
      lastSequence: this.sequence,
      applied: [...this.applied.values()],
      tableOptions: this.tableOptions(createdUs),
      sliceBytesMax: options.sliceBytesMax,
    };
    this.immutable = memTable;
    this.memTable = new MemTable();
    this.applied = new Map();
    const { FlushJob } = lateLsm.get();
    this.flush = new FlushJob(input, this.versions, (meta) => {
      this.immutable = undefined;
      this.flush = undefined;
      this.statistics.flushes++;
      this.statistics.bytesFlushed += meta?.dataBytes ?? 0;
    });
    return this.flush;
  }

  get compactionStyle(): CompactionStyle {
    return this.compaction.style;
  }

  /** From the next compaction on; levels made by one style are sorted runs to another. */
  set compactionStyle(style: CompactionStyle) {
    this.compaction.style = style;
  }

  /** What compactions may forget beside what is shadowed; by default every tombstone that hides nothing. */
  set dropPolicy(policy: DropPolicy) {
    this.compaction.policy = policy;
  }

  /**
   * Begins the compaction that is most in need. Undefined: none is due, or one is under way.
   * @param oldestSnapshot no `get` or `scan` called from now on asks for the state before it
   */
  startCompaction(oldestSnapshot: SequenceNumber = this.oldestSnapshot, createdUs = 0): CompactionJob | undefined {
    return this.compactor?.start(this.compactionMoment(oldestSnapshot, createdUs));
  }

  /**
   * What must be read before `startCompaction` can tell whether one is due: a table at a time, each routine to be run to its end before any
   * compaction is begun. Undefined: nothing; only fifo has to look into tables.
   */
  startInspection(oldestSnapshot: SequenceNumber = this.oldestSnapshot): DiskRoutine<void> | undefined {
    return this.compactor?.inspect(this.compactionMoment(oldestSnapshot, 0));
  }

  /** The same for a whole level, due or not; in universal for everything. Undefined also where the level holds nothing, and in fifo. */
  startManualCompaction(
    level: number,
    oldestSnapshot: SequenceNumber = this.oldestSnapshot,
    createdUs = 0,
  ): CompactionJob | undefined {
    return this.compactor?.startManual(level, this.compactionMoment(oldestSnapshot, createdUs));
  }

  /** Tables that nobody reads any more, to be deleted from disk; each is told once. */
  takeObsolete(): ObsoleteTables | undefined {
    return this.versions.takeObsolete();
  }

  /** Why writes should wait, if they should; what they wait for ends without them. */
  get stall(): WriteStall | undefined {
    const { options, memTableBytes } = this;
    const l0Tables = this.version.levels[0]?.length ?? 0;
    return stallOf({ style: this.compaction.style, options, l0Tables, memTableBytes });
  }

  /** All keys of these replicas are gone with one edit: for reads when it is durable, from the disk as compactions come by. */
  startDropReplicas(replicas: readonly ReplicaKey[]): DropReplicasJob {
    const { DropReplicasJob } = lateLsm.get();
    return new DropReplicasJob(replicas, this.versions, () => {
      for (const { shard, replicaId } of replicas) this.applied.delete(replicaNumber(shard, replicaId));
    });
  }

  /**
   * Begins to take in a replica's whole content, built outside, which becomes visible with one edit under a replica id that was never used
   * here. Undefined while a MemTable holds anything: flush first, so that the table has its place in the order of age.
   */
  startInstall(applied: ReplicaApplied, createdUs = 0): InstallJob | undefined {
    if (this.memTable.entries > 0 || this.immutable !== undefined) return undefined;
    assert(this.sequence < SEQUENCE_MAX, 'sequence numbers are used up');
    const { compaction, versions } = this;
    assert(compaction.installing === undefined, 'one replica is installed at a time');
    const fileNumber = versions.allocateFileNumber();
    const { sliceBytesMax } = this.options;
    const tableOptions = this.tableOptions(createdUs);
    const sequence = ++this.sequence;
    const { InstallJob } = lateLsm.get();
    const job = new InstallJob({ applied, fileNumber, sequence, tableOptions, sliceBytesMax }, versions, () => {
      compaction.installing = undefined;
    });
    compaction.installing = sequence;
    return job;
  }

  /** A block of a table could not be read. @returns whether that was not known yet, and the table is one of the present Version */
  noteDamage(damage: CorruptBlock): boolean {
    const isPresent = this.version.tables.some(({ meta }) => meta.fileNumber === damage.fileNumber);
    return this.compaction.damaged.add(damage) && isPresent;
  }

  /** Begins to look at the checksums of all blocks. */
  startScrub(): Scrub {
    const { Scrub } = lateLsm.get();
    return new Scrub(this.versions);
  }

  isReplicaDropped(shard: number, replicaId: number): boolean {
    return this.versions.isReplicaDropped(shard, replicaId);
  }

  /** The engine as plain data. */
  report(): EngineReport {
    const {
      memTable,
      immutable,
      compactionStyle: style,
      inputs,
      versions,
      options,
      cache,
      statistics,
      sequence,
      stall,
    } = this;
    const state = { memTable, immutable, style, inputs, versions, options, sequence, stall };
    return lateLsm
      .get()
      .reportEngine({ ...state, cache: cache.statistics, reads: this.reads.statistics, writes: statistics });
  }

  /** One table as plain data, its blocks read past the cache. Undefined: the present Version has no such table. */
  openTable(fileNumber: number, block: number | undefined): DiskRoutine<OpenedTable | undefined> {
    return lateLsm.get().openTable(this.version, this.inputs, fileNumber, block);
  }

  /** Undefined while there are no tables, of which there is nothing to compact. */
  private get compactor(): Compactor | undefined {
    const { version, versions, compaction, options, statistics } = this;
    if (version.tables.length === 0) return undefined;
    this.madeCompactor ??= new (lateLsm.get().Compactor)(compaction, versions, options, statistics);
    return this.madeCompactor;
  }

  /** File numbers of the tables that are being compacted. */
  private get inputs(): ReadonlySet<number> {
    return this.madeCompactor?.inputs ?? new Set();
  }

  private compactionMoment(oldestSnapshot: SequenceNumber, createdUs: number) {
    return { oldestSnapshot, memTables: this.memTables(), tableOptions: this.tableOptions(createdUs) };
  }

  private tableOptions(createdUs: number): SSTableOptions {
    const { blockBytes, bloomBitsPerKey, sliceBytesMax, extentBytesMax = EXTENT_BYTES_MAX } = this.options;
    return { blockBytes, bloomBitsPerKey, createdUs, extentBytesMax: Math.min(extentBytesMax, sliceBytesMax) };
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
    return found === undefined ? undefined : ownValue(found);
  } finally {
    release();
  }
}

// biome-ignore lint/correctness/useYield: a routine that needs no read
function* ended<T>(result: T): DiskRoutine<T> {
  return result;
}

/**
 * A tombstone ends the search with "no value"; an empty value is a value. A copy: a view would keep a whole block or chunk in memory, and be
 * cloned as a whole when it is sent.
 */
const ownValue = (entry: InternalEntry): Uint8Array | undefined =>
  entry.type === VALUE_TYPE.put ? entry.value.slice() : undefined;
