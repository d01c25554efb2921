import { ByteReader, ByteWriter, CorruptBytes } from '../base/bytes.ts';
import type { Micros } from '../base/ids.ts';
import type { KeyWrite, SessionId, WriteOp } from './message.ts';
import { expectEnd, readOptionalBytes, writeOptionalBytes } from './wire.ts';

/**
 * What a log entry asks the state machine to do. `RegisterClient` opens a session whose id is the index of its entry; `Time` does nothing but
 * move the shard's log time to its stamp.
 */
export type Command =
  | { readonly type: 'RegisterClient'; readonly nonce: number }
  | { readonly type: 'Write'; readonly session: SessionId; readonly sequence: number; readonly write: WriteOp }
  | { readonly type: 'Time' };

// In log entries and on the wire: do not change these numbers.
const REGISTER_CLIENT = 1;
const WRITE = 2;
const TIME = 3;
const PUT = 1;
const DELETE = 2;
const CAS = 3;
const BATCH = 4;

const scratch = new ByteWriter(256);

export function encodeCommand(command: Command): Uint8Array {
  scratch.length = 0;
  if (command.type === 'RegisterClient') {
    scratch.u8(REGISTER_CLIENT).varint(command.nonce);
  } else if (command.type === 'Time') {
    scratch.u8(TIME);
  } else {
    scratch.u8(WRITE).varint(command.session).varint(command.sequence);
    encodeWriteOp(scratch, command.write);
  }
  return scratch.finish();
}

/** Throws CorruptBytes. Keys and values are views of `bytes`. */
export function decodeCommand(bytes: Uint8Array): Command {
  const reader = new ByteReader(bytes);
  const command = readCommand(reader);
  expectEnd(reader);
  return command;
}

function readCommand(reader: ByteReader): Command {
  const type = reader.u8();
  if (type === REGISTER_CLIENT) return { type: 'RegisterClient', nonce: reader.varint() };
  if (type === TIME) return { type: 'Time' };
  if (type !== WRITE) throw new CorruptBytes(`unknown command ${type}`);
  return { type: 'Write', session: reader.varint(), sequence: reader.varint(), write: decodeWriteOp(reader) };
}

export function encodeWriteOp(writer: ByteWriter, op: WriteOp): void {
  if (op.type === 'Batch') {
    writer.u8(BATCH).varint(op.items.length);
    for (const item of op.items) encodeKeyWrite(writer, item);
  } else {
    encodeKeyWrite(writer, op);
  }
}

function encodeKeyWrite(writer: ByteWriter, op: KeyWrite): void {
  switch (op.type) {
    case 'Put':
      writer
        .u8(PUT)
        .bytes(op.key)
        .bytes(op.value)
        .varint(op.ttlUs ?? 0);
      return;
    case 'Delete':
      writer.u8(DELETE).bytes(op.key);
      return;
    case 'Cas':
      writer
        .u8(CAS)
        .bytes(op.key)
        .bytes(op.value)
        .varint(op.ttlUs ?? 0);
      writeOptionalBytes(writer, op.expected);
      return;
  }
}

export function decodeWriteOp(reader: ByteReader): WriteOp {
  const type = reader.u8();
  if (type !== BATCH) return decodeKeyWrite(reader, type);
  const count = reader.varint();
  if (count > reader.remaining) throw new CorruptBytes(`${count} writes do not fit`);
  return { type: 'Batch', items: Array.from({ length: count }, () => decodeKeyWrite(reader, reader.u8())) };
}

function decodeKeyWrite(reader: ByteReader, type: number): KeyWrite {
  switch (type) {
    case PUT:
      return { type: 'Put', key: reader.bytes(), value: reader.bytes(), ...readTtl(reader) };
    case DELETE:
      return { type: 'Delete', key: reader.bytes() };
    case CAS: {
      const key = reader.bytes();
      const value = reader.bytes();
      const ttl = readTtl(reader);
      return { type: 'Cas', key, value, expected: readOptionalBytes(reader), ...ttl };
    }
    default:
      throw new CorruptBytes(`unknown write ${type}`);
  }
}

/** 0 = the value does not expire. */
function readTtl(reader: ByteReader): { readonly ttlUs?: Micros } {
  const ttlUs = reader.varint();
  return ttlUs === 0 ? {} : { ttlUs };
}
