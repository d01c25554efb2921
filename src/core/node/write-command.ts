import { ByteWriter } from '../base/byte-writer.ts';
import {
  BATCH,
  CAS,
  CHECK,
  COMPARE,
  type Command,
  DELETE,
  META,
  PUT,
  REGISTER_CLIENT,
  REPAIR,
  TIME,
  VERDICT,
  WRITE,
} from './command.ts';
import type { KeyWrite, WriteOp } from './message.ts';
import { writeHash, writeOptionalBytes } from './wire.ts';

const scratch = new ByteWriter(256);

export function encodeCommand(command: Command): Uint8Array {
  scratch.length = 0;
  if (command.type === 'RegisterClient') {
    scratch.u8(REGISTER_CLIENT).varint(command.nonce);
  } else if (command.type === 'Time') {
    scratch.u8(TIME);
  } else if (command.type === 'Compare') {
    scratch.u8(COMPARE).varint(command.token);
  } else if (command.type === 'Check') {
    scratch.u8(CHECK);
  } else if (command.type === 'Verdict') {
    writeHash(scratch.u8(VERDICT).varint(command.index), command.root);
  } else if (command.type === 'Repair') {
    scratch.u8(REPAIR).varint(command.replicaId);
  } else if (command.type === 'Meta') {
    scratch.u8(META).bytes(command.command);
  } else {
    scratch.u8(WRITE).varint(command.session).varint(command.sequence);
    encodeWriteOp(scratch, command.write);
  }
  return scratch.finish();
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
