import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { crc32 } from '../base/crc32.ts';
import { compareInternal, type InternalEntry } from './internal-key.ts';

/** Every 16th entry stores its key whole, so that a reader can search by halves. On disk a block says where; readers need not know 16. */
const RESTART_INTERVAL = 16;
/** Three varints and the trailer, at most. */
const ENTRY_OVERHEAD_BYTES_MAX = 5 + 5 + 5 + 8;

/** Writes one block (LevelDB's block format): prefix-compressed entries, restart offsets, their count, checksum. */
export class BlockBuilder {
  entries = 0;
  private readonly writer = new ByteWriter(4096);
  private readonly restarts: number[] = [];
  private last: InternalEntry | undefined;

  /** Bytes of the finished block if it ended now. */
  get bytes(): number {
    return this.writer.length + this.restarts.length * 4 + 8;
  }

  /** An upper bound of `bytes` after adding this entry. */
  bytesWith(entry: InternalEntry): number {
    return this.bytes + entry.key.length + entry.value.length + ENTRY_OVERHEAD_BYTES_MAX + 4;
  }

  add(entry: InternalEntry): void {
    const { writer, last } = this;
    assert(
      last === undefined || compareInternal(last.key, last.sequence, entry.key, entry.sequence) < 0,
      'entries come in internal order',
    );
    const restart = this.entries % RESTART_INTERVAL === 0;
    if (restart) this.restarts.push(writer.length);
    const shared = restart || last === undefined ? 0 : sharedPrefix(last.key, entry.key);
    writer
      .varint(shared)
      .varint(entry.key.length - shared)
      .varint(entry.value.length);
    writer.raw(entry.key.subarray(shared));
    writeTrailer(writer, entry);
    writer.raw(entry.value);
    this.last = entry;
    this.entries++;
  }

  finish(): Uint8Array {
    assert(this.entries > 0, 'a block has entries');
    for (const restart of this.restarts) this.writer.u32(restart);
    this.writer.u32(this.restarts.length);
    return this.writer.u32(crc32(this.writer.view())).finish();
  }
}

/** Sequence in 7 bytes, low first, then the type. */
function writeTrailer(writer: ByteWriter, entry: InternalEntry): void {
  const high = Math.floor(entry.sequence / 4294967296);
  writer
    .u32(entry.sequence >>> 0)
    .u8(high & 0xff)
    .u8((high >>> 8) & 0xff)
    .u8(high >>> 16)
    .u8(entry.type);
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const max = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < max && a[shared] === b[shared]) shared++;
  return shared;
}
