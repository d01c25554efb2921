import { type KeyboardEvent, useRef, useState } from 'react';
import type { Dial } from '../../../console/session.ts';
import { dialWords, READ_ROWS, READ_TRIPS, tripsText, WRITE_COLUMNS, WRITE_TRIPS } from './dial-words.ts';
import { type GridPlace, gridStep } from './grid-step.ts';

interface Props {
  /** What is chosen. */
  readonly dial: Dial;
  /** The id of what tells about the cell that is pointed at. */
  readonly describedBy: string;
  /** With the pointer or the focus; undefined: at none any more. */
  readonly onPoint: (dial: Dial | undefined) => void;
  readonly onChoose: (dial: Dial) => void;
}

/** One stop for Tab; the arrow keys go through the cells, Enter chooses. */
export function DialGrid({ dial, describedBy, onPoint, onChoose }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<GridPlace>({
    row: READ_ROWS.indexOf(dial.read),
    column: WRITE_COLUMNS.indexOf(dial.write),
  });
  const onKeyDown = (event: KeyboardEvent, here: GridPlace, choose: () => void) => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const next = gridStep(here, event.key, event.ctrlKey, READ_ROWS.length, WRITE_COLUMNS.length);
    if (next !== undefined)
      table.current?.querySelector<HTMLElement>(`[data-place="${next.row},${next.column}"]`)?.focus();
    else if (event.key === 'Enter' || event.key === ' ') choose();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: cells that are gone through and chosen
    <table ref={table} role="grid" aria-label="W and R" className="dial-grid" onMouseLeave={() => onPoint(undefined)}>
      <thead>
        <tr>
          <td />
          {WRITE_COLUMNS.map((write) => (
            <th key={write} scope="col">
              W={write} <span className="dial-trips">{tripsText(WRITE_TRIPS[write])}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {READ_ROWS.map((read, row) => (
          <tr key={read}>
            <th scope="row">
              R={read} <span className="dial-trips">{tripsText(READ_TRIPS[read])}</span>
            </th>
            {WRITE_COLUMNS.map((write, column) => {
              const { word, sign } = dialWords(read, write);
              const here = { row, column };
              const isStop = place.row === row && place.column === column;
              const choose = () => onChoose({ read, write });
              return (
                <td
                  key={write}
                  // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: see above
                  role="gridcell"
                  className="dial-cell"
                  data-sign={sign}
                  data-place={`${row},${column}`}
                  data-first={isStop ? '' : undefined}
                  tabIndex={isStop ? 0 : -1}
                  aria-selected={read === dial.read && write === dial.write}
                  aria-describedby={isStop ? describedBy : undefined}
                  onFocus={() => {
                    setPlace(here);
                    onPoint({ read, write });
                  }}
                  onBlur={() => onPoint(undefined)}
                  onMouseEnter={() => onPoint({ read, write })}
                  onKeyDown={(event) => onKeyDown(event, here, choose)}
                  onClick={choose}
                >
                  <span aria-hidden="true" className="dial-sign">
                    {sign}
                  </span>{' '}
                  {word}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
