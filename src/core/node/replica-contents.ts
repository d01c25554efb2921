import { ByteWriter, crc32 } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { mix32 } from '../base/hash.ts';
import type { LogIndex, ShardId } from '../base/ids.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { SnapshotRows } from './snapshot-rows.ts';

/** What one replica's store really holds: values, sessions, deadlines and summary, read back row by row. */
export interface ReplicaContents {
  readonly shard: ShardId;
  readonly appliedIndex: LogIndex;
  /** Of keys and values, with their lengths. */
  readonly bytes: number;
  /** Folds every row in order: equal on all replicas at equal appliedIndex. Unsigned. */
  readonly checksum: number;
}

const PIECE_BYTES = 64 * 1024;

/** The state hash folds commands and outcomes, and a snapshot brings it along: only reading the rows tells whether they are there. Throws CorruptStore. */
export function* readContents(
  engine: LsmEngine,
  { shard, replicaId, appliedIndex }: Pick<ReplicaContents, 'shard' | 'appliedIndex'> & { readonly replicaId: number },
): DiskRoutine<ReplicaContents> {
  const rows = new SnapshotRows(engine, shard, replicaId);
  let bytes = 0;
  let checksum = 0;
  try {
    for (let done = false; !done; ) {
      const writer = new ByteWriter(PIECE_BYTES);
      done = yield* rows.writeInto(writer, PIECE_BYTES);
      const piece = writer.finish();
      bytes += piece.length;
      checksum = mix32(checksum, crc32(piece)) >>> 0;
    }
  } finally {
    rows.release();
  }
  return { shard, appliedIndex, bytes, checksum };
}
