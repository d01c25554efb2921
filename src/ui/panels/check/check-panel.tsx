import './check.css';
import './lanes.css';
import { type DragEvent, useRef, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import type { CheckReport, ViolationReport } from '../../../core/cluster/check-report.ts';
import { shardOfName } from '../../../core/cluster/placement.ts';
import { useApp, useAppState, useCommand } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { FileNotice } from './file-notice.tsx';
import { goToMoment } from './go-to-moment.ts';
import { HistoryView } from './history-view.tsx';
import { InvariantList } from './invariant-list.tsx';
import { KeyVerdicts } from './key-verdicts.tsx';
import { type LaneView, showing } from './lane-window.ts';
import { beginsAt, endsAt } from './lanes-layout.ts';
import { useHistoryFile } from './use-history-file.ts';
import { useLiveCheck } from './use-live-check.ts';
import { VerdictCard } from './verdict-card.tsx';

/** Some ten operations one after the other, over a network like the classroom's. */
const SPAN_US = 1_200_000;
const FOLLOWING: LaneView = { span: SPAN_US, end: undefined };

/** What clients saw, and whether one copy of the data could have answered so: of the run, while it goes on, or of a file. */
export function CheckPanel() {
  const app = useApp();
  const act = useCommand();
  const ring = useAppState((state) => state.run?.ring);
  const focused = useAppState((state) => state.focusedShard);
  const [key, setKey] = useState<string>();
  const [view, setView] = useState(FOLLOWING);
  const [explaining, setExplaining] = useState(false);
  const [note, setNote] = useState('');
  const [over, setOver] = useState(false);
  const shard = key === undefined || ring === undefined ? focused : shardOfName(ring, key);
  const query = { key, until: view.end, shard };
  const live = useLiveCheck(query);
  const file = useHistoryFile(query, (judged) => {
    if (judged.violation !== undefined) explain(judged.violation, judged);
  });
  const ofFile = file.state?.type === 'judged' ? file.state.report : undefined;
  const report = file.state === undefined ? live.report : ofFile;

  function explain(violation: ViolationReport, { axis }: CheckReport) {
    const places = violation.explanation.flatMap((each) => [beginsAt(each, axis), endsAt(each, axis)]);
    const known = places.filter((place) => place < Number.POSITIVE_INFINITY);
    setKey(violation.key);
    setExplaining(true);
    setView(showing(Math.min(...known), Math.max(...known), axis));
  }
  const begin = (next: LaneView) => {
    setKey(undefined);
    setView(next);
    setExplaining(false);
    setNote('');
  };
  const runId = useAppState((state) => state.run?.runId);
  const [shownRun, setShownRun] = useState(runId);
  // Another run has other keys and times.
  if (runId !== shownRun) {
    setShownRun(runId);
    if (file.state === undefined) begin(FOLLOWING);
  }
  const open = (chosen: File) => {
    // A file is shown whole; how long it is nobody knows yet.
    begin({ span: Number.MAX_SAFE_INTEGER, end: undefined });
    file.open(chosen);
  };
  const backToLive = () => {
    file.close();
    begin(FOLLOWING);
  };
  const pick = (picked: string | undefined) => {
    setKey(picked);
    setExplaining(false);
  };
  const goTo = async (timeUs: number) => {
    const time = `${formatSeconds(timeUs)} s`;
    const notes = {
      moment: '',
      now: `Nothing has happened since ${time}: the screen shows it already.`,
      earliest: `${time} is no longer kept: this is the earliest moment that is.`,
    };
    setNote(notes[await goToMoment(app, timeUs)]);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [dropped] = event.dataTransfer.files;
    if (dropped !== undefined) open(dropped);
  };
  const violation = report?.violation;
  const explained = explaining && violation?.key === key ? violation : undefined;
  return (
    <section
      className={over ? 'panel check check-over' : 'panel check'}
      aria-labelledby="check-title"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <div className="panel-head">
        <h2 id="check-title">
          Check <span className="dim">what clients were told</span>
        </h2>
        <div className="check-files">
          {file.state !== undefined || (report?.operations ?? 0) === 0 ? null : (
            <button
              type="button"
              className="button"
              onClick={() => act(formatCommand('HISTORY', key === undefined ? [] : [key], { to: 'file' }))}
            >
              Save history
            </button>
          )}
          <FileButton onOpen={open} />
        </div>
      </div>
      {file.state === undefined ? null : <FileNotice state={file.state} onClose={backToLive} />}
      {live.failure === '' || file.state !== undefined ? null : (
        <p className="bad" role="alert">
          ✕ The checker cannot be asked: {live.failure}. Reload the page; the run stays as it is.
        </p>
      )}
      {report === undefined ? (
        file.state === undefined && live.failure === '' ? (
          <p className="empty">The checker starts …</p>
        ) : null
      ) : (
        <>
          <VerdictCard report={report} whole={file.state !== undefined} onGo={goTo}>
            {report.violation === undefined ? undefined : (
              <Acts
                violation={report.violation}
                report={report}
                explained={explained !== undefined}
                onExplain={explain}
                onAll={() => setExplaining(false)}
                onGo={goTo}
              />
            )}
          </VerdictCard>
          {report.verdict === 'nothing' ? (
            <p className="empty">
              Nobody has asked anything yet.{' '}
              <button type="button" className="button button-mono" onClick={() => act('PUT user:42 ada')}>
                PUT user:42 ada
              </button>{' '}
              or drop a history file here.
            </p>
          ) : (
            <HistoryView
              key={file.state?.name ?? 'live'}
              report={report}
              explained={explained}
              shard={shard}
              picked={key}
              onPick={pick}
              view={view}
              onView={setView}
              live={file.state === undefined}
              onGo={file.state === undefined ? goTo : undefined}
            />
          )}
          {note === '' ? null : (
            <p className="check-note" role="status">
              {note}
            </p>
          )}
          <div className="check-parts">
            <KeyVerdicts keys={report.keys} picked={key} onPick={pick} />
            {file.state === undefined ? <InvariantList invariants={report.invariants} onNote={setNote} /> : null}
          </div>
        </>
      )}
    </section>
  );
}

interface ActsProps {
  readonly violation: ViolationReport;
  readonly report: CheckReport;
  readonly explained: boolean;
  readonly onExplain: (violation: ViolationReport, report: CheckReport) => void;
  readonly onAll: () => void;
  readonly onGo: (timeUs: number) => void;
}

function Acts({ violation, report, explained, onExplain, onAll, onGo }: ActsProps) {
  const endUs = endsAt(violation.failed, 'time');
  return (
    <>
      <button
        type="button"
        className="button button-main"
        onClick={() => (explained ? onAll() : onExplain(violation, report))}
      >
        {explained ? 'Show everything' : 'Show why'}
      </button>
      {report.invariants.length === 0 ? null : (
        <button type="button" className="button" onClick={() => onGo(endUs)}>
          Go to {formatSeconds(endUs)} s
        </button>
      )}
    </>
  );
}

function FileButton({ onOpen }: { readonly onOpen: (file: File) => void }) {
  const ref = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => ref.current?.click()}>
        Open a file…
      </button>
      <input
        ref={ref}
        type="file"
        hidden
        aria-label="A history file"
        accept=".jsonl,.json,.txt,.log"
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          // The same file may be chosen again.
          target.value = '';
          if (chosen !== undefined) onOpen(chosen);
        }}
      />
    </>
  );
}
