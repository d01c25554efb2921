import { must } from '../base/assert.ts';
import { ByteReader } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { type CorruptStore, corrupt } from './corrupt-store.ts';
import {
  compareInternal,
  type InternalEntry,
  type SequenceNumber,
  VALUE_TYPE,
  type ValueType,
} from './internal-key.ts';
import { TRAILER_BYTES } from './mem-table.ts';

/** A block whose checksum has been verified. */
export interface Block {
  readonly bytes: Uint8Array;
  /** Where the restart offsets begin: the end of the entries. */
  readonly restartsAt: number;
  readonly restartCount: number;
}

/** @param error what is thrown where the bytes are not those of a block: says why */
export function openBlock(bytes: Uint8Array, error: (why: string) => CorruptStore): Block {
  if (bytes.length < 12) throw error('block shorter than its own trailer');
  const end = bytes.length - 8;
  const trailer = new ByteReader(bytes.subarray(end));
  const restartCount = trailer.u32();
  const expected = trailer.u32();
  if (crc32(bytes.subarray(0, bytes.length - 4)) !== expected) throw error('wrong block checksum');
  const restartsAt = end - restartCount * 4;
  if (restartCount === 0 || restartsAt < 0) throw error('impossible restart count');
  return { bytes, restartsAt, restartCount };
}

/**
 * Stands on one entry of a block, or on none: before the first and past the last it stays until it is told where to stand again.
 * Keys it gives are copies, values are views of the block.
 */
export class BlockCursor {
  entry: InternalEntry | undefined;
  private readonly block: Block;
  /** Over the entries; behind the present one. */
  private readonly reader: ByteReader;
  /** Over the whole block, to look up restarts. */
  private readonly restarts: ByteReader;
  /** Where the present entry begins. */
  private at = 0;
  /** For keys of entries that a search passes over. */
  private before: Uint8Array = new Uint8Array(32);
  /** Entries straight before the present one, nearest last: going back decodes a run between two restarts once, not once for each entry. */
  private readonly behind: { entry: InternalEntry; at: number }[] = [];

  constructor(block: Block) {
    this.block = block;
    this.restarts = new ByteReader(block.bytes);
    this.reader = new ByteReader(block.bytes.subarray(0, block.restartsAt));
  }

  seekToFirst(): void {
    this.standAtRestart(0);
  }

  seekToLast(): void {
    this.standAtRestart(this.block.restartCount - 1);
    while (this.reader.remaining > 0) this.decode();
  }

  /** To the first entry that is not before (key, sequence) in internal order. */
  seek(key: Uint8Array, sequence: SequenceNumber): void {
    // The last restart that is before the position sought; the first if none is.
    let low = 0;
    let high = this.block.restartCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.orderOfRestart(middle, key, sequence) < 0) low = middle;
      else high = middle - 1;
    }
    this.passSmaller(low, key, sequence);
  }

  /** To the last entry that is not behind (key, sequence) in internal order. */
  seekForPrev(key: Uint8Array, sequence: SequenceNumber): void {
    this.seek(key, sequence);
    if (this.entry === undefined) this.seekToLast();
    else if (this.order(key, sequence) > 0) this.prev();
  }

  next(): void {
    if (this.entry === undefined) return;
    this.behind.length = 0;
    if (this.reader.remaining === 0) this.entry = undefined;
    else this.decode();
  }

  prev(): void {
    if (this.entry === undefined) return;
    const end = this.at;
    const before = this.behind.pop();
    if (before !== undefined) {
      this.entry = before.entry;
      this.at = before.at;
      this.reader.at = end;
      return;
    }
    if (end === this.restartOffset(0)) {
      this.entry = undefined;
      return;
    }
    this.standAtRestart(this.restartBefore(end));
    while (this.reader.at < end) {
      this.behind.push({ entry: must(this.entry, 'a run has entries'), at: this.at });
      this.decode();
    }
  }

  /**
   * Of the entry at a restart against the position, compared where it lies: a search by halves that made each entry it looks at
   * would spend most of its time on what it throws away.
   */
  private orderOfRestart(restart: number, key: Uint8Array, sequence: SequenceNumber): number {
    const { reader } = this;
    const { bytes } = this.block;
    reader.at = this.restartOffset(restart);
    if (reader.varint() !== 0) throw corrupt('block', 'an entry shares more than there is before it');
    const length = reader.varint();
    reader.varint();
    const from = reader.at;
    reader.skip(length);
    return compareStart(bytes, length, key, from) || sequence - readSequence(reader);
  }

  /**
   * To the first entry from a restart on that is not before (key, sequence), if there is one. Those passed over are not made either: their
   * keys take turns in one buffer.
   */
  private passSmaller(restart: number, key: Uint8Array, sequence: SequenceNumber): void {
    const { reader } = this;
    const { bytes } = this.block;
    reader.at = this.restartOffset(restart);
    this.entry = undefined;
    this.behind.length = 0;
    let beforeLength = 0;
    while (reader.remaining > 0) {
      this.at = reader.at;
      const shared = reader.varint();
      const unshared = reader.varint();
      const valueBytes = reader.varint();
      if (shared > beforeLength) throw corrupt('block', 'an entry shares more than there is before it');
      const length = shared + unshared;
      this.before = roomFor(this.before, shared, length);
      const from = reader.at;
      reader.skip(unshared);
      for (let i = 0; i < unshared; i++) this.before[shared + i] = bytes[from + i] as number;
      beforeLength = length;
      const order = compareStart(this.before, length, key);
      if (order < 0) {
        reader.skip(TRAILER_BYTES + valueBytes);
        continue;
      }
      const entrySequence = readSequence(reader);
      const type = readValueType(reader.u8());
      // The same key, and a version newer than the one sought.
      if (order === 0 && entrySequence > sequence) {
        reader.skip(valueBytes);
        continue;
      }
      this.entry = { key: this.before.slice(0, length), sequence: entrySequence, type, value: reader.raw(valueBytes) };
      return;
    }
  }

  /** Takes the entry that the reader is in front of; its key may share a prefix with the present one's. */
  private decode(): void {
    const { reader } = this;
    this.at = reader.at;
    const shared = reader.varint();
    const unshared = reader.varint();
    const valueBytes = reader.varint();
    const key = new Uint8Array(shared + unshared);
    if (shared > 0) {
      const before = this.entry?.key;
      if (before === undefined || before.length < shared)
        throw corrupt('block', 'an entry shares more than there is before it');
      for (let i = 0; i < shared; i++) key[i] = before[i] as number;
    }
    reader.fill(key, shared);
    const sequence = readSequence(reader);
    const type = readValueType(reader.u8());
    this.entry = { key, sequence, type, value: reader.raw(valueBytes) };
  }

  /** Of the present entry against the position. */
  private order(key: Uint8Array, sequence: SequenceNumber): number {
    const entry = must(this.entry, 'a cursor that compares stands on an entry');
    return compareInternal(entry.key, entry.sequence, key, sequence);
  }

  private standAtRestart(restart: number): void {
    this.reader.at = this.restartOffset(restart);
    this.entry = undefined;
    this.behind.length = 0;
    this.decode();
  }

  private restartOffset(restart: number): number {
    this.restarts.at = this.block.restartsAt + restart * 4;
    return this.restarts.u32();
  }

  /** The last restart in front of the entry that begins at this offset, which is not the first. */
  private restartBefore(offset: number): number {
    let low = 0;
    let high = this.block.restartCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.restartOffset(middle) < offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function readSequence(reader: ByteReader): SequenceNumber {
  const low = reader.u32();
  const high = reader.u8() + reader.u8() * 0x100 + reader.u8() * 0x10000;
  return high * 4294967296 + low;
}

/** `length` bytes of a buffer against a key, as `compareBytes` does it. */
function compareStart(buffer: Uint8Array, length: number, key: Uint8Array, from = 0): number {
  const shared = Math.min(length, key.length);
  for (let i = 0; i < shared; i++) {
    const difference = (buffer[from + i] as number) - (key[i] as number);
    if (difference !== 0) return difference;
  }
  return length - key.length;
}

/** A buffer of at least `length` bytes that begins with the first `kept` of this one. */
function roomFor(buffer: Uint8Array, kept: number, length: number): Uint8Array {
  if (buffer.length >= length) return buffer;
  const larger = new Uint8Array(length * 2);
  larger.set(buffer.subarray(0, kept));
  return larger;
}

function readValueType(byte: number): ValueType {
  if (byte !== VALUE_TYPE.put && byte !== VALUE_TYPE.tombstone) throw corrupt('block', `unknown value type ${byte}`);
  return byte;
}
