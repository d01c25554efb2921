import type { ByteWriter } from '../../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../../base/bytes.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { KEY_PREFIX_BYTES, VALUE_TYPE } from '../../lsm/internal-key.ts';
import type { WriteOp } from '../../lsm/write-batch.ts';
import { EVENTUAL_KEYSPACE } from '../keyspace.ts';
import {
  expectSome,
  readFlag,
  readNode,
  readOptionalBytes,
  readShard,
  writeFlag,
  writeOptionalBytes,
} from '../wire.ts';

/** Rows of the eventual keyspace as they went into the engine: put back in the order of the log they come to what was there. */
export interface RowsRecord {
  readonly ops: readonly WriteOp[];
}

/** What is to be known of the eventual keyspace and lies in no table: the latest word on each subject counts. */
export interface NotesRecord {
  readonly notes: readonly EventualNote[];
}

export type EventualNote =
  | { readonly type: 'ClockBound'; readonly boundUs: Micros }
  | ({ readonly type: 'Limits' } & LimitsNote)
  | ({ readonly type: 'Hint' } & HintNote);

/** Of the replica whose rows lie under that number; of the node as a member, home or not: NO_STORAGE. */
export interface LimitsNote {
  readonly shard: ShardId;
  readonly storageId: number;
  readonly fenceUs: Micros;
  readonly watermarkUs: Micros;
  /** Of a replica: it has all rows that are behind these limits. */
  readonly isComplete: boolean;
}

export const NO_STORAGE = 0;

export interface HintNote {
  readonly shard: ShardId;
  readonly home: NodeId;
  readonly key: Uint8Array;
  /** As `encodeRow` gives it; undefined: there is none any more. */
  readonly row: Uint8Array | undefined;
}

// On disk: do not change these numbers.
const CLOCK_BOUND = 1;
const LIMITS = 2;
const HINT = 3;

/** A count, and of each type u8, key, and of a put the value. */
export function writeRowsRecord(writer: ByteWriter, { ops }: RowsRecord): void {
  writer.varint(ops.length);
  for (const { type, key, value } of ops) {
    writer.u8(type).bytes(key);
    if (type === VALUE_TYPE.put) writer.bytes(value);
  }
}

/** Throws CorruptBytes. */
export function readRowsRecord(reader: ByteReader): RowsRecord {
  const ops: WriteOp[] = [];
  for (let rest = expectSome(reader, 2); rest > 0; rest--) {
    const isPut = readFlag(reader);
    const key = reader.bytes();
    if (key.length < KEY_PREFIX_BYTES || key[0] !== EVENTUAL_KEYSPACE) throw new CorruptBytes('no key of a row');
    ops.push({
      type: isPut ? VALUE_TYPE.put : VALUE_TYPE.tombstone,
      key,
      value: isPut ? reader.bytes() : new Uint8Array(0),
    });
  }
  return { ops };
}

/** A count, and of each kind u8 and its fields. */
export function writeNotesRecord(writer: ByteWriter, { notes }: NotesRecord): void {
  writer.varint(notes.length);
  for (const note of notes) {
    if (note.type === 'ClockBound') writer.u8(CLOCK_BOUND).varint(note.boundUs);
    else if (note.type === 'Limits') {
      const { shard, storageId, fenceUs, watermarkUs, isComplete } = note;
      writer.u8(LIMITS).varint(shard).varint(storageId).varint(fenceUs).varint(watermarkUs);
      writeFlag(writer, isComplete);
    } else {
      writer.u8(HINT).varint(note.shard).varint(note.home).bytes(note.key);
      writeOptionalBytes(writer, note.row);
    }
  }
}

/** Throws CorruptBytes. */
export function readNotesRecord(reader: ByteReader): NotesRecord {
  const notes: EventualNote[] = [];
  for (let rest = expectSome(reader, 2); rest > 0; rest--) notes.push(readNote(reader));
  return { notes };
}

function readNote(reader: ByteReader): EventualNote {
  const kind = reader.u8();
  if (kind === CLOCK_BOUND) return { type: 'ClockBound', boundUs: reader.varint() };
  if (kind !== LIMITS && kind !== HINT) throw new CorruptBytes(`${kind} is no note of the eventual keyspace`);
  const shard = readShard(reader);
  if (kind === HINT) {
    const home = readNode(reader);
    const key = reader.bytes();
    return { type: 'Hint', shard, home, key, row: readOptionalBytes(reader) };
  }
  const storageId = reader.varint();
  const fenceUs = reader.varint();
  const watermarkUs = reader.varint();
  if (watermarkUs > fenceUs) throw new CorruptBytes('a watermark above its fence');
  return { type: 'Limits', shard, storageId, fenceUs, watermarkUs, isComplete: readFlag(reader) };
}
