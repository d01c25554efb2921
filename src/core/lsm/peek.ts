import type { DiskRoutine } from '../base/disk.ts';
import { BlockCursor } from './block.ts';
import { type InternalEntry, isOfSameReplica, type SequenceNumber } from './internal-key.ts';
import type { MemTable } from './mem-table.ts';
import { blockOf, readExtent } from './read-block.ts';
import type { Version } from './version.ts';

/**
 * The newest version of a key, read past the cache and the statistics: whoever looks changes nothing. Every table that may have the key is read, so
 * that the order of tables does not matter. Throws CorruptBlock.
 */
export function* peek(
  memTables: readonly MemTable[],
  version: Version,
  key: Uint8Array,
  atSequence: SequenceNumber,
): DiskRoutine<InternalEntry | undefined> {
  let newest: InternalEntry | undefined;
  for (const memTable of memTables) newest = newer(newest, memTable.get(key, atSequence));
  for (const table of version.tables) {
    if (!table.mayContain(key)) continue;
    const { meta } = table;
    const ordinal = table.findBlock(key, atSequence);
    const line = meta.index[ordinal];
    if (line === undefined || !isOfSameReplica(line.separator, key)) continue;
    const extent = yield* readExtent(meta.fileNumber, line.handle.extent);
    const cursor = new BlockCursor(blockOf(meta, ordinal, extent, false));
    cursor.seek(key, atSequence);
    if (cursor.entry !== undefined && String(cursor.entry.key) === String(key)) newest = newer(newest, cursor.entry);
  }
  return newest;
}

const newer = (a: InternalEntry | undefined, b: InternalEntry | undefined): InternalEntry | undefined =>
  a === undefined || (b !== undefined && b.sequence > a.sequence) ? b : a;
