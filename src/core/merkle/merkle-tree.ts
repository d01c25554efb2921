import { LEAVES } from './leaves.ts';
import { LeafSums } from './merkle-hashes.ts';
import { MerklePass } from './merkle-pass.ts';

/**
 * The Merkle tree of one replica of a shard: 32 × 32 leaves, each a range of the shard's arc of tokens. A write only marks its leaf, which is then
 * dirty; a pass over all rows as they are at one moment rebuilds all dirty leaves together, because rows lie in the order of keys, not of tokens.
 */
export class MerkleTree {
  /** Number of passes begun. */
  private passes = 0;
  /** Per leaf: how many passes had been begun when it was marked last. */
  private readonly markedAt = new Uint32Array(LEAVES);
  /** The newest pass that has ended, 0 = none: a leaf is dirty where it was marked since that one began. */
  private builtBy = 0;
  /** As that pass left them. */
  private leaves = new LeafSums();

  /** Something was written, or deleted, in the leaf. */
  mark(leaf: number): void {
    this.markedAt[leaf] = this.passes;
  }

  /** Nothing of what was built before is believed any more. */
  markAll(): void {
    this.markedAt.fill(this.passes);
  }

  get dirtyLeaves(): number {
    return this.markedAt.reduce((dirty, at) => (at >= this.builtBy ? dirty + 1 : dirty), 0);
  }

  /**
   * Of the rows as they are now: what is marked from here on is for the next one. Several may be under way, begun at different moments; one
   * that is given up leaves nothing behind.
   */
  begin(): MerklePass {
    const { markedAt, builtBy, leaves } = this;
    const number = ++this.passes;
    return new MerklePass(
      leaves,
      markedAt.map((at) => (at >= builtBy ? 1 : 0)),
      (built) => {
        if (number < this.builtBy) return;
        this.builtBy = number;
        this.leaves = built;
      },
    );
  }
}
