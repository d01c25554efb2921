import { ByteWriter } from '../base/byte-writer.ts';
import type { LogIndex } from '../base/ids.ts';
import { corrupt } from './corrupt-store.ts';
import type { SequenceNumber } from './internal-key.ts';
import { openSealed, readOrCorrupt, sealWithCrc } from './sealed-record.ts';

/** First byte of a manifest record. On disk: do not change; a new layout is a new number. */
const EDIT_FORMAT = 2;
/** On disk: do not change the numbers. */
const EDIT_KIND = { change: 0, snapshot: 1 } as const;

/** One replica of one shard, as it appears in data keys. */
export interface ReplicaKey {
  readonly shard: number;
  readonly replicaId: number;
}

/** Tables hold this replica's writes up to and including this log index. */
export interface ReplicaApplied extends ReplicaKey {
  readonly appliedIndex: LogIndex;
}

export interface TableRef {
  readonly level: number;
  readonly fileNumber: number;
}

export interface TableRecord extends TableRef {
  readonly entries: number;
  /** Of all its blocks. */
  readonly bytes: number;
}

/** Leveled compaction goes round each level: the next one begins behind this key. */
export interface CompactPointer {
  readonly level: number;
  readonly key: Uint8Array;
}

/** One step of the store, whole or absent: the set of tables and what they cover changes by exactly this. */
export interface VersionEdit {
  /** 1, 2, 3 … without a gap; also the record's key in store `manifest`. */
  readonly editNumber: number;
  /** It replaces everything before it, instead of changing it. */
  readonly snapshot: boolean;
  /** Above every file number given out so far. */
  readonly nextFileNumber: number;
  /** At or above every sequence in the tables. */
  readonly lastSequence: SequenceNumber;
  readonly newTables: readonly TableRecord[];
  readonly deletedTables: readonly TableRef[];
  readonly applied: readonly ReplicaApplied[];
  /** All keys of these replicas are gone, in whatever table they still stand; compaction forgets them. */
  readonly droppedReplicas: readonly ReplicaKey[];
  readonly compactPointers: readonly CompactPointer[];
}

/** An edit before it is numbered. */
export type VersionChange = Omit<VersionEdit, 'editNumber' | 'snapshot'>;

/** What a change may touch; all that it leaves out stays as it is. */
export type VersionDelta = Partial<Omit<VersionChange, 'nextFileNumber' | 'lastSequence'>>;

export const changeOf = (
  numbers: Pick<VersionChange, 'nextFileNumber' | 'lastSequence'>,
  delta: VersionDelta,
): VersionChange => ({
  newTables: [],
  deletedTables: [],
  applied: [],
  droppedReplicas: [],
  compactPointers: [],
  ...numbers,
  ...delta,
});

export function encodeVersionEdit(edit: VersionEdit): Uint8Array {
  const writer = new ByteWriter(256).u8(EDIT_FORMAT).u8(edit.snapshot ? EDIT_KIND.snapshot : EDIT_KIND.change);
  writer.varint(edit.editNumber).varint(edit.nextFileNumber).varint(edit.lastSequence);
  writer.varint(edit.newTables.length);
  for (const table of edit.newTables) {
    writer.u8(table.level).varint(table.fileNumber).varint(table.entries).varint(table.bytes);
  }
  writer.varint(edit.deletedTables.length);
  for (const table of edit.deletedTables) writer.u8(table.level).varint(table.fileNumber);
  writer.varint(edit.applied.length);
  for (const applied of edit.applied)
    writer.varint(applied.shard).varint(applied.replicaId).varint(applied.appliedIndex);
  writer.varint(edit.droppedReplicas.length);
  for (const dropped of edit.droppedReplicas) writer.varint(dropped.shard).varint(dropped.replicaId);
  writer.varint(edit.compactPointers.length);
  for (const pointer of edit.compactPointers) writer.u8(pointer.level).bytes(pointer.key);
  return sealWithCrc(writer);
}

/** Throws CorruptStore unless these are the bytes written as edit `editNumber`. */
export function decodeVersionEdit(bytes: Uint8Array, editNumber: number): VersionEdit {
  const where = `manifest edit ${editNumber}`;
  const reader = openSealed(bytes, where);
  return readOrCorrupt(where, () => {
    if (reader.u8() !== EDIT_FORMAT) throw corrupt(where, 'unknown format');
    const kind = reader.u8();
    if (kind !== EDIT_KIND.change && kind !== EDIT_KIND.snapshot) throw corrupt(where, `unknown kind ${kind}`);
    if (reader.varint() !== editNumber) throw corrupt(where, 'stands under the number of another edit');
    const [nextFileNumber, lastSequence] = [reader.varint(), reader.varint()];
    const list = <T>(read: () => T): T[] => Array.from({ length: reader.varint() }, read);
    const newTables = list(() => ({
      level: reader.u8(),
      fileNumber: reader.varint(),
      entries: reader.varint(),
      bytes: reader.varint(),
    }));
    const deletedTables = list(() => ({ level: reader.u8(), fileNumber: reader.varint() }));
    const applied = list(() => ({ shard: reader.varint(), replicaId: reader.varint(), appliedIndex: reader.varint() }));
    const droppedReplicas = list(() => ({ shard: reader.varint(), replicaId: reader.varint() }));
    const compactPointers = list(() => ({ level: reader.u8(), key: reader.bytes().slice() }));
    if (reader.remaining !== 0) throw corrupt(where, 'bytes after its end');
    const snapshot = kind === EDIT_KIND.snapshot;
    const numbers = { editNumber, snapshot, nextFileNumber, lastSequence };
    return { ...numbers, newTables, deletedTables, applied, droppedReplicas, compactPointers };
  });
}
