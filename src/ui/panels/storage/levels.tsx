import './levels.css';
import { type KeyboardEvent, memo, useCallback, useRef, useState } from 'react';
import { plural, showSize } from '../../../console/show.ts';
import type { LevelReport, TableReport } from '../../../core/lsm/engine-report.ts';
import type { StorageJob } from '../../store/view-model.ts';
import type { KeyAxis } from './key-axis.ts';
import { KeyScale } from './key-scale.tsx';
import { type LevelRows, levelRows, type PlacedTable } from './level-rows.ts';
import type { ReadStops, TableStop } from './read-stops.ts';
import { Stop } from './stop.tsx';
import { jobProgress, jobTitle, keyRangeText } from './storage-words.ts';
import { TableFacts } from './table-facts.tsx';
import type { StorageState } from './use-storage.ts';

interface Props {
  readonly state: StorageState;
  readonly axis: KeyAxis;
  readonly stops: ReadStops;
  /** The read's key on the axis, and as text; undefined: none to show. */
  readonly sought: { readonly key: Uint8Array; readonly text: string } | undefined;
  readonly running: StorageJob | undefined;
  readonly onOpen: (table: TableReport) => void;
}

/** All levels over one axis of keys: what overlaps in L0 and what is disjoint below; the read's key is one line through all of them. */
export function Levels({ state, axis, stops, sought, running, onOpen }: Props) {
  const { engine } = state.report;
  const box = useRef<HTMLElement>(null);
  const [pointed, setPointed] = useState<number>();
  const [stop, setStop] = useState<number>();
  const levels = levelRows(engine, axis, running);
  const tables = engine.levels.flatMap((level) => level.tables);
  const shown = tables.find(({ fileNumber }) => fileNumber === pointed);
  const tabStop = tables.some(({ fileNumber }) => fileNumber === stop) ? stop : tables[0]?.fileNumber;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = nextTable(event, tables, tabStop);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setStop(to);
    box.current?.querySelector<HTMLElement>(`[data-table="${to}"]`)?.focus();
  };
  const openTable = useCallback(
    (table: TableReport) => {
      setStop(table.fileNumber);
      onOpen(table);
    },
    [onOpen],
  );
  const point = sought === undefined ? undefined : axis.slot(sought.key);
  return (
    <section ref={box} className="levels" aria-label="Levels" onKeyDown={onKeyDown}>
      <KeyScale axis={axis} sought={point && sought && { at: (point.from + point.to) / 2, text: sought.text }} />
      <div className="levels-body">
        {point === undefined || stops.tables.size === 0 ? null : (
          <div className="key-line-room" aria-hidden="true">
            <div className="key-line" style={{ left: `${((point.from + point.to) / 2) * 100}%` }} />
          </div>
        )}
        {levels.map((rows) => (
          <Level key={rows.level.level} rows={rows} running={running}>
            {(placed) => (
              <TableBar
                key={placed.table.fileNumber}
                placed={placed}
                fresh={state.fresh.has(placed.table.fileNumber)}
                stop={stops.tables.get(placed.table.fileNumber)}
                isTabStop={tabStop === placed.table.fileNumber}
                onPoint={setPointed}
                onOpen={openTable}
                keyAt={point === undefined ? undefined : (point.from + point.to) / 2}
              />
            )}
          </Level>
        ))}
      </div>
      <TableFacts table={shown} timeUs={state.timeUs} none={tables.length === 0} />
    </section>
  );
}

interface LevelProps {
  readonly rows: LevelRows;
  readonly running: StorageJob | undefined;
  readonly children: (placed: PlacedTable) => React.ReactNode;
}

function Level({ rows: { level, rows, writing }, running, children }: LevelProps) {
  const due = level.score >= 1;
  const progress = running === undefined ? undefined : jobProgress(running);
  return (
    <div className="level">
      <p className="level-head">
        <span className="level-name">L{level.level}</span>{' '}
        <span className="level-facts">
          {fillText(level)}
          {due ? <span className="warn"> due</span> : null}
        </span>
      </p>
      <div className="level-rows">
        {rows.map((row, i) => (
          <div
            key={row[0]?.table.fileNumber ?? `none ${i}`}
            className={row.length === 0 ? 'level-row level-empty' : 'level-row'}
          >
            {row.length === 0 && writing === undefined ? <span>{emptyText(level.level)}</span> : null}
            {row.map(children)}
          </div>
        ))}
        {writing === undefined || running === undefined ? null : (
          <div className="level-row level-writing">
            <div
              className="table-writing"
              style={{ left: `${writing.from * 100}%`, width: `${(writing.to - writing.from) * 100}%` }}
            >
              <div className="table-written" style={{ width: `${(progress ?? 0) * 100}%` }} />
              <span>
                being written{progress === undefined ? '' : ` ${Math.round(progress * 100)} %`}
                <span className="sr-only"> by {jobTitle(running)}</span>
              </span>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

function fillText({ tables, bytes, bytesTarget }: LevelReport): string {
  const target = bytesTarget === undefined ? '' : showSize(bytesTarget);
  if (tables.length === 0) return target === '' ? 'empty' : `empty, up to ${target}`;
  return `${plural(tables.length, 'table')}, ${showSize(bytes)}${target === '' ? '' : ` of ${target}`}`;
}

const emptyText = (level: number): string =>
  level === 0 ? 'a flush puts the MemTable here as a table' : `a compaction of L${level - 1} puts its tables here`;

interface BarProps {
  readonly placed: PlacedTable;
  readonly fresh: boolean;
  readonly stop: TableStop | undefined;
  readonly isTabStop: boolean;
  /** The read's key on the axis, 0 … 1. */
  readonly keyAt: number | undefined;
  readonly onPoint: (fileNumber: number | undefined) => void;
  readonly onOpen: (table: TableReport) => void;
}

const TableBar = memo(function TableBar(props: BarProps) {
  const { placed, fresh, stop, isTabStop, keyAt, onPoint, onOpen } = props;
  const { table, from, to } = placed;
  const { fileNumber, level, bytes, entries, beingCompacted } = table;
  const classes = [
    'table-bar',
    ...(fresh ? ['table-fresh'] : []),
    ...(beingCompacted ? ['table-input'] : []),
    ...(stop === undefined ? [] : [`table-${stop.state}`]),
  ].join(' ');
  const name = `Table ${fileNumber} of L${level}: ${keyRangeText(table)}, ${entries} entries, ${showSize(bytes)}${beingCompacted ? ', being compacted' : ''}`;
  return (
    <>
      <button
        type="button"
        className={classes}
        data-table={fileNumber}
        style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
        tabIndex={isTabStop ? 0 : -1}
        aria-label={name}
        onPointerEnter={() => onPoint(fileNumber)}
        onFocus={() => onPoint(fileNumber)}
        onClick={() => onOpen(table)}
      >
        <span className="table-number">{fileNumber}</span>
      </button>
      {stop === undefined || keyAt === undefined ? null : (
        <span className="table-stop" style={{ left: `${keyAt * 100}%` }}>
          <Stop number={stop.number} state={stop.state} />
        </span>
      )}
    </>
  );
}, looksTheSame);

/** Tables never change: another report of one with the same number tells the same, but for what is done with it. */
function looksTheSame(
  { placed: a, stop: stopA, ...before }: BarProps,
  { placed: b, stop: stopB, ...after }: BarProps,
): boolean {
  const place = ({ table, from, to }: PlacedTable) => [table.fileNumber, table.level, table.beingCompacted, from, to];
  const { fresh, isTabStop, keyAt, onPoint, onOpen } = before;
  const rest = [fresh, isTabStop, keyAt, onPoint, onOpen, stopA?.number, stopA?.state, ...place(a)];
  const same = [
    after.fresh,
    after.isTabStop,
    after.keyAt,
    after.onPoint,
    after.onOpen,
    stopB?.number,
    stopB?.state,
    ...place(b),
  ];
  return rest.every((value, i) => value === same[i]);
}

/** Where a key leads among the tables, in the order of the levels; undefined: it means nothing here. */
function nextTable(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  tables: readonly TableReport[],
  from: number | undefined,
) {
  if (altKey || ctrlKey || metaKey) return undefined;
  const at = tables.findIndex(({ fileNumber }) => fileNumber === from);
  const last = tables.length - 1;
  const places: Readonly<Record<string, number>> = {
    ArrowRight: Math.min(last, at + 1),
    ArrowDown: Math.min(last, at + 1),
    ArrowLeft: Math.max(0, at - 1),
    ArrowUp: Math.max(0, at - 1),
    Home: 0,
    End: last,
  };
  const to = places[key];
  return to === undefined ? undefined : tables[to]?.fileNumber;
}
