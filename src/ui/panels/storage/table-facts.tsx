import { plural, showDuration, showSize } from '../../../console/show.ts';
import type { Micros } from '../../../core/base/ids.ts';
import type { TableReport } from '../../../core/lsm/engine-report.ts';
import { groupDigits, keyRangeText } from './storage-words.ts';

interface Props {
  /** Undefined: nobody points at one. */
  readonly table: TableReport | undefined;
  readonly timeUs: Micros;
  /** There is no table to point at. */
  readonly none: boolean;
}

/** The table that is pointed at, in words: always of the same height, so that nothing below it moves. */
export function TableFacts({ table, timeUs, none }: Props) {
  if (table === undefined) {
    return (
      <p className="table-facts dim">
        {none ? 'No tables yet.' : 'Point at a table for its facts; open it for its blocks, filter and entries.'}
      </p>
    );
  }
  const { fileNumber, level, bytes, blocks, entries, tombstones, smallestSequence, largestSequence } = table;
  return (
    <p className="table-facts">
      <b>
        Table {fileNumber}, L{level}
      </b>{' '}
      <span className="mono">{keyRangeText(table)}</span> · {groupDigits(entries)} entries
      {tombstones === 0 ? '' : `, ${plural(tombstones, 'tombstone')}`} · {showSize(bytes)} in {plural(blocks, 'block')}{' '}
      · sequences {groupDigits(smallestSequence)}–{groupDigits(largestSequence)} · {filterText(table)} ·{' '}
      {ageText(table, timeUs)}
    </p>
  );
}

export const filterText = ({ bloomBits, bloomProbes }: TableReport): string =>
  `filter ${groupDigits(bloomBits)} bits, ${plural(bloomProbes, 'probe')}`;

/** By the node's clock, which may be off: so it is about. */
export const ageText = ({ createdUs }: TableReport, timeUs: Micros): string =>
  `about ${showDuration(Math.max(0, timeUs - createdUs))} old`;
