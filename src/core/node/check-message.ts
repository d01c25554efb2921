import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, ShardId } from '../base/ids.ts';
import type { WalkQuestion } from '../merkle/merkle-walk.ts';
import type { RowPlace } from './replica-rows.ts';

/** What the replicas of a shard say to each other about what they hold. All of it may be lost, come late or twice. */
export type CheckMessage =
  /** The leader: what do you hold behind entry `index`? Asked of those that have not said it by themselves. */
  | { readonly type: 'RootAsked'; readonly shard: ShardId; readonly index: LogIndex }
  | { readonly type: 'RootTold'; readonly shard: ShardId; readonly index: LogIndex; readonly root: Hash64 }
  /** A damaged replica: propose a `Repair` entry for me, behind entry `after`, the last one at which that was tried. */
  | {
      readonly type: 'RepairAsked';
      readonly shard: ShardId;
      readonly replicaId: number;
      readonly after: LogIndex;
    }
  | ({ readonly type: 'MerkleAsked'; readonly question: MerkleQuestion } & MerkleStep)
  | ({ readonly type: 'MerkleTold'; readonly answer: MerkleAnswer } & MerkleStep);

export type CheckMessageType = CheckMessage['type'];

/** One question about the tree and the rows of a replica as they were behind entry `index`. */
export interface MerkleStep {
  readonly shard: ShardId;
  readonly index: LogIndex;
  /** Boot number of the asking node. */
  readonly epoch: number;
  /** Number of the question among those of its repair, from 1. */
  readonly step: number;
}

export type MerkleQuestion =
  | Exclude<WalkQuestion, { readonly type: 'rows' }>
  /** `after`: the last row that came with the piece before. */
  | (Extract<WalkQuestion, { readonly type: 'rows' }> & { readonly after: RowPlace | undefined });

export type MerkleAnswer =
  | { readonly type: 'hashes'; readonly hashes: readonly Hash64[] }
  /** Whole rows, as in a snapshot (`snapshot-rows.ts`). */
  | { readonly type: 'rows'; readonly rows: Uint8Array; readonly isLast: boolean }
  /** Nothing is kept of that entry, or not any more. */
  | { readonly type: 'gone' };
