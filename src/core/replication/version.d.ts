import { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader } from '../base/bytes.ts';
import type { Micros } from '../base/ids.ts';
import { type Stamp } from './stamp.ts';
import { type Dot, type VersionVector } from './version-vector.ts';
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
export declare function compareVersions(a: Version, b: Version): number;
/** Whether nobody is to see a value of it. @param timeUs the replica's hybrid clock */
export declare const isDead: ({ value, deadlineUs }: Version, timeUs: Micros) => boolean;
/** Where it was written by last writer wins, it is a sequence of its own that had read nothing. */
export declare const clockOf: ({ clock, stamp }: Version) => DottedClock;
/** stamp, flags, then what the flags name: value (with its length), deadline varint, dot and context. */
export declare function writeVersion(writer: ByteWriter, { stamp, value, deadlineUs, clock }: Version): void;
/** Throws CorruptBytes. The value is a view of the reader's bytes. */
export declare function readVersion(reader: ByteReader): Version;
