import { assert } from './assert.ts';
import { encodeUtf8 } from './utf8.ts';

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
