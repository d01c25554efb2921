import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { type GridPlace, gridStep } from './grid-step.ts';

/** The name of a row or a column, and what is said below it. */
export interface GridHead {
  readonly name: string;
  readonly below: string;
}

export interface GridCell {
  /** Tells the kinds apart for the style. */
  readonly sign: string;
  readonly content: ReactNode;
}

interface Props {
  readonly label: string;
  readonly rows: readonly GridHead[];
  readonly columns: readonly GridHead[];
  readonly cellOf: (place: GridPlace) => GridCell;
  /** What is chosen. */
  readonly chosen: GridPlace;
  /** The id of what tells about the cell that is pointed at. */
  readonly describedBy: string;
  /** With the pointer or the focus; undefined: at none any more. */
  readonly onPoint: (place: GridPlace | undefined) => void;
  readonly onChoose: (place: GridPlace) => void;
}

/** One stop for Tab; the arrow keys go through the cells, Enter chooses. */
export function DialGrid({ label, rows, columns, cellOf, chosen, describedBy, onPoint, onChoose }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [stop, setStop] = useState(chosen);
  const onKeyDown = (event: KeyboardEvent, here: GridPlace) => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const next = gridStep(here, event.key, event.ctrlKey, rows.length, columns.length);
    if (next !== undefined)
      table.current?.querySelector<HTMLElement>(`[data-place="${next.row},${next.column}"]`)?.focus();
    else if (event.key === 'Enter' || event.key === ' ') onChoose(here);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: cells that are gone through and chosen
    <table ref={table} role="grid" aria-label={label} className="dial-grid" onMouseLeave={() => onPoint(undefined)}>
      <thead>
        <tr>
          <td />
          {columns.map(({ name, below }) => (
            <th key={name} scope="col">
              {name} <span className="dial-trips">{below}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, below }, row) => (
          <tr key={name}>
            <th scope="row">
              {name} <span className="dial-trips">{below}</span>
            </th>
            {columns.map(({ name: of }, column) => {
              const here = { row, column };
              const { sign, content } = cellOf(here);
              const isStop = stop.row === row && stop.column === column;
              return (
                <td
                  key={of}
                  // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: see above
                  role="gridcell"
                  className="dial-cell"
                  data-sign={sign}
                  data-place={`${row},${column}`}
                  data-first={isStop ? '' : undefined}
                  tabIndex={isStop ? 0 : -1}
                  aria-selected={row === chosen.row && column === chosen.column}
                  aria-describedby={isStop ? describedBy : undefined}
                  onFocus={() => {
                    setStop(here);
                    onPoint(here);
                  }}
                  onBlur={() => onPoint(undefined)}
                  onMouseEnter={() => onPoint(here)}
                  onKeyDown={(event) => onKeyDown(event, here)}
                  onClick={() => onChoose(here)}
                >
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
