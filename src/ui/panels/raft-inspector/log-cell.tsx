import type { CSSProperties } from 'react';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { termFill, termStroke } from '../../theme/palette.ts';
import { type LogCell, type LogLane, STATE_WORDS } from './log-columns.ts';

interface Props {
  readonly lane: LogLane;
  readonly cell: LogCell | undefined;
  readonly index: number;
  readonly isTabStop: boolean;
  readonly onOpen: () => void;
}

/** One entry, as a button that opens it; below it where the leader believes this follower to be. */
export function LogCellView({ lane, cell, index, isTabStop, onOpen }: Props) {
  return (
    <>
      {cell === undefined ? (
        <span className="cell-none">
          <span className="sr-only">nothing</span>
        </span>
      ) : (
        <button
          type="button"
          className={`cell cell-${cell.state}${cell.conflicts ? ' cell-conflict' : ''}`}
          style={{ '--tint': termFill(cell.term), '--tint-stroke': termStroke(cell.term) } as CSSProperties}
          title={`${index}: ${cell.title}, term ${cell.term}, ${stateWords(cell)}`}
          aria-haspopup="dialog"
          tabIndex={isTabStop ? 0 : -1}
          data-place={`${lane.node}/${index}`}
          onClick={onOpen}
        >
          <span className="cell-label">{cell.label}</span>
          <span className="cell-term mono">
            {cell.conflicts ? <span aria-hidden="true">≠</span> : null}t{cell.term}
          </span>
          <span className="sr-only">
            {nodeName(lane.node)}, index {index}, {stateWords(cell)}
          </span>
        </button>
      )}
      <span className="cell-marks" aria-hidden="true">
        {lane.progress?.matchIndex === index ? '▲' : ''}
        {lane.progress?.nextIndex === index ? '▽' : ''}
      </span>
    </>
  );
}

const stateWords = (cell: LogCell): string =>
  cell.conflicts ? `${STATE_WORDS[cell.state]}; the leader holds another entry here` : STATE_WORDS[cell.state];
