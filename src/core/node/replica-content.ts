import { userKeyOf } from '../lsm/internal-key.ts';
import type { WriteBatch } from '../lsm/write-batch.ts';
import { leafOfToken, type TokenArc, UNPLACED_LEAF } from '../merkle/leaves.ts';
import type { MerklePass } from '../merkle/merkle-pass.ts';
import type { MerkleRow } from '../merkle/merkle-row.ts';
import { MerkleTree } from '../merkle/merkle-tree.ts';
import { keyToken } from '../ring/hash-ring.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import type { ReplicaRow } from './replica-rows.ts';

/**
 * The Merkle tree of all that a replica holds: users' values by their tokens; sessions, deadlines and the summary, which have none, in the leaf for
 * these. The summary names the applied index, so two roots are equal only where both replicas have applied as much.
 */
export class ReplicaContent {
  private readonly arc: TokenArc;
  private readonly tree = new MerkleTree();

  constructor(arc: TokenArc) {
    this.arc = arc;
  }

  /** To be told of every batch, when it is written: whatever it does to a key, the key's leaf is dirty. */
  written(batch: WriteBatch): void {
    for (const { key } of batch.ops) this.tree.mark(this.leafOf(key[0] as number, userKeyOf(key)));
  }

  /** What was hashed before is to be hashed again. */
  distrust(): void {
    this.tree.markAll();
  }

  begin(): MerklePass {
    return this.tree.begin();
  }

  rowOf({ keyspace, key, value }: ReplicaRow): MerkleRow {
    return { leaf: this.leafOf(keyspace, key), key, value };
  }

  private leafOf(keyspace: number, userKey: Uint8Array): number {
    if (keyspace === SYSTEM_KEYSPACE) return UNPLACED_LEAF;
    return leafOfKey(this.arc, userKey);
  }
}

/** What comes from another node may be anything: a key of another shard is to be a difference, not the end of the node. */
export function leafOfKey(arc: TokenArc, userKey: Uint8Array): number {
  const token = keyToken(userKey);
  return arc.from <= token && token < arc.to ? leafOfToken(arc, token) : UNPLACED_LEAF;
}
