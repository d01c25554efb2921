import type { ByteWriter } from '../../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../../base/bytes.ts';
import { decodeRow, encodeRow } from '../../replication/row.ts';
import { NO_STAMP, readStamp, writeStamp } from '../../replication/stamp.ts';
import { readFlag, readNode, readShard, writeFlag } from '../wire.ts';
import { EVENTUAL_TYPES, FIRST_EVENTUAL_KIND } from './eventual-kinds.ts';
import { type EventualMessage, ROW_PURPOSES, ROW_REFUSALS, type RowPurpose } from './eventual-message.ts';
import { readSync, writeSync } from './sync-codec.ts';

export function writeEventual(writer: ByteWriter, message: EventualMessage): void {
  writer.u8(FIRST_EVENTUAL_KIND + EVENTUAL_TYPES.indexOf(message.type)).varint(message.shard);
  switch (message.type) {
    case 'RowSent':
      writer.varint(message.op).bytes(message.key).varint(message.home).bytes(encodeRow(message.row));
      writeStamp(writer, message.written ?? NO_STAMP);
      writer.u8(ROW_PURPOSES.indexOf(message.purpose));
      return;
    case 'RowTaken':
      writer.varint(message.op).varint(message.home);
      writer.u8(message.refusal === undefined ? 0 : ROW_REFUSALS.indexOf(message.refusal) + 1);
      return;
    case 'RowAsked':
      writer.varint(message.op).bytes(message.key).varint(message.home);
      return;
    case 'RowTold':
      writer.varint(message.op).varint(message.home);
      writeFlag(writer, message.row !== undefined);
      if (message.row !== undefined) writer.bytes(encodeRow(message.row));
      return;
    default:
      writeSync(writer, message);
  }
}

/** Throws CorruptBytes. Keys and values are views of the reader's bytes. */
export function readEventual(reader: ByteReader, kind: number): EventualMessage {
  const type = EVENTUAL_TYPES[kind - FIRST_EVENTUAL_KIND];
  const shard = readShard(reader);
  switch (type) {
    case 'RowSent':
      return readRowSent(reader, shard);
    case 'RowTaken': {
      const op = reader.varint();
      const home = readNode(reader);
      const place = reader.u8();
      if (place === 0) return { type, op, shard, home };
      const refusal = ROW_REFUSALS[place - 1];
      if (refusal === undefined) throw new CorruptBytes(`unknown refusal ${place}`);
      return { type, op, shard, home, refusal };
    }
    case 'RowAsked':
      return { type, op: reader.varint(), shard, key: reader.bytes(), home: readNode(reader) };
    case 'RowTold': {
      const op = reader.varint();
      const home = readNode(reader);
      return { type, op, shard, home, row: readFlag(reader) ? decodeRow(reader.bytes()) : undefined };
    }
    case undefined:
      throw new CorruptBytes(`unknown message ${kind}`);
    default:
      return readSync(reader, type, shard);
  }
}

function readRowSent(reader: ByteReader, shard: EventualMessage['shard']): EventualMessage {
  const op = reader.varint();
  const key = reader.bytes();
  const home = readNode(reader);
  const row = decodeRow(reader.bytes());
  const stamp = readStamp(reader);
  const written = stamp.node === NO_STAMP.node ? undefined : stamp;
  if (written === undefined && (stamp.wallUs > 0 || stamp.logical > 0)) throw new CorruptBytes('a stamp of nobody');
  return { type: 'RowSent', op, shard, key, home, row, written, purpose: readPurpose(reader) };
}

function readPurpose(reader: ByteReader): RowPurpose {
  const place = reader.u8();
  const purpose = ROW_PURPOSES[place];
  if (purpose === undefined) throw new CorruptBytes(`unknown purpose ${place}`);
  return purpose;
}
