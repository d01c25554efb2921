/** Where a point read found its key, and what it had to look into. Filled while the read runs. */
export interface LookupReport {
  found: 'MemTable' | 'immutable MemTable' | 'SSTable' | 'nowhere';
  /** Of the SSTable; 0 for everything else. */
  fileNumber: number;
  /** SSTables whose key range holds the key and whose Bloom filter said no. */
  bloomSkipped: number;
  /** Blocks looked into, and how many of them came from disk. */
  blocks: number;
  blocksRead: number;
}

export const newLookupReport = (): LookupReport => ({
  found: 'nowhere',
  fileNumber: 0,
  bloomSkipped: 0,
  blocks: 0,
  blocksRead: 0,
});
