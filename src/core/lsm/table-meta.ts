import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { BloomFilter } from './bloom-filter.ts';
import { corrupt } from './corrupt-store.ts';
import type { SequenceNumber } from './internal-key.ts';
import { openSealed, readOrCorrupt, sealWithCrc } from './sealed-record.ts';
import type { TableRecord } from './version-edit.ts';

/** Largest extent of more than one block. Bigger is faster to write, smaller faster to read cold. */
export const EXTENT_BYTES_MAX = 64 * 1024;
const EXTENTS_PER_TABLE_MAX = 65536;
/** First byte of an sstmeta record. On disk: do not change; a new layout is a new number. */
const SSTMETA_FORMAT = 3;

/** Where a block is: bytes `offset … offset + length − 1` of one extent. */
export interface BlockHandle {
  readonly extent: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * One line of the block index: last entry of the block ≤ separator < first entry of the next block, in internal order. All keys of a block are of one
 * replica and one keyspace, and the separator begins as they do.
 */
export interface IndexEntry {
  readonly separator: Uint8Array;
  readonly separatorSequence: SequenceNumber;
  readonly handle: BlockHandle;
}

/** What is known of a table without reading a block; loaded when the store opens and kept in memory. */
export interface TableMeta {
  readonly fileNumber: number;
  readonly entries: number;
  readonly tombstones: number;
  /** Of all blocks together. */
  readonly dataBytes: number;
  readonly extents: number;
  readonly smallestKey: Uint8Array;
  readonly largestKey: Uint8Array;
  readonly smallestSequence: SequenceNumber;
  readonly largestSequence: SequenceNumber;
  /** When it was begun, by the node's wall clock, in microseconds: told to people, decides nothing. */
  readonly createdUs: number;
  readonly bloom: BloomFilter;
  readonly index: readonly IndexEntry[];
}

/** As a manifest edit lists it. */
export const tableRecord = (level: number, { fileNumber, entries, dataBytes: bytes }: TableMeta): TableRecord => ({
  level,
  fileNumber,
  entries,
  bytes,
});

/** Key of an extent in store `sst`. On disk: do not change. */
export function extentKey(fileNumber: number, extent: number): number {
  assert(extent >= 0 && extent < EXTENTS_PER_TABLE_MAX, 'a table has at most 65536 extents');
  return fileNumber * EXTENTS_PER_TABLE_MAX + extent;
}

/** First key in `sst` that belongs to this table or a later one. */
export const firstExtentKey = (fileNumber: number): number => fileNumber * EXTENTS_PER_TABLE_MAX;
export const fileNumberOfExtentKey = (key: number): number => Math.floor(key / EXTENTS_PER_TABLE_MAX);

export function encodeTableMeta(meta: TableMeta): Uint8Array {
  const writer = new ByteWriter(256 + meta.bloom.bits.length + meta.index.length * 40).u8(SSTMETA_FORMAT);
  writer
    .varint(meta.fileNumber)
    .varint(meta.entries)
    .varint(meta.tombstones)
    .varint(meta.dataBytes)
    .varint(meta.extents);
  writer
    .bytes(meta.smallestKey)
    .bytes(meta.largestKey)
    .varint(meta.smallestSequence)
    .varint(meta.largestSequence)
    .varint(meta.createdUs);
  writer.varint(meta.bloom.probes).bytes(meta.bloom.bits);
  writer.varint(meta.index.length);
  for (const { separator, separatorSequence, handle } of meta.index) {
    writer.bytes(separator).varint(separatorSequence);
    writer.varint(handle.extent).varint(handle.offset).varint(handle.length);
  }
  return sealWithCrc(writer);
}

/** Throws CorruptStore unless these are the bytes written for this table. */
export function decodeTableMeta(bytes: Uint8Array, fileNumber: number): TableMeta {
  const where = `table ${fileNumber}, sstmeta`;
  const reader = openSealed(bytes, where);
  return readOrCorrupt(where, () => {
    if (reader.u8() !== SSTMETA_FORMAT) throw corrupt(where, 'unknown format');
    if (reader.varint() !== fileNumber) throw corrupt(where, 'belongs to another table');
    const [entries, tombstones, dataBytes, extents] = [
      reader.varint(),
      reader.varint(),
      reader.varint(),
      reader.varint(),
    ];
    const [smallestKey, largestKey] = [reader.bytes(), reader.bytes()];
    const [smallestSequence, largestSequence] = [reader.varint(), reader.varint()];
    const createdUs = reader.varint();
    const probes = reader.varint();
    const bloom = new BloomFilter(reader.bytes(), probes);
    const index: IndexEntry[] = [];
    for (let count = reader.varint(); count > 0; count--) {
      const separator = reader.bytes();
      const separatorSequence = reader.varint();
      const handle = { extent: reader.varint(), offset: reader.varint(), length: reader.varint() };
      index.push({ separator, separatorSequence, handle });
    }
    if (reader.remaining !== 0) throw corrupt(where, 'bytes after its end');
    const counts = { fileNumber, entries, tombstones, dataBytes, extents };
    return { ...counts, smallestKey, largestKey, smallestSequence, largestSequence, createdUs, bloom, index };
  });
}
