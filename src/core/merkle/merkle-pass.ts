import { assert } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type LeafSums, MerkleHashes } from './merkle-hashes.ts';
import { hashRow, type MerkleRow } from './merkle-row.ts';

/** Rows in any order, each once, as they were when the pass began; undefined = there is none left. */
export interface RowSource {
  next(): DiskRoutine<MerkleRow | undefined>;
}

/** Whatever is reached first ends a slice. */
export interface SliceLimit {
  readonly rows: number;
  /** Of keys and values together. */
  readonly bytes: number;
}

/** One walk over a replica's rows that rebuilds the leaves which were dirty when it began, a slice at a time. */
export class MerklePass {
  private readonly leaves: LeafSums;
  /** Per leaf: 1 = it is rebuilt, 0 = it stays as it was. */
  private readonly dirty: Uint32Array;
  private readonly onEnd: (leaves: LeafSums) => void;
  private ended = false;

  constructor(before: LeafSums, dirty: Uint32Array, onEnd: (leaves: LeafSums) => void) {
    this.leaves = before.copy();
    this.dirty = dirty;
    this.onEnd = onEnd;
    for (const [leaf, isDirty] of dirty.entries()) if (isDirty === 1) this.leaves.clear(leaf);
  }

  /** @returns whether it was hashed: its leaf is dirty */
  add(row: MerkleRow): boolean {
    assert(!this.ended, 'a pass that has ended takes no more rows');
    const isDirty = this.dirty[row.leaf] === 1;
    if (isDirty) this.leaves.add(row.leaf, hashRow(row));
    return isDirty;
  }

  /** @returns whether the source has no more rows */
  *slice(source: RowSource, limit: SliceLimit): DiskRoutine<boolean> {
    let bytes = 0;
    for (let rows = 0; rows < limit.rows && bytes < limit.bytes; rows++) {
      const row = yield* source.next();
      if (row === undefined) return true;
      bytes += row.key.length + row.value.length;
      this.add(row);
    }
    return false;
  }

  /** Every row was added: the tree as of the moment at which the pass began. */
  end(): MerkleHashes {
    assert(!this.ended, 'a pass ends once');
    this.ended = true;
    this.onEnd(this.leaves);
    return new MerkleHashes(this.leaves);
  }
}
