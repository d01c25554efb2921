import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { readStamp, type Stamp, writeStamp } from './stamp.ts';
import { readVector, type VersionVector, writeVector } from './version-vector.ts';

/** What a reader takes along to its next write. */
export interface ReadContext {
  /** The latest that it was shown: whoever coordinates its next write observes it first, so that the write is later whatever the clocks say. */
  readonly stamp: Stamp;
  /** The siblings that it replaces. */
  readonly vector: VersionVector;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SUM_BYTES = 4;

/** Printable and without meaning to whoever carries it: base64url (RFC 4648, not padded) of stamp, vector and their CRC-32. */
export function contextToken({ stamp, vector }: ReadContext): string {
  const writer = new ByteWriter(64);
  writeStamp(writer, stamp);
  writeVector(writer, vector);
  return toBase64(writer.u32(crc32(writer.view())).finish());
}

/** Undefined: no token of this store, or one that lost or changed a character on its way. */
export function parseContextToken(token: string): ReadContext | undefined {
  const bytes = fromBase64(token);
  if (bytes === undefined || bytes.length < SUM_BYTES || toBase64(bytes) !== token) return undefined;
  const end = bytes.length - SUM_BYTES;
  if (new ByteReader(bytes.subarray(end)).u32() !== crc32(bytes.subarray(0, end))) return undefined;
  try {
    const reader = new ByteReader(bytes.subarray(0, end));
    const context = { stamp: readStamp(reader), vector: readVector(reader) };
    return reader.remaining === 0 ? context : undefined;
  } catch (error) {
    if (error instanceof CorruptBytes) return undefined;
    throw error;
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const word = (a << 16) | (b << 8) | c;
    const digits = Math.min(bytes.length - at, 3) + 1;
    for (let i = 0; i < digits; i++) text += DIGITS[(word >> (18 - 6 * i)) & 63];
  }
  return text;
}

function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let word = 0;
    for (let i = 0; i < 4; i++) {
      const digit = at + i < text.length ? DIGITS.indexOf(text[at + i] as string) : 0;
      if (digit === -1) return undefined;
      word = (word << 6) | digit;
    }
    for (let i = 0; i < 3 && to + i < bytes.length; i++) bytes[to + i] = word >> (16 - 8 * i);
  }
  return bytes;
}
