import { type Hash64 } from '../base/hash128.ts';
import type { Micros } from '../base/ids.ts';
import { type MerkleRow } from '../merkle/merkle-row.ts';
import { type Row } from './row.ts';
export interface HeldRow {
    readonly key: Uint8Array;
    readonly row: Row;
}
/** What one replica tells another one of a row before either sends it. */
export interface RowDigest {
    readonly key: Uint8Array;
    readonly hash: Hash64;
}
export interface SyncPlan {
    /** The other replica lacks it, or holds something else. Ascending, as the other one. */
    readonly send: readonly Uint8Array[];
    /** This replica lacks it, or holds something else. */
    readonly ask: readonly Uint8Array[];
}
/**
 * The row as it goes into the Merkle tree and is compared: what all replicas must have alike once they have heard of the same writes. Without what may be
 * purged, because some have purged it; and of a value with a deadline only stamp and deadline, because some have dropped it already. So neither
 * clocks nor compactions make two replicas differ.
 * @param watermarkUs the higher one of the two replicas that are compared
 * @returns undefined: nothing of it counts
 */
export declare function comparedRow(leaf: number, { key, row }: HeldRow, watermarkUs: Micros): MerkleRow | undefined;
/** Of the rows of one leaf. The same hash of a row as in its leaf's sum. */
export declare function digestRows(leaf: number, rows: readonly HeldRow[], watermarkUs: Micros): readonly RowDigest[];
/**
 * Of one differing leaf what this replica has to send and what to ask for. Where both hold something, rows go both ways: each may know of siblings that the
 * other does not, and each merges what it gets. Both lists ascending by key, each key once.
 */
export declare function planSync(own: readonly RowDigest[], other: readonly RowDigest[]): SyncPlan;
