import type { DiskOp, DiskTransaction } from '../base/disk.ts';
import type { BlockCache } from './block-cache.ts';
import type { PlannedTable } from './compaction-plan.ts';
import { replicaOfKey, type SequenceNumber } from './internal-key.ts';
import { type Manifest, replicaNumber } from './manifest.ts';
import type { RecoveredTables } from './recovery.ts';
import { SSTable } from './sstable.ts';
import { firstExtentKey, type TableMeta } from './table-meta.ts';
import type { Version } from './version.ts';
import { changeOf, type TableRef, type VersionDelta, type VersionEdit } from './version-edit.ts';
import { VersionPins } from './version-pins.ts';

/** An edit on its way to disk. */
export interface PreparedEdit {
  readonly delta: VersionDelta;
  readonly edit: VersionEdit;
  readonly ops: readonly DiskOp[];
}

/** Of the tables that left the Version, those that nobody reads any more. */
export interface ObsoleteTables {
  readonly fileNumbers: readonly number[];
  readonly transaction: DiskTransaction;
}

/** The present Version and how it changes: one edit after the other, each durable before it counts (LevelDB's VersionSet). */
export class VersionSet {
  readonly manifest: Manifest;
  readonly pins = new VersionPins();
  private readonly cache: BlockCache;
  private version: Version;
  /** Above every number in use on disk, orphans included. */
  private nextFileNumber: number;
  /** Left the Version, or never came into it; still on disk. */
  private obsolete: number[] = [];

  constructor(manifest: Manifest, recovered: RecoveredTables, cache: BlockCache) {
    this.manifest = manifest;
    this.cache = cache;
    this.version = recovered.version;
    this.nextFileNumber = Math.max(manifest.nextFileNumber, (recovered.orphans.at(-1) ?? 0) + 1);
  }

  get current(): Version {
    return this.version;
  }

  allocateFileNumber(): number {
    return this.nextFileNumber++;
  }

  table(meta: TableMeta): SSTable {
    return new SSTable(meta, this.cache);
  }

  isDropped(key: Uint8Array): boolean {
    return this.manifest.droppedReplicas.size > 0 && this.manifest.droppedReplicas.has(replicaOfKey(key));
  }

  /** As `isDropped`, of the replicas that are dropped now: what is dropped later stays readable to who asks it. */
  droppedNow(): (key: Uint8Array) => boolean {
    const dropped = new Set(this.manifest.droppedReplicas.keys());
    return (key) => dropped.size > 0 && dropped.has(replicaOfKey(key));
  }

  isReplicaDropped(shard: number, replicaId: number): boolean {
    return this.manifest.droppedReplicas.has(replicaNumber(shard, replicaId));
  }

  /** To be written at once: no other edit is made before this one is published. */
  prepare(delta: VersionDelta, lastSequence: SequenceNumber = 0): PreparedEdit {
    const { manifest, nextFileNumber } = this;
    const numbers = { nextFileNumber, lastSequence: Math.max(manifest.lastSequence, lastSequence) };
    const edit = manifest.edit(changeOf(numbers, delta));
    return { delta, edit, ops: manifest.opsFor(edit) };
  }

  /** The edit is durable. `added` = the tables that it names as new. */
  publish({ delta, edit }: PreparedEdit, added: readonly PlannedTable[]): void {
    const { deletedTables = [] } = delta;
    this.version = this.version.with(added, deletedTables);
    this.manifest.apply(edit);
    const kept = new Set(added.map(({ table }) => table.meta.fileNumber));
    this.obsolete.push(...deletedTables.map(({ fileNumber }) => fileNumber).filter((number) => !kept.has(number)));
  }

  /** Something was written under these numbers, and no edit will ever list it. */
  discard(fileNumbers: readonly number[]): void {
    this.obsolete.push(...fileNumbers);
  }

  /** What can be deleted from disk now. It is not told again: a crash before it is durable leaves orphans, which the next open finds. */
  takeObsolete(): ObsoleteTables | undefined {
    const fileNumbers = this.obsolete.filter((fileNumber) => !this.pins.names(fileNumber));
    if (fileNumbers.length === 0) return undefined;
    this.obsolete = this.obsolete.filter((fileNumber) => !fileNumbers.includes(fileNumber));
    return { fileNumbers, transaction: deleteTables(fileNumbers) };
  }
}

/** Everything that is stored under these file numbers. */
export const deleteTables = (fileNumbers: readonly number[]): DiskTransaction =>
  fileNumbers.flatMap((fileNumber): DiskOp[] => [
    { type: 'deleteRange', store: 'sst', from: firstExtentKey(fileNumber), to: firstExtentKey(fileNumber + 1) },
    { type: 'deleteRange', store: 'sstmeta', from: fileNumber, to: fileNumber + 1 },
  ]);

export const refsOf = (tables: readonly PlannedTable[]): TableRef[] =>
  tables.map(({ level, table }) => ({ level, fileNumber: table.meta.fileNumber }));
