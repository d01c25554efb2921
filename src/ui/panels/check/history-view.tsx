import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ShardId } from '../../../core/base/ids.ts';
import type { CheckReport, SeenOperation, ViolationReport } from '../../../core/cluster/check-report.ts';
import { answerWords, askedWords } from '../../../core/cluster/check-words.ts';
import { shardName } from '../../../core/cluster/snapshot.ts';
import { formatSeconds } from '../../format.ts';
import { useShownTime } from '../../use-shown-time.ts';
import { useSize } from '../../use-size.ts';
import { fitting, followedEnd, type LaneExtent, type LaneView, panned, windowOf, zoomed } from './lane-window.ts';
import { beginsAt, endsAt, layoutLanes } from './lanes-layout.ts';
import { LanesView } from './lanes-view.tsx';
import { markWords } from './mark-words.ts';
import { OperationsTable } from './operations-table.tsx';

interface Props {
  readonly report: CheckReport;
  /** Only what shows this is drawn, and explained. */
  readonly explained: ViolationReport | undefined;
  /** Whose leaders are shown. */
  readonly shard: ShardId;
  readonly picked: string | undefined;
  readonly onPick: (key: string | undefined) => void;
  readonly view: LaneView;
  readonly onView: (change: (view: LaneView) => LaneView) => void;
  /** It goes on; else it is complete. */
  readonly live: boolean;
  readonly onGo: ((timeUs: number) => void) | undefined;
}

const CLOSER = 0.5;
/** Before a key in the list of keys. */
const MARKS = { linearizable: '', 'not linearizable': '✕ ', unknown: '? ' } as const;

/** A history as lanes or as a table, with what moves it. */
export function HistoryView(props: Props) {
  const { report, explained, shard, picked, onPick, view, onView, live, onGo } = props;
  const { axis, keys, shown, matching } = report;
  const shownUs = useShownTime();
  const nowUs = live ? shownUs : undefined;
  const [ref, { width }] = useSize<HTMLDivElement>();
  const [asTable, setAsTable] = useState(false);
  const [selected, setSelected] = useState<number>();
  const lastUs = nowUs === undefined ? undefined : lastHappened(report, nowUs);
  const end = nowUs === undefined ? report.end : followedEnd(nowUs, lastUs, view.span);
  const begin = nowUs === undefined && shown[0] !== undefined ? beginsAt(shown[0], axis) : 0;
  const extent = useMemo<LaneExtent>(() => ({ begin, end }), [begin, end]);
  const fitted = useMemo(() => fitting(view, extent), [view, extent]);
  const window = windowOf(fitted, extent);
  const change = useCallback(
    (next: (before: LaneView) => LaneView) => onView((before) => next(fitting(before, extent))),
    [onView, extent],
  );
  const onPan = useCallback((share: number) => change((before) => panned(before, share, extent)), [change, extent]);
  const onZoom = useCallback(
    (factor: number, at: number) => change((before) => zoomed(before, factor, at, extent, axis)),
    [change, extent, axis],
  );
  const operations = explained?.explanation ?? shown;
  const explains = explained !== undefined;
  const layout = layoutLanes({
    operations,
    axis,
    window,
    width: Math.max(240, width),
    marks: report.marks,
    reigns: report.reigns,
    end,
    violation: report.violation,
    explained: explains,
    named: picked === undefined && keys.length > 1,
  });
  const whole = useRef<HTMLDivElement>(null);
  // The verdict above may fill all that is seen of the panel.
  useEffect(() => {
    if (explains) whole.current?.scrollIntoView({ block: 'nearest' });
  }, [explains]);
  const chosen = operations.find(({ invoked }) => invoked === selected);
  const hidden = matching - shown.length;
  const firstShown = shown[0] === undefined ? 0 : beginsAt(shown[0], axis);
  const last = operations.at(-1);
  const showAt = (place: number) =>
    change((before) => panned(before, (place + before.span / 2 - window.to) / before.span, extent));
  return (
    <div className="check-history" ref={whole}>
      <div className="check-tools">
        <label className="field">
          <span>Key</span>
          <select
            value={picked ?? ''}
            onChange={({ target }) => onPick(target.value === '' ? undefined : target.value)}
          >
            <option value="">all {keys.length}</option>
            {keys.map(({ key, verdict }) => (
              <option key={key} value={key}>
                {`${MARKS[verdict]}${key === '' ? 'the register' : key}`}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="choice-row">
          <legend className="sr-only">Show as</legend>
          {[false, true].map((table) => (
            <button
              key={String(table)}
              type="button"
              className="shard-button"
              aria-pressed={asTable === table}
              onClick={() => setAsTable(table)}
            >
              {table ? 'Table' : 'Lanes'}
            </button>
          ))}
        </fieldset>
        <div className="choice-row check-zoom">
          <Tool name="Earlier" text="‹" onClick={() => onPan(-0.5)} />
          <Tool name="Later" text="›" onClick={() => onPan(0.5)} disabled={view.end === undefined} />
          <Tool name="Wider" text="−" onClick={() => onZoom(1 / CLOSER, 0.5)} />
          <Tool name="Closer" text="+" onClick={() => onZoom(CLOSER, 0.5)} />
          <button
            type="button"
            className="shard-button"
            aria-pressed={view.end === undefined}
            onClick={() => onView((before) => ({ ...before, end: undefined }))}
          >
            {nowUs === undefined ? 'End' : 'Now'}
          </button>
        </div>
      </div>
      <div ref={ref}>
        {asTable ? (
          <OperationsTable
            operations={operations.filter(
              (each) => beginsAt(each, axis) <= window.to && endsAt(each, axis) >= window.from,
            )}
            marks={layout.marks}
            axis={axis}
            order={explained?.order ?? []}
            stuck={report.violation?.stuck ?? []}
            selected={selected}
            onSelect={setSelected}
          />
        ) : (
          <LanesView
            layout={layout}
            width={Math.max(240, width)}
            window={window}
            axis={axis}
            label={`Operations of ${layout.lanes.length} clients from ${placeText(window.from, axis)} to ${placeText(window.to, axis)}. Arrow keys move, plus and minus zoom; the table tells each.`}
            selected={selected}
            onSelect={setSelected}
            onPan={onPan}
            onZoom={onZoom}
            onEnd={(where) => {
              if (where === 'last') onView((before) => ({ ...before, end: undefined }));
              else onPan(Number.NEGATIVE_INFINITY);
            }}
          />
        )}
      </div>
      <p className="check-legend">
        {layout.bars.length > 0 || last === undefined ? null : (
          <>
            No operation in view.{' '}
            <button type="button" className="link-button" onClick={() => showAt(beginsAt(last, axis))}>
              Show the last one
            </button>{' '}
          </>
        )}
        {nowUs !== undefined && lastUs !== undefined && end < nowUs && view.end === undefined
          ? `Nothing since ${formatSeconds(lastUs)} s. `
          : ''}
        {layout.lanesHidden === 0 ? '' : `${layout.lanesHidden} more clients: choose a key. `}
        {hidden > 0 && window.from < firstShown ? `${hidden} earlier operations are not drawn yet: move there. ` : ''}
        {explained === undefined ? '' : 'Numbers: the longest order that fits; red fits nowhere. '}
        Filled: write · hollow: read · dashed: outcome unknown
        {report.reigns.length === 0 ? '' : ` · on top: leaders of ${shardName(shard)}`}
      </p>
      {chosen === undefined ? null : <Chosen operation={chosen} axis={axis} onGo={onGo} />}
    </div>
  );
}

const placeText = (at: number, axis: 'time' | 'place'): string =>
  axis === 'time' ? `${formatSeconds(Math.max(0, at))} s` : `line ${Math.max(1, Math.round(at))}`;

/** The end of the newest operation, or the newest fault, up to now. */
function lastHappened({ shown, marks }: CheckReport, nowUs: number): number | undefined {
  if (shown.length === 0) return undefined;
  let last = shown.reduce((latest, each) => {
    const finish = each.underWay ? nowUs : endsAt(each, 'time');
    return Math.max(latest, finish === Number.POSITIVE_INFINITY ? beginsAt(each, 'time') : finish);
  }, 0);
  for (const mark of marks) if (markWords(mark) !== undefined) last = Math.max(last, mark.timeUs);
  return Math.min(last, nowUs);
}

interface ToolProps {
  readonly name: string;
  readonly text: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
}

function Tool({ name, text, onClick, disabled = false }: ToolProps) {
  return (
    <button type="button" className="shard-button" aria-label={name} title={name} disabled={disabled} onClick={onClick}>
      <span aria-hidden="true">{text}</span>
    </button>
  );
}

interface ChosenProps {
  readonly operation: SeenOperation;
  readonly axis: 'time' | 'place';
  readonly onGo: ((timeUs: number) => void) | undefined;
}

/** The operation that somebody picked, in full. */
function Chosen({ operation, axis, onGo }: ChosenProps) {
  const { process, key } = operation;
  const [verb, ...rest] = askedWords(operation).split(' ');
  const begin = beginsAt(operation, axis);
  const finish = endsAt(operation, axis);
  const until = finish === Number.POSITIVE_INFINITY ? 'no answer' : placeText(finish, axis);
  return (
    <p className="check-chosen">
      <span className="mono">
        {process}: {[verb, key, ...rest].join(' ')} → {answerWords(operation)}
      </span>{' '}
      <span className="dim">
        {placeText(begin, axis)} – {until}
      </span>{' '}
      {onGo === undefined ? null : (
        <button type="button" className="link-button" onClick={() => onGo(begin)}>
          Go there
        </button>
      )}
    </p>
  );
}
