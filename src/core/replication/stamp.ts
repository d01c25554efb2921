import { assert } from '../base/assert.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import { type Micros, NO_NODE, type NodeId, nodeId } from '../base/ids.ts';

/** When a version was written, as its coordinator's hybrid logical clock showed: the order of last writer wins. No node gives one out twice. */
export interface Stamp {
  /** The largest reading of a wall clock that the coordinator knew of. */
  readonly wallUs: Micros;
  /** Orders what is stamped while no wall clock moves on. 0 … LOGICAL_MAX. */
  readonly logical: number;
  /** The coordinator: breaks ties, so that all observers order alike. */
  readonly node: NodeId;
}

export const LOGICAL_MAX = 2 ** 24 - 1;
export const STAMP_BYTES = 12;
const NODE_MAX = 2 ** 16 - 1;

/** Before everything. */
export const NO_STAMP: Stamp = { wallUs: 0, logical: 0, node: NO_NODE };

/** Negative: `a` is earlier. 0: the same. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.wallUs - b.wallUs || a.logical - b.logical || a.node - b.node;

export const laterStamp = (a: Stamp, b: Stamp): Stamp => (compareStamps(a, b) >= 0 ? a : b);

/** Wall time 7 bytes, logical 3, node 2, each the high byte first: bytes sort as stamps do. */
export function writeStamp(writer: ByteWriter, { wallUs, logical, node }: Stamp): void {
  assert(Number.isSafeInteger(wallUs) && wallUs >= 0, 'the wall time of a stamp is whole microseconds');
  assert(logical <= LOGICAL_MAX && node <= NODE_MAX, 'a stamp has room for its parts');
  writeBigEndian(writer, wallUs, 7);
  writeBigEndian(writer, logical, 3);
  writeBigEndian(writer, node, 2);
}

/** Throws CorruptBytes. */
export function readStamp(reader: ByteReader): Stamp {
  const wallUs = readBigEndian(reader, 7);
  if (!Number.isSafeInteger(wallUs)) throw new CorruptBytes('the wall time of a stamp is above 2^53');
  return { wallUs, logical: readBigEndian(reader, 3), node: nodeId(readBigEndian(reader, 2)) };
}

function writeBigEndian(writer: ByteWriter, value: number, bytes: number): void {
  let unit = 1;
  for (let i = 1; i < bytes; i++) unit *= 256;
  for (; unit >= 1; unit /= 256) writer.u8(Math.floor(value / unit) % 256);
}

function readBigEndian(reader: ByteReader, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value = value * 256 + reader.u8();
  return value;
}
