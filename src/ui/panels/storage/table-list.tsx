import './table-list.css';
import { useState } from 'react';
import { showSize } from '../../../console/show.ts';
import type { Micros } from '../../../core/base/ids.ts';
import type { EngineReport, TableReport } from '../../../core/lsm/engine-report.ts';
import { groupDigits, keyRangeText } from './storage-words.ts';
import { ageText, filterText } from './table-facts.tsx';

interface Props {
  readonly engine: EngineReport;
  readonly timeUs: Micros;
  readonly onOpen: (table: TableReport) => void;
}

/** Every table as a line: the levels for who cannot see or hit the bars. */
export function TableList({ engine, timeUs, onOpen }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const tables = engine.levels.flatMap((level) => level.tables);
  if (tables.length === 0) return null;
  return (
    <details className="table-list" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{tables.length === 1 ? 'The table' : `All ${tables.length} tables`} as a list</summary>
      <ul>
        {(isOpen ? tables : []).map((table) => (
          <li key={table.fileNumber}>
            <button type="button" className="table-line" onClick={() => onOpen(table)}>
              <b>
                L{table.level} · {table.fileNumber}
              </b>
              <span className="mono">{keyRangeText(table)}</span>
              <span className="dim">
                {groupDigits(table.entries)} entries, {showSize(table.bytes)}, {ageText(table, timeUs)},{' '}
                {filterText(table)}
                {table.beingCompacted ? ', being compacted' : ''}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
