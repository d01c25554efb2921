import { ByteReader, type ByteWriter } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { dataKey, replicaRange, userKeyOf } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { StoreIterator } from '../lsm/store-iterator.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspace.ts';

/** One row of a replica, whatever its replica id: a user's value with its deadline, a session, a deadline, the summary. */
export interface SnapshotRow {
  readonly keyspace: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** In the order of internal keys. */
const KEYSPACES = [SYSTEM_KEYSPACE, STRONG_KEYSPACE];

/** All rows of a replica as they are now, in order, whatever is written meanwhile. To be released: until then it holds tables. */
export class SnapshotRows {
  private readonly iterators: readonly StoreIterator[];
  private at = 0;
  private begun = false;

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number) {
    this.iterators = KEYSPACES.map((keyspace) => {
      const { from, to } = replicaRange(keyspace, shard, replicaId);
      return engine.iterate({ gte: from, lt: to });
    });
  }

  /** Writes whole rows until there are `bytesMax` bytes, or none is left. @returns whether none is left */
  *writeInto(writer: ByteWriter, bytesMax: number): DiskRoutine<boolean> {
    while (writer.length < bytesMax) {
      const iterator = this.iterators[this.at];
      if (iterator === undefined) return true;
      yield* this.begun ? iterator.next() : iterator.seekToFirst();
      this.begun = true;
      const { key, value } = iterator;
      if (key !== undefined && value !== undefined) {
        writer
          .u8(KEYSPACES[this.at] as number)
          .bytes(userKeyOf(key))
          .bytes(value);
      } else {
        iterator.release();
        this.at++;
        this.begun = false;
      }
    }
    return false;
  }

  release(): void {
    for (const iterator of this.iterators) iterator.release();
  }
}

/** keyspace u8, key, value (length, bytes): one after the other, to the end. Throws CorruptBytes. */
export function readRows(bytes: Uint8Array): SnapshotRow[] {
  const reader = new ByteReader(bytes);
  const rows: SnapshotRow[] = [];
  while (reader.remaining > 0) {
    rows.push({ keyspace: reader.u8(), key: reader.bytes().slice(), value: reader.bytes().slice() });
  }
  return rows;
}

export const keyOfRow = ({ keyspace, key }: SnapshotRow, shard: ShardId, replicaId: number): Uint8Array =>
  dataKey(keyspace, shard, replicaId, key);
