import { assert } from '../../base/assert.ts';
import type { ShardId } from '../../base/ids.ts';
import type { LsmEngine } from '../../lsm/lsm-engine.ts';

/** Above every number under which a replica of a Raft group is stored. On disk, as the next: do not change. */
const FIRST = 2 ** 24;
/** So often the rows of one replica may be lost and begun anew. */
const LIVES = 256;

/**
 * Under which number the eventual rows of a replica lie: by its number in its group, so that they outlast its snapshots, and by the life in which it is. One
 * life ends when its rows are dropped, for good; that is where the manifest says which the present one is.
 */
export function rowStorageId(engine: LsmEngine, shard: ShardId, replicaId: number): number {
  const first = FIRST + replicaId * LIVES;
  for (let life = 0; life < LIVES; life++) if (!engine.isReplicaDropped(shard, first + life)) return first + life;
  assert(false, `the eventual rows of s${shard} were lost ${LIVES} times`);
  return first;
}

export const isRowStorageId = (storageId: number): boolean => storageId >= FIRST;

/** Whether it is the first one of its replica: nothing was lost. */
export const isFirstLife = (storageId: number): boolean => (storageId - FIRST) % LIVES === 0;
