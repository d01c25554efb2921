import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, Micros } from '../base/ids.ts';
import type { KeyWrite, SessionId, WriteOp } from './message.ts';
import { expectEnd, readHash, readOptionalBytes } from './wire.ts';

/**
 * What a log entry asks the state machine to do. `RegisterClient` opens a session whose id is the index of its entry; `Time` does nothing but
 * move the shard's log time to its stamp.
 */
export type Command =
  | { readonly type: 'RegisterClient'; readonly nonce: number }
  | { readonly type: 'Write'; readonly session: SessionId; readonly sequence: number; readonly write: WriteOp }
  | { readonly type: 'Time' }
  /** Time goes on, and whoever is a learner or leads says what it holds at exactly this entry. */
  | { readonly type: 'Compare'; readonly token: number }
  /** Everybody says what it holds at exactly this entry. */
  | { readonly type: 'Check' }
  /** A majority of the voters had this root behind the `Check` at `index`: whoever had another one is damaged. */
  | { readonly type: 'Verdict'; readonly index: LogIndex; readonly root: Hash64 }
  /** This damaged replica stops here until it holds what the leader holds at exactly this entry. */
  | { readonly type: 'Repair'; readonly replicaId: number }
  /** Of the meta group's log alone: an encoded MetaCommand. */
  | { readonly type: 'Meta'; readonly command: Uint8Array };

// In log entries and on the wire: do not change these numbers.
export const REGISTER_CLIENT = 1;
export const WRITE = 2;
export const TIME = 3;
export const COMPARE = 4;
export const META = 5;
export const CHECK = 6;
export const VERDICT = 7;
export const REPAIR = 8;
export const PUT = 1;
export const DELETE = 2;
export const CAS = 3;
export const BATCH = 4;

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
  if (type === COMPARE) return { type: 'Compare', token: reader.varint() };
  if (type === META) return { type: 'Meta', command: reader.bytes() };
  if (type === CHECK) return { type: 'Check' };
  if (type === VERDICT) return { type: 'Verdict', index: reader.varint(), root: readHash(reader) };
  if (type === REPAIR) return { type: 'Repair', replicaId: reader.varint() };
  if (type !== WRITE) throw new CorruptBytes(`unknown command ${type}`);
  return { type: 'Write', session: reader.varint(), sequence: reader.varint(), write: decodeWriteOp(reader) };
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
