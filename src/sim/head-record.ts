import { ByteWriter } from '../core/base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../core/base/bytes.ts';
import { crc32 } from '../core/base/crc32.ts';
import type { DiskOp, DiskTransaction } from '../core/base/disk.ts';
import type { Micros } from '../core/base/ids.ts';

/** `meta` keys that belong to the world. */
export const EPOCH_KEY = 1;
export const HEAD_KEY = 2;
/** Which of the node's disks this is; absent: the first. */
export const INCARNATION_KEY = 5;

/** Goes with every transaction of a node: how far this disk has come, and at which moment of the run. */
export interface HeadRecord {
  readonly boot: number;
  /** Transactions of this boot, this one included. */
  readonly transactions: number;
  /** Virtual time of the event that completed it. */
  readonly timeUs: Micros;
}

/**
 * The transaction with its head. A log write carries it behind the log's own bytes, because a second record would cost it half as much
 * again; any other transaction puts it under `HEAD_KEY`.
 */
export function withHead(transaction: DiskTransaction, head: HeadRecord): DiskTransaction {
  const [op] = transaction;
  if (transaction.length === 1 && op?.type === 'put' && op.store === 'log')
    return [{ ...op, value: sealLogValue(op.value, head) }];
  return [...transaction, headOp(head)];
}

export const headOp = (head: HeadRecord): DiskOp => ({
  type: 'put',
  store: 'meta',
  key: HEAD_KEY,
  value: encodeHead(head),
});

const encodeHead = (head: HeadRecord): Uint8Array => writeHead(new ByteWriter(24), head).finish();

const writeHead = (writer: ByteWriter, head: HeadRecord): ByteWriter =>
  writer.varint(head.boot).varint(head.transactions).varint(head.timeUs);

export function decodeHead(bytes: Uint8Array): HeadRecord {
  const reader = new ByteReader(bytes);
  return { boot: reader.varint(), transactions: reader.varint(), timeUs: reader.varint() };
}

const CRC_BYTES = 4;

const scratch = new ByteWriter(4096);

/**
 * log value | head | crc32 of the log value, u32 | crc32 of these two, u32 | length of the head, u8
 * A crash may tear the log value, which then ends early and is sealed as it is; whatever differs from what was sealed is damage. Without the
 * seal a flipped bit in the very last record would look like a torn one, and be dropped.
 */
export function sealLogValue(value: Uint8Array, head: HeadRecord): Uint8Array {
  scratch.length = 0;
  const checksum = crc32(value);
  const length = writeHead(scratch.raw(value), head).length - value.length;
  scratch.u32(checksum);
  return scratch
    .u32(crc32(scratch.view(value.length)))
    .u8(length)
    .finish();
}

/** @throws CorruptBytes when the value is not what was sealed. */
export function openLogValue(sealed: Uint8Array): { readonly value: Uint8Array; readonly head: HeadRecord } {
  const { bytes, head, checksum } = openHead(sealed);
  const value = sealed.subarray(0, bytes);
  if (crc32(value) !== checksum) throw new CorruptBytes('its bytes are not those that were written: wrong checksum');
  return { value, head };
}

/** How many of the sealed bytes are the log's own. @throws CorruptBytes */
export const logValueBytes = (sealed: Uint8Array): number => openHead(sealed).bytes;

function openHead(sealed: Uint8Array) {
  const length = sealed.at(-1) ?? 0;
  const end = sealed.length - CRC_BYTES - 1;
  const bytes = end - length - CRC_BYTES;
  if (length === 0 || bytes < 0) throw new CorruptBytes('a log value without a head');
  const tail = sealed.subarray(bytes, end);
  if (new ByteReader(sealed.subarray(end)).u32() !== crc32(tail))
    throw new CorruptBytes('the head of a log value has a wrong checksum');
  return { bytes, head: decodeHead(tail), checksum: new ByteReader(tail.subarray(length)).u32() };
}

/** The epoch fence: which boot last opened this disk. */
export const encodeEpoch = (boot: number): Uint8Array => new ByteWriter(8).varint(boot).finish();
export const decodeEpoch = (bytes: Uint8Array): number => new ByteReader(bytes).varint();

/** Which disk of its node it is. Not stored: the first. */
const encodeIncarnation = (incarnation: number): Uint8Array => new ByteWriter(8).varint(incarnation).finish();
export const decodeIncarnation = (bytes: Uint8Array | undefined): number =>
  bytes === undefined ? 1 : new ByteReader(bytes).varint();

/** Which boot of a node has a disk from here on, and which disk of it that has to be. */
export interface DiskClaim {
  readonly boot: number;
  readonly incarnation: number;
}

/** What a disk is told before its node reads it: the first one is not numbered, as none was before disks were counted. */
export const claimRecords = ({ boot, incarnation }: DiskClaim): DiskTransaction => [
  { type: 'put', store: 'meta', key: EPOCH_KEY, value: encodeEpoch(boot) },
  ...(incarnation === 1
    ? []
    : [{ type: 'put', store: 'meta', key: INCARNATION_KEY, value: encodeIncarnation(incarnation) } as const]),
];

/** What a disk tells of the last boot that opened it. */
export interface DiskHeads {
  readonly epoch: Uint8Array | undefined;
  /** The record under INCARNATION_KEY. */
  readonly incarnation: Uint8Array | undefined;
  /** The record under HEAD_KEY. */
  readonly head: Uint8Array | undefined;
  /** The log value with the highest key. */
  readonly lastLogValue: Uint8Array | undefined;
}

/** A boot that opened the disk but wrote nothing has no transactions. */
export function lastBootOf(disk: DiskHeads): HeadRecord & { readonly incarnation: number } {
  const boot = disk.epoch === undefined ? 0 : decodeEpoch(disk.epoch);
  const heads: HeadRecord[] = [];
  if (disk.head !== undefined) heads.push(decodeHead(disk.head));
  const logHead = disk.lastLogValue === undefined ? undefined : headOfLogValue(disk.lastLogValue);
  if (logHead !== undefined) heads.push(logHead);
  return {
    boot,
    incarnation: decodeIncarnation(disk.incarnation),
    transactions: heads.reduce((most, head) => (head.boot === boot ? Math.max(most, head.transactions) : most), 0),
    timeUs: heads.reduce((latest, head) => Math.max(latest, head.timeUs), 0),
  };
}

/** Undefined where the head itself is damaged: that is for the node's own recovery to find and to name. */
function headOfLogValue(value: Uint8Array): HeadRecord | undefined {
  try {
    return openHead(value).head;
  } catch (error) {
    if (error instanceof CorruptBytes) return undefined;
    throw error;
  }
}
