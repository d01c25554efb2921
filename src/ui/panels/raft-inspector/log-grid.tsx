import { type KeyboardEvent, useRef, useState } from 'react';
import type { LogIndex, ShardId } from '../../../core/base/ids.ts';
import { shardName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { LaneHead } from './lane-head.tsx';
import { LogCellView } from './log-cell.tsx';
import type { LogCell, LogLane, LogTable } from './log-columns.ts';
import { endShowing, type LogExtent, nearest, type Place, placeAfter } from './log-window.ts';

interface Props {
  readonly table: LogTable;
  readonly extent: LogExtent;
  readonly shard: ShardId;
  /** How many votes win, in words. */
  readonly quorum: string;
  /** The last index shown; undefined = it follows the tail. */
  readonly end: LogIndex | undefined;
  readonly onScroll: (end: LogIndex | undefined) => void;
  readonly onOpen: (cell: LogCell) => void;
}

/** Lanes by index. One cell is the tab stop; arrow keys, Page Up and Down, Home and End move it, and the window with it. */
export function LogGrid({ table, extent, shard, quorum, end, onScroll, onOpen }: Props) {
  const grid = useRef<HTMLTableElement>(null);
  const [place, setPlace] = useState<Place>({ lane: 0, index: 0 });
  const stop = tabStop(place, table, extent);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || stop === undefined) return;
    const next = placeAfter(event.key, stop, extent);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setPlace(next);
    onScroll(endShowing(end, next.index, extent));
    // The cell may only be there after the window has moved.
    requestAnimationFrame(() => {
      const node = table.lanes[next.lane]?.node;
      grid.current?.querySelector<HTMLElement>(`[data-place="${node}/${next.index}"]`)?.focus();
    });
  };
  return (
    <table ref={grid} className="log-table" onKeyDown={onKeyDown}>
      <caption className="sr-only">
        Log of each replica of {shardName(shard)}, by index. Arrow keys, Home and End move from entry to entry, Enter
        opens one.
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="sr-only">Replica</span>
          </th>
          {table.indexes.map((index) => (
            <th key={index} scope="col" className={index === table.commitIndex ? 'commit-edge' : undefined}>
              {index}
              {index === table.commitIndex ? <span className="sr-only"> commit index</span> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.lanes.map((lane, at) => (
          <Lane
            key={lane.node}
            lane={lane}
            table={table}
            shard={shard}
            quorum={quorum}
            stop={stop?.lane === at ? stop.index : undefined}
            onOpen={(cell) => {
              setPlace({ lane: at, index: cell.index });
              onOpen(cell);
            }}
          />
        ))}
      </tbody>
    </table>
  );
}

interface LaneProps {
  readonly lane: LogLane;
  readonly table: LogTable;
  readonly shard: ShardId;
  /** How many votes win, in words. */
  readonly quorum: string;
  /** The index of the cell that Tab leads to; undefined: none in this lane. */
  readonly stop: LogIndex | undefined;
  readonly onOpen: (cell: LogCell) => void;
}

function Lane({ lane, table, shard, quorum, stop, onOpen }: LaneProps) {
  const selected = useAppState((state) => state.selectedNode === lane.node);
  const down = lane.state === 'down' || lane.state === 'crashed';
  return (
    <tr className={`lane${down ? ' lane-down' : ''}${selected ? ' lane-selected' : ''}`}>
      <LaneHead lane={lane} shard={shard} quorum={quorum} selected={selected} />
      {table.indexes.map((index, column) => {
        const cell = lane.cells[column];
        return (
          <td key={index} className={index === table.commitIndex ? 'commit-edge' : undefined}>
            <LogCellView
              lane={lane}
              cell={cell}
              index={index}
              isTabStop={stop === index}
              onOpen={() => {
                if (cell !== undefined) onOpen(cell);
              }}
            />
          </td>
        );
      })}
    </tr>
  );
}

/** The place that Tab leads to: where one was last if it is shown, else the newest entry shown of the first lane that has one. */
function tabStop(place: Place, table: LogTable, extent: LogExtent): Place | undefined {
  const first = table.indexes[0];
  const last = table.indexes.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const shown = (lane: number, index: number): Place | undefined => {
    const found = nearest(lane, Math.max(first, Math.min(last, index)), extent);
    return found !== undefined && found.index >= first && found.index <= last ? found : undefined;
  };
  const kept = place.index === 0 ? undefined : shown(place.lane, place.index);
  if (kept !== undefined) return kept;
  for (let lane = 0; lane < extent.lanes.length; lane++) {
    const found = shown(lane, last);
    if (found !== undefined) return found;
  }
  return undefined;
}
