import { CorruptBytes, compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import type { ReplicaScope } from './replica.ts';
import { ReplicaContent } from './replica-content.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { type ReplicaRow, ReplicaRows } from './replica-rows.ts';
import { decodeStoredValue } from './stored-value.ts';
import type { ReplacedRow } from './trace-event.ts';

/** So many rows are told one by one, and of a value so many bytes. */
const ROWS_SHOWN = 12;
const BYTES_SHOWN = 48;

interface Replaced {
  /** Rows of these leaves that were right already, */
  readonly equal: number;
  /** and that were not. */
  readonly differing: number;
  /** The first few of the latter. */
  readonly shown: readonly ReplacedRow[];
}

/**
 * Makes the rows of some leaves those that are given, in one batch: what differs is written, what should not be there is deleted.
 */
export function* replaceRows(
  env: ReplicaEnvironment,
  { shard, storageId, arc }: ReplicaScope,
  leaves: ReadonlySet<number>,
  wanted: readonly ReplicaRow[],
): DiskRoutine<Replaced> {
  const keyOf = ({ keyspace, key }: ReplicaRow): Uint8Array => dataKey(keyspace, shard, storageId, key);
  const missing = new Map(wanted.map((row) => [String(keyOf(row)), row]));
  const content = new ReplicaContent(arc);
  const batch = new WriteBatch();
  const before = new Map<string, Uint8Array>();
  const shown: ReplacedRow[] = [];
  let equal = 0;
  const show = (row: ReplicaRow, own: Uint8Array | undefined, theirs: Uint8Array | undefined): void => {
    if (shown.length === ROWS_SHOWN) return;
    const isSystem = row.keyspace === SYSTEM_KEYSPACE;
    const key = isSystem ? undefined : row.key.slice();
    const shownOf = (stored: Uint8Array | undefined) => (isSystem ? stored : stored && readable(stored));
    const { leaf } = content.rowOf(row);
    shown.push({ leaf, key, own: shownOf(own)?.slice(0, BYTES_SHOWN), theirs: shownOf(theirs)?.slice(0, BYTES_SHOWN) });
  };
  const rows = new ReplicaRows(env.engine, shard, storageId);
  try {
    for (let row = yield* rows.next(); row !== undefined; row = yield* rows.next()) {
      if (!leaves.has(content.rowOf(row).leaf)) continue;
      const key = keyOf(row);
      const right = missing.get(String(key));
      if (right === undefined) {
        batch.delete(key);
        show(row, row.value, undefined);
      } else if (compareBytes(right.value, row.value) === 0) {
        missing.delete(String(key));
        equal++;
      } else before.set(String(key), row.value.slice());
    }
  } finally {
    rows.release();
  }
  for (const [name, row] of missing) {
    batch.put(keyOf(row), row.value);
    show(row, before.get(name), row.value);
  }
  env.engine.write(batch);
  return { equal, differing: batch.ops.length, shown };
}

/** Of a row that is damaged nothing is to be expected. */
function readable(stored: Uint8Array): Uint8Array {
  try {
    return decodeStoredValue(stored).value;
  } catch (error) {
    if (error instanceof CorruptBytes) return stored;
    throw error;
  }
}
