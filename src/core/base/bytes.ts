import CRC32 from 'crc-32';
import { assert } from './assert.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** CRC-32 (IEEE), unsigned; the library's is signed. */
export const crc32 = (bytes: Uint8Array): number => CRC32.buf(bytes) >>> 0;

/** Bytewise order: keys sort as in LevelDB, never as UTF-16. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Appends little-endian numbers, varints and length-prefixed bytes to a growing buffer. */
export class ByteWriter {
  private buffer: Uint8Array;
  /** Bytes written so far. */
  length = 0;

  constructor(capacity = 64) {
    this.buffer = new Uint8Array(capacity);
  }

  u8(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  u32(value: number): this {
    this.reserve(4);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = value;
    buffer[at++] = value >>> 8;
    buffer[at++] = value >>> 16;
    buffer[at++] = value >>> 24;
    this.length = at;
    return this;
  }

  /** Unsigned integer up to 2^53−1: seven bits a byte, low bits first. */
  varint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, 'a varint is an integer in 0 … 2^53−1');
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 128) | 0x80;
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
    return this;
  }

  /** The bytes as they are, without a length. */
  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** A varint length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  text(text: string): this {
    return this.bytes(encodeUtf8(text));
  }

  /** What was written from `from` on, without a copy: valid until the next write. */
  view(from = 0): Uint8Array {
    return this.buffer.subarray(from, this.length);
  }

  /** A copy of exactly what was written (IndexedDB would store the whole backing buffer of a view). */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}

/** Thrown by `ByteReader` on bytes that cannot be what they should; disk readers turn it into a corruption report. */
export class CorruptBytes extends Error {
  override readonly name = 'CorruptBytes';
}

/** Reads what `ByteWriter` wrote. Views returned by `bytes` and `raw` share the input's buffer. */
export class ByteReader {
  at = 0;
  private readonly buffer: Uint8Array;

  constructor(buffer: Uint8Array) {
    this.buffer = buffer;
  }

  get remaining(): number {
    return this.buffer.length - this.at;
  }

  u8(): number {
    this.need(1);
    return this.buffer[this.at++] as number;
  }

  u32(): number {
    this.need(4);
    const { buffer } = this;
    const at = this.at;
    this.at = at + 4;
    return (
      ((buffer[at] as number) |
        ((buffer[at + 1] as number) << 8) |
        ((buffer[at + 2] as number) << 16) |
        ((buffer[at + 3] as number) << 24)) >>>
      0
    );
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) throw new CorruptBytes('varint above 2^53');
        return value;
      }
      scale *= 128;
    }
    throw new CorruptBytes('varint longer than 8 bytes');
  }

  raw(length: number): Uint8Array {
    this.need(length);
    const view = this.buffer.subarray(this.at, this.at + length);
    this.at += length;
    return view;
  }

  skip(length: number): void {
    this.need(length);
    this.at += length;
  }

  /** Fills `target` from position `from` to its end. */
  fill(target: Uint8Array, from: number): void {
    this.need(target.length - from);
    // A loop: for the few bytes of a key it is quicker than a view and `set`.
    for (let i = from; i < target.length; i++) target[i] = this.buffer[this.at++] as number;
  }

  bytes(): Uint8Array {
    return this.raw(this.varint());
  }

  text(): string {
    return decodeUtf8(this.bytes());
  }

  private need(bytes: number): void {
    if (this.remaining < bytes) throw new CorruptBytes(`needs ${bytes} bytes, has ${this.remaining}`);
  }
}
