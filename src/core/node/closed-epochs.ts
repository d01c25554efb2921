import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { expectEnd } from './wire.ts';

/** Store `meta`. 1 and 2 belong to the world (epoch fence, head record). On disk: do not change. */
export const CLOSED_EPOCHS_KEY = 3;
const VERSION = 1;

/**
 * Where the log of each earlier boot ended, as the first recovery after it found it. Whatever a worker of such an epoch still writes
 * afterwards (it can outlive its own termination for a while) is beyond that end and does not count.
 */
export interface ClosedEpochs {
  /** Every epoch below this one is closed; those without an entry in `ends` have no records. */
  readonly closedBelow: number;
  /** epoch → position behind its last record; ascending. */
  readonly ends: ReadonlyMap<number, number>;
}

export const NO_CLOSED_EPOCHS: ClosedEpochs = { closedBelow: 0, ends: new Map() };

/** version u8, closedBelow, count, then (epoch, endRecord) varints, crc32 u32 of all these. */
export function encodeClosedEpochs({ closedBelow, ends }: ClosedEpochs): Uint8Array {
  const writer = new ByteWriter().u8(VERSION).varint(closedBelow).varint(ends.size);
  for (const [epoch, endRecord] of ends) writer.varint(epoch).varint(endRecord);
  return writer.u32(crc32(writer.finish())).finish();
}

/** Throws CorruptBytes. */
export function decodeClosedEpochs(bytes: Uint8Array): ClosedEpochs {
  if (bytes.length < 4) throw new CorruptBytes('too short');
  const body = bytes.subarray(0, bytes.length - 4);
  if (new ByteReader(bytes.subarray(body.length)).u32() !== crc32(body)) throw new CorruptBytes('bad checksum');
  const reader = new ByteReader(body);
  if (reader.u8() !== VERSION) throw new CorruptBytes('unknown version');
  const closedBelow = reader.varint();
  const ends = new Map<number, number>();
  for (let left = reader.varint(); left > 0; left--) ends.set(reader.varint(), reader.varint());
  expectEnd(reader);
  return { closedBelow, ends };
}
