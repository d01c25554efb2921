import type { CompactionReason, CompactionStyle } from './compaction-style.ts';
import type { SSTable } from './sstable.ts';
import type { CompactPointer } from './version-edit.ts';

export interface PlannedTable {
  readonly level: number;
  readonly table: SSTable;
}

/** What is to be compacted: `inputs` leave the Version, what is left of them enters `outputLevel`. */
export interface CompactionPlan {
  /** `move`: the one input is fit for the output level as it is. `delete`: the inputs are of replicas that are gone; they are not read. */
  readonly kind: 'merge' | 'move' | 'delete';
  readonly style: CompactionStyle;
  readonly reason: CompactionReason;
  /** The smallest level of the inputs. */
  readonly level: number;
  readonly outputLevel: number;
  /** All of L0 newest first, then level by level, each ascending. */
  readonly inputs: readonly PlannedTable[];
  /** Tables of the level below the output's that its outputs may overlap, ascending. */
  readonly grandparents: readonly SSTable[];
  /** An output table ends here. L0 takes one table per run, whatever its size. */
  readonly tableBytesMax: number;
  readonly pointer: CompactPointer | undefined;
}
