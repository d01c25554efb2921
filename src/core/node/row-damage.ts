import type { DiskRoutine } from '../base/disk.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { decodeStoredValue, encodeStoredValue } from './stored-value.ts';
import type { RowDamage } from './trace-event.ts';

/**
 * Does by order what only a comparison with others can find, as a bug or a bad memory module does: one value of one replica becomes another one, or
 * goes, through no entry of the log. Every checksum is right, and the tree that the replica keeps does not hear of it.
 * @returns false: nothing is stored under the key
 */
export function* damageRow(
  env: ReplicaEnvironment,
  { shard, storageId }: ReplicaScope,
  userKey: Uint8Array,
  damage: RowDamage,
): DiskRoutine<boolean> {
  const key = dataKey(STRONG_KEYSPACE, shard, storageId, userKey);
  const found = yield* env.engine.get(key);
  if (found === undefined) return false;
  const { value, deadlineUs } = decodeStoredValue(found);
  const batch = new WriteBatch();
  if (damage === 'drop') batch.delete(key);
  else batch.put(key, encodeStoredValue({ value: otherThan(value), deadlineUs }));
  env.engine.write(batch);
  return true;
}

/** As long, and as readable where it was: the last character is another one. */
function otherThan(value: Uint8Array): Uint8Array {
  if (value.length === 0) return new Uint8Array([ODD]);
  const other = value.slice();
  const last = other.length - 1;
  other[last] = other[last] === ODD ? EVEN : ODD;
  return other;
}

// `!` and `?`.
const ODD = 0x21;
const EVEN = 0x3f;
