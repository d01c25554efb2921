import type { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { dataKey } from '../lsm/internal-key.ts';
import type { ReplicaRow } from './replica-rows.ts';

/** Writes whole rows until there are `bytesMax` bytes, or none is left. @returns whether none is left */
export function* writeRows(
  next: () => DiskRoutine<ReplicaRow | undefined>,
  writer: ByteWriter,
  bytesMax: number,
): DiskRoutine<boolean> {
  while (writer.length < bytesMax) {
    const row = yield* next();
    if (row === undefined) return true;
    writer.u8(row.keyspace).bytes(row.key).bytes(row.value);
  }
  return false;
}

/** keyspace u8, key, value (length, bytes): one after the other, to the end. Throws CorruptBytes. */
export function readRows(bytes: Uint8Array): ReplicaRow[] {
  const reader = new ByteReader(bytes);
  const rows: ReplicaRow[] = [];
  while (reader.remaining > 0) {
    rows.push({ keyspace: reader.u8(), key: reader.bytes().slice(), value: reader.bytes().slice() });
  }
  return rows;
}

export const keyOfRow = ({ keyspace, key }: ReplicaRow, shard: ShardId, replicaId: number): Uint8Array =>
  dataKey(keyspace, shard, replicaId, key);
