import { useId, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { type EventualSettings, QUORUMS } from '../../../console/session.ts';
import type { EventualLevel } from '../../../core/client/operation.ts';
import { eventualPromise, overlaps } from '../../../core/cluster/eventual-words.ts';
import { replicationFactorOf } from '../../../core/cluster/placement.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { DialGrid } from './dial-grid.tsx';
import type { GridPlace } from './grid-step.ts';

const LEVELS: readonly EventualLevel[] = [1, 2, 3];
/** As in the literature's picture: the more is read, the higher. */
const ROW_LEVELS = LEVELS.toReversed();
const ROWS = ROW_LEVELS.map((r) => ({ name: `R=${r}`, below: `${r} ${r === 1 ? 'answer' : 'answers'}` }));
const COLUMNS = LEVELS.map((w) => ({ name: `W=${w}`, below: `${w} ${w === 1 ? 'disk' : 'disks'}` }));

type Pair = Pick<EventualSettings, 'r' | 'w'>;

const pairAt = ({ row, column }: GridPlace): Pair => ({ r: ROW_LEVELS[row] ?? 1, w: LEVELS[column] ?? 1 });
const placeOf = ({ r, w }: Pair): GridPlace => ({ row: ROW_LEVELS.indexOf(r), column: LEVELS.indexOf(w) });

/** R and W of the eventual keyspace, and who counts. Each cell shows a write and a read that have the fewest replicas in common. */
export function EventualDial() {
  const set = useAppState((state) => state.eventual);
  const replicas = useAppState(({ run }) => replicationFactorOf(run?.config ?? {}));
  const run = useCommand();
  const [pointed, setPointed] = useState<GridPlace>();
  const id = useId();
  const shown = { ...set, ...(pointed === undefined ? {} : pairAt(pointed)) };
  const line = lineOf(shown);
  return (
    <>
      <div className="dial-eventual">
        <DialGrid
          label="W and R of the eventual keyspace"
          rows={ROWS}
          columns={COLUMNS}
          cellOf={(place) => cellOf(pairAt(place), replicas)}
          chosen={placeOf(set)}
          describedBy={id}
          onPoint={setPointed}
          onChoose={(place) => run(lineOf({ ...set, ...pairAt(place) }))}
        />
        <p className="dial-legend">
          <Dot isWritten isRead={false} /> written <Dot isWritten={false} isRead /> read, of {replicas} replicas
        </p>
        <fieldset className="dial-choice">
          <legend>Quorum</legend>
          {QUORUMS.map((quorum) => {
            const quorumLine = formatCommand('CONSISTENCY', [], { quorum });
            return (
              <button
                key={quorum}
                type="button"
                aria-pressed={quorum === set.quorum}
                title={quorumLine}
                onClick={() => run(quorumLine)}
              >
                {quorum}
              </button>
            );
          })}
        </fieldset>
      </div>
      <div id={id} className="dial-told">
        <h3>{eventualPromise({ ...shown, replicas, sloppy: shown.quorum === 'sloppy' })}</h3>
        <p className="dim">
          Overlapping (R+W&gt;{replicas}) means that a read meets the last finished write. It is still not linearizable:
          two reads during one write may go back in time. For that, USE strong.
        </p>
        <p className="dim">{QUORUM_WORDS[shown.quorum]}</p>
        <p className="dial-line">
          <span className="mono">{line}</span>{' '}
          <span className="dim">{line === lineOf(set) ? '✓ set here' : 'click, or Enter'}</span>
        </p>
      </div>
    </>
  );
}

const QUORUM_WORDS: Record<EventualSettings['quorum'], string> = {
  sloppy:
    'Sloppy: while replicas of a key are out of reach, the next nodes of the ring keep hints for them, and count. A write waits for nobody in particular.',
  strict:
    'Strict: only the replicas of the key count. With too few of them in reach, it is refused or its outcome unknown.',
};

const lineOf = ({ r, w, quorum }: EventualSettings): string =>
  formatCommand('CONSISTENCY', [], { r: `${r}`, w: `${w}`, quorum });

function cellOf({ r, w }: Pair, replicas: number) {
  const isSafe = overlaps({ r, w, replicas, sloppy: false });
  const dots = Array.from({ length: replicas }, (_, at) => ({
    at,
    isWritten: at < w,
    isRead: at >= replicas - r,
  }));
  const content = (
    <>
      <span aria-hidden="true" className="dial-dots">
        {dots.map(({ at, isWritten, isRead }) => (
          <Dot key={at} isWritten={isWritten} isRead={isRead} />
        ))}
      </span>
      {isSafe ? 'overlap' : 'may miss'}
    </>
  );
  return { sign: isSafe ? '≥' : '!', content };
}

interface DotProps {
  readonly isWritten: boolean;
  readonly isRead: boolean;
}

const Dot = ({ isWritten, isRead }: DotProps) => (
  <span className={`dial-dot${isWritten ? ' dial-written' : ''}${isRead ? ' dial-read' : ''}`} />
);
