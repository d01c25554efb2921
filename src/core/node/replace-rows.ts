import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import type { ReplicaScope } from './replica.ts';
import { ReplicaContent } from './replica-content.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { type ReplicaRow, ReplicaRows } from './replica-rows.ts';

/**
 * Makes the rows of some leaves those that are given, in one batch: what differs is written, what should not be there is deleted.
 * @returns how many rows that are
 */
export function* replaceRows(
  env: ReplicaEnvironment,
  { shard, storageId, arc }: ReplicaScope,
  leaves: ReadonlySet<number>,
  wanted: readonly ReplicaRow[],
): DiskRoutine<number> {
  const keyOf = ({ keyspace, key }: ReplicaRow): Uint8Array => dataKey(keyspace, shard, storageId, key);
  const missing = new Map(wanted.map((row) => [String(keyOf(row)), row]));
  const content = new ReplicaContent(arc);
  const batch = new WriteBatch();
  const rows = new ReplicaRows(env.engine, shard, storageId);
  try {
    for (let row = yield* rows.next(); row !== undefined; row = yield* rows.next()) {
      if (!leaves.has(content.rowOf(row).leaf)) continue;
      const key = keyOf(row);
      const right = missing.get(String(key));
      if (right === undefined) batch.delete(key);
      else if (compareBytes(right.value, row.value) === 0) missing.delete(String(key));
    }
  } finally {
    rows.release();
  }
  for (const row of missing.values()) batch.put(keyOf(row), row.value);
  env.engine.write(batch);
  return batch.ops.length;
}
