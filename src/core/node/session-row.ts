import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader } from '../base/bytes.ts';
import type { LogIndex, Micros, Term } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { readAnswer, writeAnswer } from './codec.ts';
import type { SessionId, WriteAnswer } from './message.ts';
import { expectEnd } from './wire.ts';

/** A client's last write in this shard (dissertation §6.3). Applied in the same batch as the write itself. */
export interface Session {
  /** 0 = registered and nothing written yet. */
  readonly lastSequence: number;
  /** Stamp of the entry that registered it, or last wrote through it. */
  readonly usedUs: Micros;
  /** The answer to `lastSequence`, with the entry that it came from; undefined while lastSequence is 0. */
  readonly last: { readonly answer: WriteAnswer; readonly term: Term; readonly index: LogIndex } | undefined;
}

const ROW_PREFIX = encodeUtf8('session/');
/** Behind the keys of all sessions: `0` comes after `/`. */
export const SESSION_KEYS_END = encodeUtf8('session0');

/** System key of a session: `session/` and its id, u32 high and low, big-endian. */
export function sessionKey(session: SessionId): Uint8Array {
  const key = new Uint8Array(ROW_PREFIX.length + 8);
  key.set(ROW_PREFIX);
  let rest = session;
  for (let i = key.length - 1; i >= ROW_PREFIX.length; i--) {
    key[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return key;
}

/** What `sessionKey` made. */
export function sessionOfKey(key: Uint8Array): SessionId {
  let session = 0;
  for (let i = ROW_PREFIX.length; i < key.length; i++) session = session * 256 + (key[i] as number);
  return session;
}

const scratch = new ByteWriter(64);

/** lastSequence, usedUs varints; unless lastSequence is 0: term, index varints, answer. */
export function encodeSession(session: Session): Uint8Array {
  scratch.length = 0;
  scratch.varint(session.lastSequence).varint(session.usedUs);
  if (session.last !== undefined) {
    scratch.varint(session.last.term).varint(session.last.index);
    writeAnswer(scratch, session.last.answer);
  }
  return scratch.finish();
}

/** Throws CorruptBytes. */
export function decodeSession(bytes: Uint8Array): Session {
  const reader = new ByteReader(bytes);
  const lastSequence = reader.varint();
  const usedUs = reader.varint();
  if (lastSequence === 0) {
    expectEnd(reader);
    return { lastSequence, usedUs, last: undefined };
  }
  const term = reader.varint();
  const index = reader.varint();
  const answer = readAnswer(reader);
  expectEnd(reader);
  return { lastSequence, usedUs, last: { answer, term, index } };
}
