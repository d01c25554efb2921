import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader } from '../base/bytes.ts';
import { type Micros, type NodeId } from '../base/ids.ts';
/** When a version was written, as its coordinator's hybrid logical clock showed: the order of last writer wins. No node gives one out twice. */
export interface Stamp {
    /** The largest reading of a wall clock that the coordinator knew of. */
    readonly wallUs: Micros;
    /** Orders what is stamped while no wall clock moves on. 0 … LOGICAL_MAX. */
    readonly logical: number;
    /** The coordinator: breaks ties, so that all observers order alike. */
    readonly node: NodeId;
}
export declare const LOGICAL_MAX: number;
export declare const STAMP_BYTES = 12;
/** Before everything. */
export declare const NO_STAMP: Stamp;
/** Negative: `a` is earlier. 0: the same. */
export declare const compareStamps: (a: Stamp, b: Stamp) => number;
export declare const laterStamp: (a: Stamp, b: Stamp) => Stamp;
/** Wall time 7 bytes, logical 3, node 2, each the high byte first: bytes sort as stamps do. */
export declare function writeStamp(writer: ByteWriter, { wallUs, logical, node }: Stamp): void;
/** Throws CorruptBytes. */
export declare function readStamp(reader: ByteReader): Stamp;
