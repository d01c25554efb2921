import type { DiskRoutine } from '../base/disk.ts';
import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, ShardId } from '../base/ids.ts';
import { type RootPass, runRootPass } from './root-pass.ts';

/** The Merkle root of a replica at an applied index: equal on all that have applied as much. */
export interface ReplicaRoot {
  readonly shard: ShardId;
  readonly appliedIndex: LogIndex;
  /** Built of every row. */
  readonly root: Hash64;
  /** Leaves in which the tree that the replica keeps, and of which only what is dirty is rebuilt, comes to something else: none. */
  readonly staleLeaves: readonly number[];
}

/** @param full of every row @param kept by the replica's own tree; both were begun at one moment. Throws CorruptStore. */
export function* readRoot(shard: ShardId, full: RootPass, kept: RootPass): DiskRoutine<ReplicaRoot> {
  const { appliedIndex } = full;
  try {
    const anew = yield* runRootPass(full);
    const staleLeaves = anew.differingLeaves(yield* runRootPass(kept));
    return { shard, appliedIndex, root: anew.root, staleLeaves };
  } finally {
    kept.release();
  }
}
