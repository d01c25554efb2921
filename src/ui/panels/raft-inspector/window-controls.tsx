import { LOG_WINDOW } from '../../store/view-model.ts';
import type { LogTable } from './log-columns.ts';

interface Props {
  readonly table: LogTable;
  readonly columns: number;
  /** The window moves with the tail. */
  readonly following: boolean;
  readonly onMove: (steps: number) => void;
}

/** Which part of the logs is shown: what lies before and after it, and how to get there. */
export function WindowControls({ table, columns, following, onMove }: Props) {
  const first = table.indexes[0] ?? 0;
  const last = table.indexes.at(-1) ?? 0;
  const earlier = Math.max(0, first - 1);
  const atStart = first <= table.firstIndex;
  const later = table.lastIndex - last;
  const whole = atStart && earlier === 0 && following;
  return (
    <div className="log-window">
      {whole ? (
        <span className="dim">the whole log</span>
      ) : (
        <button
          type="button"
          className="window-button"
          disabled={atStart}
          title={
            atStart && earlier > 0
              ? `Of what a log still holds the page keeps the last ${LOG_WINDOW} entries.`
              : undefined
          }
          onClick={() => onMove(1 - columns)}
        >
          <span aria-hidden="true">‹</span> … {earlier} earlier
        </button>
      )}
      <span className="log-commit ok">{table.commitIndex > 0 ? `commit ${table.commitIndex}` : ''}</span>
      {later > 0 ? (
        <button type="button" className="window-button" onClick={() => onMove(columns - 1)}>
          {later} later <span aria-hidden="true">›</span>
        </button>
      ) : null}
      {whole || following ? null : (
        <button type="button" className="window-button" onClick={() => onMove(Number.MAX_SAFE_INTEGER)}>
          to the tail
        </button>
      )}
    </div>
  );
}
