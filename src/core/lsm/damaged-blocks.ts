import { must } from '../base/assert.ts';
import type { CorruptBlock } from './corrupt-store.ts';
import type { SSTable } from './sstable.ts';

/**
 * Blocks that could not be read, as far as anybody tried. Known in memory alone: whoever needs one after a restart finds the same. What it was of is
 * lost here, so a compaction waits until its replica is gone: then the block goes unread.
 */
export class DamagedBlocks {
  private readonly blocks = new Map<number, Set<number>>();
  private readonly isGone: (key: Uint8Array) => boolean;

  /** @param isGone of a key's replica */
  constructor(isGone: (key: Uint8Array) => boolean) {
    this.isGone = isGone;
  }

  /** @returns whether it was not known yet */
  add({ fileNumber, block }: Pick<CorruptBlock, 'fileNumber' | 'block'>): boolean {
    const blocks = this.blocks.get(fileNumber) ?? new Set();
    this.blocks.set(fileNumber, blocks);
    if (blocks.has(block)) return false;
    blocks.add(block);
    return true;
  }

  /** Whether something of a replica that is still here cannot be read in this table. */
  isIn({ meta }: SSTable): boolean {
    const blocks = this.blocks.get(meta.fileNumber);
    if (blocks === undefined) return false;
    for (const block of blocks)
      if (!this.isGone(must(meta.index[block], 'a block within the index').separator)) return true;
    return false;
  }
}
