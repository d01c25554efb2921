import type { EngineReport, LevelReport, TableReport } from '../../../core/lsm/engine-report.ts';
import type { StorageJob } from '../../store/view-model.ts';
import type { KeyAxis, Span } from './key-axis.ts';

/** One level as drawn: its tables in rows within which nothing overlaps. */
export interface LevelRows {
  readonly level: LevelReport;
  /** L0: a table a row, newest first. Below it: one row. Never without a row. */
  readonly rows: readonly (readonly PlacedTable[])[];
  /** What a compaction is writing into this level. */
  readonly writing: Span | undefined;
}

export interface PlacedTable extends Span {
  readonly table: TableReport;
}

/** L0, every level with tables, and the one below the last of them: where things will go next. */
export function levelRows(
  { levels }: EngineReport,
  axis: KeyAxis,
  running: StorageJob | undefined,
): readonly LevelRows[] {
  const deepest = levels.findLastIndex(({ tables }) => tables.length > 0);
  const shown = levels.slice(0, Math.max(deepest + 1, running?.outputLevel ?? 0, 1) + 1);
  return shown.map((level) => {
    const placed = level.tables.map((table) => ({ table, ...axis.span(table.smallestKey, table.largestKey) }));
    const rows = level.level === 0 ? placed.map((each) => [each]) : [placed];
    return { level, rows: rows.length === 0 ? [[]] : rows, writing: writingSpan(level.level, levels, axis, running) };
  });
}

/** The range of the inputs is that of the outputs. */
function writingSpan(
  level: number,
  levels: readonly LevelReport[],
  axis: KeyAxis,
  running: StorageJob | undefined,
): Span | undefined {
  if (running === undefined || running.kind !== 'compaction' || running.outputLevel !== level) return undefined;
  const numbers = new Set(running.inputs.map(({ fileNumber }) => fileNumber));
  const spans = levels
    .flatMap(({ tables }) => tables)
    .filter(({ fileNumber }) => numbers.has(fileNumber))
    .map(({ smallestKey, largestKey }) => axis.span(smallestKey, largestKey));
  if (spans.length === 0) return undefined;
  return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) };
}

/** Every key at which something begins or ends. */
export const boundaryKeys = ({ levels }: EngineReport): readonly Uint8Array[] =>
  levels.flatMap(({ tables }) => tables.flatMap(({ smallestKey, largestKey }) => [smallestKey, largestKey]));
