import type { BlockCache } from '../block-cache.ts';
import { compareInternal, type InternalEntry } from '../internal-key.ts';
import { SSTable } from '../sstable.ts';
import { SSTableBuilder } from '../sstable-builder.ts';
import { decodeTableMeta, encodeTableMeta, extentKey } from '../table-meta.ts';
import type { MemoryDisk } from './memory-disk.ts';

/** A table of these entries, in small blocks and extents, written to the disk. */
export function writeTable(
  disk: MemoryDisk,
  cache: BlockCache,
  fileNumber: number,
  entries: readonly InternalEntry[],
): SSTable {
  const options = { blockBytes: 64, extentBytesMax: 100, bloomBitsPerKey: 10, createdUs: 7 };
  const builder = new SSTableBuilder(fileNumber, options);
  for (const each of [...entries].sort(internalOrder)) builder.add(each);
  const meta = builder.finish();
  const extents = builder.takeExtents();
  disk.transact(
    extents.map((value, i) => ({ type: 'put', store: 'sst', key: extentKey(fileNumber, i), value }) as const),
  );
  return new SSTable(decodeTableMeta(encodeTableMeta(meta), fileNumber), cache);
}

export const internalOrder = (a: InternalEntry, b: InternalEntry): number =>
  compareInternal(a.key, a.sequence, b.key, b.sequence);
