import { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes, compareBytes } from '../base/bytes.ts';
import type { Micros } from '../base/ids.ts';
import { compareStamps, readStamp, type Stamp, writeStamp } from './stamp.ts';
import {
  type Dot,
  EMPTY_VECTOR,
  readDot,
  readVector,
  type VersionVector,
  writeDot,
  writeVector,
} from './version-vector.ts';

/** Dotted version vector of a version (Preguiça, Baquero, Almeida, Fonte, Gonçalves: Dotted Version Vectors, 2010). */
export interface DottedClock {
  /** The write itself. */
  readonly dot: Dot;
  /** What its client had read, which it replaces. */
  readonly context: VersionVector;
}

/** What one write made of one key. A DELETE makes a version too, a tombstone: it has to win against what is older, wherever that comes from. */
export interface Version {
  readonly stamp: Stamp;
  /** Undefined: a tombstone, or a value that has expired and of which nothing else is left. */
  readonly value: Uint8Array | undefined;
  /** On the same scale as stamps: from then on the value counts as a tombstone, with the same stamp. Undefined: it does not expire; never on a DELETE. */
  readonly deadlineUs: Micros | undefined;
  /** Undefined: written by last writer wins, which asks for no context. */
  readonly clock: DottedClock | undefined;
}

/**
 * The one order of versions: the later stamp; of equal stamps the one without a value (an expired value and what is left of it are the same version); then
 * that of their bytes, so that all replicas choose alike. Two writes have equal stamps only in `clock=wall`.
 */
export function compareVersions(a: Version, b: Version): number {
  const byStamp = compareStamps(a.stamp, b.stamp);
  if (byStamp !== 0) return byStamp;
  const byValue = Number(a.value === undefined) - Number(b.value === undefined);
  return byValue !== 0 ? byValue : compareBytes(bytesOf(a), bytesOf(b));
}

/** Whether nobody is to see a value of it. @param timeUs the replica's hybrid clock */
export const isDead = ({ value, deadlineUs }: Version, timeUs: Micros): boolean =>
  value === undefined || (deadlineUs !== undefined && deadlineUs <= timeUs);

/** Where it was written by last writer wins, it is a sequence of its own that had read nothing. */
export const clockOf = ({ clock, stamp }: Version): DottedClock =>
  clock ?? { dot: { actor: stamp, counter: 1 }, context: EMPTY_VECTOR };

const HAS_VALUE = 1;
const HAS_DEADLINE = 2;
const HAS_CLOCK = 4;

/** stamp, flags, then what the flags name: value (with its length), deadline varint, dot and context. */
export function writeVersion(writer: ByteWriter, { stamp, value, deadlineUs, clock }: Version): void {
  writeStamp(writer, stamp);
  writer.u8(
    (value === undefined ? 0 : HAS_VALUE) |
      (deadlineUs === undefined ? 0 : HAS_DEADLINE) |
      (clock === undefined ? 0 : HAS_CLOCK),
  );
  if (value !== undefined) writer.bytes(value);
  if (deadlineUs !== undefined) writer.varint(deadlineUs);
  if (clock === undefined) return;
  writeDot(writer, clock.dot);
  writeVector(writer, clock.context);
}

function bytesOf(version: Version): Uint8Array {
  const writer = new ByteWriter();
  writeVersion(writer, version);
  return writer.finish();
}

/** Throws CorruptBytes. The value is a view of the reader's bytes. */
export function readVersion(reader: ByteReader): Version {
  const stamp = readStamp(reader);
  const flags = reader.u8();
  if (flags > (HAS_VALUE | HAS_DEADLINE | HAS_CLOCK)) throw new CorruptBytes(`${flags} are no flags of a version`);
  return {
    stamp,
    value: (flags & HAS_VALUE) === 0 ? undefined : reader.bytes(),
    deadlineUs: (flags & HAS_DEADLINE) === 0 ? undefined : reader.varint(),
    clock: (flags & HAS_CLOCK) === 0 ? undefined : { dot: readDot(reader), context: readVector(reader) },
  };
}
