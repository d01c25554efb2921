import { must } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import { equalHashes, type Hash64 } from '../base/hash128.ts';
import type { Micros } from '../base/ids.ts';
import { hashRow, type MerkleRow } from '../merkle/merkle-row.ts';
import { purgeRow } from './purge-limits.ts';
import { encodeRow, type Row, withoutExpiring } from './row.ts';

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
export function comparedRow(leaf: number, { key, row }: HeldRow, watermarkUs: Micros): MerkleRow | undefined {
  const counted = withoutExpiring(purgeRow(row, watermarkUs));
  return counted.length === 0 ? undefined : { leaf, key, value: encodeRow(counted) };
}

/** Of the rows of one leaf. The same hash of a row as in its leaf's sum. */
export function digestRows(leaf: number, rows: readonly HeldRow[], watermarkUs: Micros): readonly RowDigest[] {
  return rows.flatMap((held) => {
    const row = comparedRow(leaf, held, watermarkUs);
    return row === undefined ? [] : [{ key: held.key, hash: hashRow(row) }];
  });
}

/**
 * Of one differing leaf what this replica has to send and what to ask for. Where both hold something, rows go both ways: each may know of siblings that the
 * other does not, and each merges what it gets. Both lists ascending by key, each key once.
 */
export function planSync(own: readonly RowDigest[], other: readonly RowDigest[]): SyncPlan {
  const send: Uint8Array[] = [];
  const ask: Uint8Array[] = [];
  let at = 0;
  for (const { key, hash } of own) {
    for (; at < other.length && compareBytes(must(other[at], 'in the list').key, key) < 0; at++) {
      ask.push(must(other[at], 'in the list').key);
    }
    const theirs = other[at];
    const isShared = theirs !== undefined && compareBytes(theirs.key, key) === 0;
    if (isShared) at++;
    if (isShared && equalHashes(theirs.hash, hash)) continue;
    send.push(key);
    if (isShared) ask.push(key);
  }
  for (const { key } of other.slice(at)) ask.push(key);
  return { send, ask };
}
