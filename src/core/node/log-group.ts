import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import type { LogGroup } from './effect.ts';

// On disk: do not change.
const MAGIC = 0x4c475352; // "RSGL"
const VERSION = 1;
/** magic, version, epoch, firstRecord, count, crc32 of all these; u32 each. */
export const GROUP_HEADER_BYTES = 24;
/** length u32, crc32 u32. */
const RECORD_HEADER_BYTES = 8;

const EPOCH_SPAN = 4294967296;

/** Where the group lies in store `log`: by epoch, then by position. */
export const logGroupKey = (epoch: number, firstRecord: number): number => epoch * EPOCH_SPAN + firstRecord;
export const epochOfKey = (key: number): number => Math.floor(key / EPOCH_SPAN);
export const recordOfKey = (key: number): number => key - epochOfKey(key) * EPOCH_SPAN;

const scratch = new ByteWriter(4096);

/** The packed value of one group commit. */
export function encodeLogGroup(group: LogGroup): Uint8Array {
  scratch.length = 0;
  scratch.u32(MAGIC).u32(VERSION).u32(group.epoch).u32(group.firstRecord).u32(group.records.length);
  scratch.u32(crc32(scratch.view()));
  for (const record of group.records) scratch.u32(record.length).u32(crc32(record)).raw(record);
  return scratch.finish();
}

/** Length of the encoded value. */
export function logGroupBytes(records: readonly Uint8Array[]): number {
  let bytes = GROUP_HEADER_BYTES;
  for (const record of records) bytes += RECORD_HEADER_BYTES + record.length;
  return bytes;
}

/**
 * The byte offset at which a crash cuts the encoded value, if it lets the first `record` records survive and tears `tornBytes` bytes of
 * what comes next (the header counts with the first record). 0 = nothing was written. The torn record never survives whole.
 */
export function logGroupCutAt(group: LogGroup, record: number, tornBytes: number): number {
  assert(record >= 0 && record <= group.records.length, 'a cut lies within its group');
  let at = record === 0 ? 0 : GROUP_HEADER_BYTES;
  for (let i = 0; i < record; i++) at += RECORD_HEADER_BYTES + (group.records[i] as Uint8Array).length;
  const next = group.records[record];
  if (next === undefined) return at;
  const whole = RECORD_HEADER_BYTES + next.length + (record === 0 ? GROUP_HEADER_BYTES : 0);
  return at + Math.min(tornBytes, whole - 1);
}

export interface DecodedLogGroup {
  readonly epoch: number;
  readonly firstRecord: number;
  /** Valid records from the front; views of the value. */
  readonly records: readonly Uint8Array[];
  /** Bytes behind the last valid record: a torn write. 0 = the group is whole. */
  readonly tornBytes: number;
}

/**
 * Reads a group up to where it is torn. A value that ends too early, or whose very last bytes do not fit their checksum, is torn; a bad
 * checksum with more behind it, or anything else that no torn write leaves behind, throws CorruptBytes.
 * Undefined: not even the header survived.
 */
export function decodeLogGroup(value: Uint8Array): DecodedLogGroup | undefined {
  if (value.length < GROUP_HEADER_BYTES) return undefined;
  const reader = new ByteReader(value);
  const magic = reader.u32();
  const version = reader.u32();
  const epoch = reader.u32();
  const firstRecord = reader.u32();
  const count = reader.u32();
  if (reader.u32() !== crc32(value.subarray(0, GROUP_HEADER_BYTES - 4))) throw new CorruptBytes('bad header checksum');
  if (magic !== MAGIC || version !== VERSION) throw new CorruptBytes(`unknown format ${magic}/${version}`);

  const records: Uint8Array[] = [];
  while (records.length < count) {
    const record = readRecord(reader);
    if (record === undefined) return { epoch, firstRecord, records, tornBytes: value.length - reader.at };
    records.push(record);
  }
  if (reader.remaining !== 0) throw new CorruptBytes(`${reader.remaining} bytes behind the last record`);
  return { epoch, firstRecord, records, tornBytes: 0 };
}

/** Undefined, with the reader left where the record starts: torn here. */
function readRecord(reader: ByteReader): Uint8Array | undefined {
  const start = reader.at;
  if (reader.remaining >= RECORD_HEADER_BYTES) {
    const length = reader.u32();
    const checksum = reader.u32();
    if (reader.remaining >= length) {
      const record = reader.raw(length);
      if (crc32(record) === checksum) return record;
      if (reader.remaining > 0) throw new CorruptBytes('bad record checksum before the end');
    }
  }
  reader.at = start;
  return undefined;
}
