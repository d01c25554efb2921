import type { DiskRoutine } from '../base/disk.ts';
import type { PlannedTable } from './compaction-plan.ts';
import type { SequenceNumber } from './internal-key.ts';
import type { SSTable } from './sstable.ts';
import type { Version } from './version.ts';

/** The tables in which a read looks before it comes to this one: all that they hold of a key is newer. Newest first. */
export function newerTables({ levels }: Version, { level, table }: PlannedTable): readonly SSTable[] {
  const [l0 = [], ...deeper] = levels;
  if (level === 0) return l0.slice(0, l0.indexOf(table));
  return [...l0, ...deeper.slice(0, level - 1).flat()];
}

/**
 * Whether every reader from `oldestSnapshot` on finds another version of the key in one of these tables. Filters rule most of them out; one that
 * says "maybe" is asked, so that no wrong "maybe" passes for a newer version. MemTables do not count: a crash takes them, and then this
 * version would be the newest again.
 */
export function* isSuperseded(
  newer: readonly SSTable[],
  key: Uint8Array,
  oldestSnapshot: SequenceNumber,
): DiskRoutine<boolean> {
  for (const table of newer) {
    if (!table.mayContain(key)) continue;
    if ((yield* table.get(key, oldestSnapshot)) !== undefined) return true;
  }
  return false;
}
