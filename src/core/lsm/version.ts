import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { Cursor } from './cursor.ts';
import type { InternalEntry, SequenceNumber } from './internal-key.ts';
import { firstReaching, LevelCursor } from './level-cursor.ts';
import { LEVELS } from './levels.ts';
import { type LookupReport, newTableLookup } from './lookup-report.ts';
import { mayReach, type ScanRange } from './scan-range.ts';
import type { SSTable } from './sstable.ts';

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
        const lookup = report === undefined ? undefined : newTableLookup(level, table.meta.fileNumber);
        if (lookup !== undefined) report?.steps.push(lookup);
        if (!table.mayContain(key, lookup)) continue;
        const found = yield* table.get(key, atSequence, lookup);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Over the tables whose keys reach into the range: one per table of L0, one per deeper level. */
  cursors(range: ScanRange): Cursor[] {
    const cursors: Cursor[] = [];
    for (const [level, tables] of this.levels.entries()) {
      const reaching = tables.filter(({ meta }) => mayReach(range, meta.smallestKey, meta.largestKey));
      if (level === 0) cursors.push(...reaching.map((table) => table.cursor(range)));
      else if (reaching.length > 0) cursors.push(new LevelCursor(reaching, range));
    }
    return cursors;
  }

  get tables(): readonly SSTable[] {
    return this.levels.flat();
  }
}

/** The one table of a sorted, disjoint level that can have this key. */
export function tableOf(tables: readonly SSTable[], key: Uint8Array): readonly SSTable[] {
  const at = firstReaching(tables, key);
  return tables.slice(at, at + 1);
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
