import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader } from '../base/bytes.ts';
import { type Stamp } from './stamp.ts';
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
export declare const EMPTY_VECTOR: VersionVector;
export declare const compareDots: (a: Dot, b: Dot) => number;
export declare const covers: (vector: VersionVector, { actor, counter }: Dot) => boolean;
/** Whether everything that `b` has seen `a` has seen too. */
export declare const descends: (a: VersionVector, b: VersionVector) => boolean;
/** The least that descends both. */
export declare function joinVectors(a: VersionVector, b: VersionVector): VersionVector;
export declare function writeDot(writer: ByteWriter, { actor, counter }: Dot): void;
/** Throws CorruptBytes. */
export declare function readDot(reader: ByteReader): Dot;
export declare function writeVector(writer: ByteWriter, vector: VersionVector): void;
/** Throws CorruptBytes. */
export declare function readVector(reader: ByteReader): VersionVector;
