import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import { compareStamps, readStamp, STAMP_BYTES, type Stamp, writeStamp } from './stamp.ts';

/**
 * One write of one key. The actor is not a node but one unbroken sequence of its writes of this key, named by the stamp of the first: a node that
 * may have forgotten how far it had counted begins another one, instead of giving a number out twice (Riak's per-key actor epochs).
 */
export interface Dot {
  readonly actor: Stamp;
  /** 1, 2, 3 … within the actor, without a gap. */
  readonly counter: number;
}

/** Version vector: of each actor all dots up to a counter. Ascending by actor, each once. */
export type VersionVector = readonly Dot[];

export const EMPTY_VECTOR: VersionVector = [];

export const compareDots = (a: Dot, b: Dot): number => compareStamps(a.actor, b.actor) || a.counter - b.counter;

export const covers = (vector: VersionVector, { actor, counter }: Dot): boolean =>
  vector.some((entry) => compareStamps(entry.actor, actor) === 0 && entry.counter >= counter);

/** Whether everything that `b` has seen `a` has seen too. */
export const descends = (a: VersionVector, b: VersionVector): boolean => b.every((dot) => covers(a, dot));

/** The least that descends both. */
export function joinVectors(a: VersionVector, b: VersionVector): VersionVector {
  const joined: Dot[] = [];
  for (const dot of [...a, ...b].sort(compareDots)) {
    // Of equal actors the larger counter comes last.
    if (joined.length > 0 && compareStamps((joined[joined.length - 1] as Dot).actor, dot.actor) === 0) joined.pop();
    joined.push(dot);
  }
  return joined;
}

export function writeDot(writer: ByteWriter, { actor, counter }: Dot): void {
  writeStamp(writer, actor);
  writer.varint(counter);
}

/** Throws CorruptBytes. */
export function readDot(reader: ByteReader): Dot {
  const actor = readStamp(reader);
  const counter = reader.varint();
  if (counter === 0) throw new CorruptBytes('the counter of a dot is 0');
  return { actor, counter };
}

export function writeVector(writer: ByteWriter, vector: VersionVector): void {
  writer.varint(vector.length);
  for (const dot of vector) writeDot(writer, dot);
}

/** Throws CorruptBytes. */
export function readVector(reader: ByteReader): VersionVector {
  const count = reader.varint();
  if (count * (STAMP_BYTES + 1) > reader.remaining) throw new CorruptBytes(`${count} dots do not fit`);
  const vector: Dot[] = [];
  for (let i = 0; i < count; i++) {
    const dot = readDot(reader);
    const last = vector[i - 1];
    if (last !== undefined && compareStamps(last.actor, dot.actor) >= 0) throw new CorruptBytes('actors out of order');
    vector.push(dot);
  }
  return vector;
}
