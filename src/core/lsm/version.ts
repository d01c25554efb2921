import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { Cursor } from './cursor.ts';
import type { InternalEntry, SequenceNumber } from './internal-key.ts';
import type { LookupReport } from './lookup-report.ts';
import type { SSTable } from './sstable.ts';

/** L0 … L6. */
export const LEVELS = 7;

/**
 * A set of tables that belongs together; never changed, so that a reader may keep it while newer ones are made.
 * L0 is ordered newest (largest sequence) first and may overlap in keys; in each deeper level tables ascend and are disjoint in keys;
 * of two versions of a key, the newer is in the smaller level or, within L0, in the newer table. File numbers say nothing about age: a
 * merge inside L0 gives older entries a newer number.
 */
export class Version {
  static readonly empty = new Version(Array.from({ length: LEVELS }, () => []));
  readonly levels: readonly (readonly SSTable[])[];

  private constructor(levels: readonly (readonly SSTable[])[]) {
    this.levels = levels;
    assertOrdered(levels[0] ?? []);
    for (const level of levels.slice(1)) assertDisjoint(level);
  }

  with(
    added: readonly { level: number; table: SSTable }[],
    deleted: readonly { level: number; fileNumber: number }[],
  ): Version {
    const levels = this.levels.map((tables, level) => {
      const gone = new Set(deleted.filter((d) => d.level === level).map((d) => d.fileNumber));
      const kept = tables.filter((table) => !gone.has(table.meta.fileNumber));
      const merged = [...kept, ...added.filter((a) => a.level === level).map((a) => a.table)];
      return merged.sort(level === 0 ? newestFirst : bySmallestKey);
    });
    return new Version(levels);
  }

  /** The newest version of the key at or below `atSequence`; it may be a tombstone, which ends the search as well. */
  *get(key: Uint8Array, atSequence: SequenceNumber, report?: LookupReport): DiskRoutine<InternalEntry | undefined> {
    for (const [level, tables] of this.levels.entries()) {
      for (const table of level === 0 ? tables : tableOf(tables, key)) {
        if (!table.mayContain(key, report)) continue;
        const found = yield* table.get(key, atSequence, report);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** One per table whose keys reach into [from, to). */
  cursors(from: Uint8Array, to: Uint8Array): Cursor[] {
    const cursors: Cursor[] = [];
    for (const tables of this.levels) {
      for (const table of tables) {
        const { smallestKey, largestKey } = table.meta;
        if (compareBytes(largestKey, from) >= 0 && compareBytes(smallestKey, to) < 0) cursors.push(table.cursor());
      }
    }
    return cursors;
  }
}

/** The one table of a sorted, disjoint level that can have this key. */
export function tableOf(tables: readonly SSTable[], key: Uint8Array): readonly SSTable[] {
  let low = 0;
  let high = tables.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes((tables[middle] as SSTable).meta.largestKey, key) < 0) low = middle + 1;
    else high = middle;
  }
  return tables.slice(low, low + 1);
}

function assertDisjoint(tables: readonly SSTable[]): void {
  for (let i = 1; i < tables.length; i++) {
    const [before, after] = [tables[i - 1] as SSTable, tables[i] as SSTable];
    assert(
      compareBytes(before.meta.largestKey, after.meta.smallestKey) < 0,
      `tables ${before.meta.fileNumber} and ${after.meta.fileNumber} overlap below L0`,
    );
  }
}

/** Tables of L0 were written one after the other: none holds a sequence between two of another one's. */
function assertOrdered(newestFirst: readonly SSTable[]): void {
  for (let i = 1; i < newestFirst.length; i++) {
    const [newer, older] = [newestFirst[i - 1] as SSTable, newestFirst[i] as SSTable];
    assert(
      older.meta.largestSequence < newer.meta.smallestSequence,
      `tables ${newer.meta.fileNumber} and ${older.meta.fileNumber} of L0 are not one older than the other`,
    );
  }
}

const newestFirst = (a: SSTable, b: SSTable): number => b.meta.largestSequence - a.meta.largestSequence;
const bySmallestKey = (a: SSTable, b: SSTable): number => compareBytes(a.meta.smallestKey, b.meta.smallestKey);
