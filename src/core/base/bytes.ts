import { decodeUtf8 } from './utf8.ts';

/** Bytewise order: keys sort as in LevelDB, never as UTF-16. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
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
