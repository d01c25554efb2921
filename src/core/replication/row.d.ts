import type { Micros } from '../base/ids.ts';
import { type Stamp } from './stamp.ts';
import { type Version } from './version.ts';
import { type VersionVector } from './version-vector.ts';
/** `lww`: of two versions the later stamp stays. `siblings`: of two versions of which neither had seen the other both stay, until a PUT replaces them. */
export declare const CONFLICTS: readonly ['lww', 'siblings'];
export type Conflicts = (typeof CONFLICTS)[number];
/** All that a replica holds under one key: its versions, in the order of their dots. Empty: it knows of nothing. */
export type Row = readonly Version[];
export declare const NO_ROW: Row;
/** What two replicas know of a key together. Commutative, associative, idempotent: the order in which rows arrive, and how often, does not count. */
export declare function mergeRows(conflicts: Conflicts, a: Row, b: Row): Row;
/** All that whoever reads the row has seen: what a PUT with this context replaces. */
export declare function contextOf(row: Row): VersionVector;
/** NO_STAMP where the row is empty. */
export declare const latestStamp: (row: Row) => Stamp;
/** What a reader is shown: the values that neither a DELETE nor their deadline has ended. */
export declare const liveVersions: (row: Row, timeUs: Micros) => Row;
/** The same row without the values that have expired: their stamps and deadlines stay, as tombstones. */
export declare function expireRow(row: Row, timeUs: Micros): Row;
/** What does not change when a value expires and is dropped: of a version with a deadline only its stamps, and that deadline. */
export declare const withoutExpiring: (row: Row) => Row;
/** Number of versions, then each. Equal rows have equal bytes. */
export declare function encodeRow(row: Row): Uint8Array;
/** Throws CorruptBytes. Values are views of `bytes`. */
export declare function decodeRow(bytes: Uint8Array): Row;
export declare const equalRows: (a: Row, b: Row) => boolean;
