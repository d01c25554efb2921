import type { DiskRoutine } from '../base/disk.ts';
import type { PlannedTable } from './compaction-plan.ts';
import type { DropPolicy } from './drop-policy.ts';
import type { DropRule } from './drop-rule.ts';
import { type InternalEntry, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';
import { isSuperseded, newerTables } from './newer-tables.ts';
import type { SSTable } from './sstable.ts';
import { SSTableCursor } from './sstable-cursor.ts';
import type { Version } from './version.ts';

/** What was found out of a table. */
type Liveness =
  /** This entry of it lives, as far as the tables up to this sequence tell: while it does, nothing else of the table matters. */
  | { readonly type: 'live'; readonly witness: InternalEntry; readonly upTo: SequenceNumber }
  /** Nothing in it lives but, perhaps, rows of the owner's own. */
  | { readonly type: 'dead' }
  /** It holds rows of the owner's own and nothing else. */
  | { readonly type: 'own rows' };

export interface LivenessInput {
  readonly version: Version;
  readonly oldestSnapshot: SequenceNumber;
  readonly policy: DropPolicy;
  /** Keys of a replica that is gone. */
  readonly isDropped: (key: Uint8Array) => boolean;
  /** The rule for a compaction of this table alone. */
  ruleFor(input: PlannedTable): DropRule;
}

/**
 * Of each table, whether anything in it lives. A table's metadata cannot tell: filters have false positives, and what is dropped by mistake is lost.
 * So the table is read, up to the first entry that lives; it is read on from there when a newer table may have replaced that entry, or its replica is gone. What is dead
 * stays dead. Known in memory alone, and only of use: a compaction decides of each entry again.
 */
export class TableLiveness {
  private readonly known = new Map<number, Liveness>();
  /** The Version whose tables are being looked at, those of it that were read, and whether there are no more to read. */
  private version: Version | undefined;
  private readonly read = new Set<number>();
  private isSettled = false;

  of({ meta }: SSTable): Liveness['type'] | undefined {
    return this.known.get(meta.fileNumber)?.type;
  }

  /** To be run to its end: the next table of which it is not known, read. Undefined: all are known. */
  inspect(input: LivenessInput): DiskRoutine<void> | undefined {
    const { version } = input;
    if (this.version !== version) this.begin(version);
    if (this.isSettled) return undefined;
    const next = oldestFirst(version).find((each) => this.isOpen(each, input));
    if (next !== undefined) return this.look(next, input);
    this.isSettled = true;
    return undefined;
  }

  private begin(version: Version): void {
    this.version = version;
    this.isSettled = false;
    this.read.clear();
    const numbers = new Set(version.tables.map(({ meta }) => meta.fileNumber));
    for (const number of this.known.keys()) if (!numbers.has(number)) this.known.delete(number);
  }

  private isOpen(planned: PlannedTable, { version, isDropped, ruleFor }: LivenessInput): boolean {
    const { fileNumber } = planned.table.meta;
    const known = this.known.get(fileNumber);
    if (known === undefined) return true;
    if (known.type !== 'live' || this.read.has(fileNumber)) return false;
    const { witness, upTo } = known;
    if (isDropped(witness.key)) return true;
    const isNew = ({ meta }: SSTable): boolean => meta.largestSequence > upTo;
    if (newerTables(version, planned).some((table) => isNew(table) && table.mayContain(witness.key))) return true;
    // A tombstone lives as long as there is something that it hides.
    return witness.type === VALUE_TYPE.tombstone && ruleFor(planned).apply(witness) === undefined;
  }

  private *look(planned: PlannedTable, input: LivenessInput): DiskRoutine<void> {
    const { version, oldestSnapshot, policy, ruleFor } = input;
    const { fileNumber } = planned.table.meta;
    const before = this.known.get(fileNumber);
    this.read.add(fileNumber);
    const newer = newerTables(version, planned);
    const rule = ruleFor(planned);
    const cursor = new SSTableCursor(planned.table, undefined, input.isDropped);
    if (before?.type === 'live') cursor.seek(before.witness.key);
    else cursor.seekToFirst();
    let onlyOwnRows = before === undefined;
    for (;;) {
      if (cursor.pending) yield* cursor.load();
      const { entry } = cursor;
      if (entry === undefined) break;
      if (!policy.isOwnRow(entry)) {
        onlyOwnRows = false;
        const kept = rule.apply(entry);
        if (kept !== undefined && !(yield* isSuperseded(newer, kept.key, oldestSnapshot))) {
          const upTo = Math.min(version.levels[0]?.[0]?.meta.largestSequence ?? 0, oldestSnapshot);
          this.known.set(fileNumber, { type: 'live', witness: copyOf(kept), upTo });
          return;
        }
      }
      cursor.next();
    }
    this.known.set(fileNumber, { type: onlyOwnRows ? 'own rows' : 'dead' });
  }
}

/** Level by level from the deepest, in L0 from the oldest. */
export const oldestFirst = ({ levels }: Version): readonly PlannedTable[] =>
  levels.flatMap((tables, level) => tables.map((table) => ({ level, table }))).reverse();

/** A view would keep a whole block in memory. */
const copyOf = ({ key, sequence, type }: InternalEntry): InternalEntry => ({
  key: key.slice(),
  sequence,
  type,
  value: new Uint8Array(0),
});
