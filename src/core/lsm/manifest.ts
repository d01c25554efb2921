import { assert } from '../base/assert.ts';
import type { DiskOp, DiskRoutine } from '../base/disk.ts';
import type { LogIndex } from '../base/ids.ts';
import { corrupt } from './corrupt-store.ts';
import {
  type CompactPointer,
  decodeVersionEdit,
  encodeVersionEdit,
  type ReplicaApplied,
  type ReplicaKey,
  type TableRecord,
  type VersionChange,
  type VersionEdit,
} from './version-edit.ts';

/** Every 64th edit carries the whole state and removes those before it, so that opening reads at most 64. */
const EDITS_PER_SNAPSHOT = 64;
const READ_LIMIT = 2 * EDITS_PER_SNAPSHOT;

/** Which tables there are and what they cover: the sum of the version edits in store `manifest`. */
export class Manifest {
  /** Of the last edit applied; 0 before the first. */
  editNumber = 0;
  nextFileNumber = 1;
  lastSequence = 0;
  private tableRecords: readonly TableRecord[] = [];
  private readonly appliedOf = new Map<number, ReplicaApplied>();
  private readonly dropped = new Map<number, ReplicaKey>();
  private readonly pointers = new Map<number, CompactPointer>();
  /** Handed out to be written and not yet applied; 0 = none. Two at once would be written over each other. */
  private handedOut = 0;

  /** Reads the edits. A gap, a record that is not what was written, or a beginning without a snapshot throws CorruptStore. */
  static *open(): DiskRoutine<Manifest> {
    const manifest = new Manifest();
    let from = 0;
    for (;;) {
      const records = yield {
        type: 'getRange',
        store: 'manifest',
        from,
        to: Number.MAX_SAFE_INTEGER,
        limit: READ_LIMIT,
      };
      for (const { key, value } of records) {
        manifest.recover(decodeVersionEdit(value, key));
        from = key + 1;
      }
      if (records.length < READ_LIMIT) return manifest;
    }
  }

  get tables(): readonly TableRecord[] {
    return this.tableRecords;
  }

  appliedIndex(shard: number, replicaId: number): LogIndex {
    return this.appliedOf.get(replicaNumber(shard, replicaId))?.appliedIndex ?? 0;
  }

  get replicas(): readonly ReplicaApplied[] {
    return [...this.appliedOf.values()];
  }

  /** A replica id is never given out again, and a log may go on naming it: this is never forgotten. */
  isDropped(shard: number, replicaId: number): boolean {
    return this.dropped.has(replicaNumber(shard, replicaId));
  }

  /** By `replicaNumber`. */
  get droppedReplicas(): ReadonlyMap<number, ReplicaKey> {
    return this.dropped;
  }

  compactPointer(level: number): Uint8Array | undefined {
    return this.pointers.get(level)?.key;
  }

  /** Edits on disk: the snapshot and those behind it. */
  get editsSinceSnapshot(): number {
    return this.editNumber === 0 ? 0 : ((this.editNumber - 1) % EDITS_PER_SNAPSHOT) + 1;
  }

  /** The edit that makes this change next, to be written with `opsFor` and, once that is durable, taken over with `apply`. */
  edit(change: VersionChange): VersionEdit {
    const editNumber = this.editNumber + 1;
    if ((editNumber - 1) % EDITS_PER_SNAPSHOT !== 0) return { ...change, editNumber, snapshot: false };
    const after = new Manifest();
    for (const before of [this.stateAsEdit(), { ...change, editNumber, snapshot: false }]) after.apply(before);
    return after.stateAsEdit();
  }

  opsFor(edit: VersionEdit): DiskOp[] {
    assert(edit.editNumber === this.editNumber + 1, 'edits are written one after the other');
    assert(this.handedOut === 0, 'an edit is written when the one before is durable');
    this.handedOut = edit.editNumber;
    const ops: DiskOp[] = [{ type: 'put', store: 'manifest', key: edit.editNumber, value: encodeVersionEdit(edit) }];
    if (edit.snapshot) ops.push({ type: 'deleteRange', store: 'manifest', from: 0, to: edit.editNumber });
    return ops;
  }

  apply(edit: VersionEdit): void {
    if (edit.snapshot) this.clear();
    assert(edit.nextFileNumber >= this.nextFileNumber, 'file numbers are never given out twice');
    assert(edit.lastSequence >= this.lastSequence, 'sequence numbers never go back');
    this.handedOut = 0;
    this.editNumber = edit.editNumber;
    this.nextFileNumber = edit.nextFileNumber;
    this.lastSequence = edit.lastSequence;
    const gone = new Set(edit.deletedTables.map((table) => table.fileNumber));
    this.tableRecords = [...this.tableRecords.filter((table) => !gone.has(table.fileNumber)), ...edit.newTables];
    for (const replica of edit.droppedReplicas) {
      const number = replicaNumber(replica.shard, replica.replicaId);
      this.dropped.set(number, replica);
      this.appliedOf.delete(number);
    }
    for (const pointer of edit.compactPointers) this.pointers.set(pointer.level, pointer);
    for (const applied of edit.applied) {
      const { shard, replicaId, appliedIndex } = applied;
      assert(appliedIndex >= this.appliedIndex(shard, replicaId), 'an applied index never goes back');
      this.appliedOf.set(replicaNumber(shard, replicaId), applied);
    }
  }

  private recover(edit: VersionEdit): void {
    const where = `manifest edit ${edit.editNumber}`;
    const first = this.editNumber === 0;
    if (first && !edit.snapshot) throw corrupt(where, 'the edits before it are missing');
    if (!first && edit.snapshot) throw corrupt(where, 'the edits that it replaced are still there');
    if (!first && edit.editNumber !== this.editNumber + 1)
      throw corrupt(where, `edit ${this.editNumber + 1} is missing`);
    this.apply(edit);
  }

  private stateAsEdit(): VersionEdit {
    return {
      editNumber: this.editNumber,
      snapshot: true,
      nextFileNumber: this.nextFileNumber,
      lastSequence: this.lastSequence,
      newTables: this.tableRecords,
      deletedTables: [],
      applied: [...this.appliedOf.values()],
      droppedReplicas: [...this.dropped.values()],
      compactPointers: [...this.pointers.values()],
    };
  }

  private clear(): void {
    this.tableRecords = [];
    this.appliedOf.clear();
    this.dropped.clear();
    this.pointers.clear();
  }
}

/** shard u16 and replicaId u32 as one number. */
export const replicaNumber = (shard: number, replicaId: number): number => shard * 4294967296 + replicaId;
