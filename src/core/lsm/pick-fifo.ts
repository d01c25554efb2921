import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import { oldestFirst, type TableLiveness } from './table-liveness.ts';
import type { Version } from './version.ts';

/**
 * The oldest tables in which nothing lives. In L0 those that follow each other in age go together, so that what is carried over of the owner's
 * rows becomes one small table and not many. Undefined: there are fewer tables than `trigger`, or something lives in each.
 */
export function pickFifo(
  version: Version,
  liveness: Pick<TableLiveness, 'of'>,
  trigger: number,
): CompactionPlan | undefined {
  const tables = oldestFirst(version);
  if (tables.length < trigger) return undefined;
  const first = tables.findIndex(({ table }) => liveness.of(table) === 'dead');
  const oldest = tables[first];
  if (oldest === undefined) return undefined;
  if (oldest.level > 0) return planOf([oldest]);
  const goes = ({ level, table }: PlannedTable): boolean =>
    level === 0 && ['dead', 'own rows'].includes(liveness.of(table) ?? '');
  const from = tables.findLastIndex((each, i) => i < first && !goes(each)) + 1;
  const behind = tables.findIndex((each, i) => i > first && !goes(each));
  return planOf(tables.slice(from, behind < 0 ? undefined : behind));
}

/** @param tables oldest first, of one level */
function planOf(tables: readonly PlannedTable[]): CompactionPlan {
  const level = tables[0]?.level ?? 0;
  return {
    kind: 'merge',
    style: 'fifo',
    reason: 'nothing lives',
    level,
    outputLevel: level,
    inputs: tables.toReversed(),
    grandparents: [],
    tableBytesMax: Number.MAX_SAFE_INTEGER,
    pointer: undefined,
  };
}
