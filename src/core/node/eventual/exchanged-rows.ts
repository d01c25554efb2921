import { compareBytes } from '../../base/bytes.ts';
import type { Row } from '../../replication/row.ts';
import type { HeldRow } from '../../replication/sync-rows.ts';
import type { ExchangedRow, ExchangedVersion } from './sync-event.ts';
import type { SyncRows } from './sync-world.ts';

/** So many rows of a walk are told one by one, and of a value so many bytes. */
export const ROWS_TOLD = 12;
const BYTES_TOLD = 48;

/** A row that came, and what is held of its key since; undefined: it was refused. */
export interface TakenSyncRow extends HeldRow {
  readonly now: Row | undefined;
  /** It was refused for good. */
  readonly isBelow: boolean;
}

/**
 * Of one exchange what a reader is shown: the rows that either side lacked.
 * @param own as they were compared @param sent to the other side @param asked of it, ascending as `came`
 */
export function exchangedRows(
  rows: Pick<SyncRows, 'leafOf'>,
  own: readonly HeldRow[],
  sent: readonly HeldRow[],
  asked: readonly Uint8Array[],
  came: readonly TakenSyncRow[],
  max: number,
): readonly ExchangedRow[] {
  const before = new Map(own.map(({ key, row }) => [String(key), row]));
  const both = new Set(asked.map(String));
  const told = (key: Uint8Array, theirs: Row, now: Row | undefined): ExchangedRow => {
    const ours = before.get(String(key)) ?? [];
    // By now there is nothing to take.
    const held = theirs.length === 0 ? ours : now;
    const versions = { own: versionsOf(ours), theirs: versionsOf(theirs), held: held?.map(({ stamp }) => stamp) };
    return { leaf: rows.leafOf(key), key, ...versions };
  };
  return [
    ...came.slice(0, max).map(({ key, row, now }) => told(key, row, now)),
    // What is asked for as well is told with what comes.
    ...sent
      .filter(({ key }) => !both.has(String(key)))
      .slice(0, max)
      .map(({ key, row }) => told(key, [], row)),
  ]
    .sort((a, b) => compareBytes(a.key, b.key))
    .slice(0, max);
}

const versionsOf = (row: Row): readonly ExchangedVersion[] =>
  row.map(({ stamp, value, deadlineUs }) => ({ stamp, value: value?.slice(0, BYTES_TOLD), deadlineUs }));
