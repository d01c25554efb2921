import { assert } from '../base/assert.ts';
import type { Block } from './block.ts';

const BLOCKS_PER_TABLE_MAX = 1 << 20;

/** What the cache holds, and what came of asking it since the store was opened. */
export interface BlockCacheStatistics {
  readonly blocks: number;
  readonly bytes: number;
  readonly bytesMax: number;
  readonly hits: number;
  readonly misses: number;
  /** Blocks that had to go for others. */
  readonly evictions: number;
}

/** Blocks in memory, bounded by bytes; the least recently used goes first. */
export class BlockCache {
  readonly bytesMax: number;
  private bytes = 0;
  private hits = 0;
  private misses = 0;
  private evictions = 0;
  /** Least recently used first: a Map keeps the order of insertion, and a hit inserts again. */
  private readonly blocks = new Map<number, Block>();

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get statistics(): BlockCacheStatistics {
    const { bytes, bytesMax, hits, misses, evictions } = this;
    return { blocks: this.blocks.size, bytes, bytesMax, hits, misses, evictions };
  }

  get(fileNumber: number, ordinal: number): Block | undefined {
    const key = cacheKey(fileNumber, ordinal);
    const block = this.blocks.get(key);
    if (block === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    this.blocks.delete(key);
    this.blocks.set(key, block);
    return block;
  }

  set(fileNumber: number, ordinal: number, block: Block): void {
    if (block.bytes.length > this.bytesMax) return;
    const key = cacheKey(fileNumber, ordinal);
    // Two reads may have fetched the same block at once.
    const before = this.blocks.get(key);
    if (before !== undefined) this.remove(key, before);
    this.blocks.set(key, block);
    this.bytes += block.bytes.length;
    for (const [oldest, candidate] of this.blocks) {
      if (this.bytes <= this.bytesMax) break;
      this.remove(oldest, candidate);
      this.evictions++;
    }
    assert(this.bytes <= this.bytesMax, 'the cache stays within its bytes');
  }

  private remove(key: number, block: Block): void {
    this.blocks.delete(key);
    this.bytes -= block.bytes.length;
  }
}

/** File numbers are never reused, so an entry can never be of another table. */
function cacheKey(fileNumber: number, ordinal: number): number {
  assert(ordinal >= 0 && ordinal < BLOCKS_PER_TABLE_MAX, 'a table has fewer than 2^20 blocks');
  return fileNumber * BLOCKS_PER_TABLE_MAX + ordinal;
}
