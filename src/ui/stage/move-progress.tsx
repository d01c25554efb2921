import './moves-on-stage.css';
import { useMemo, useState } from 'react';
import type { Micros } from '../../core/base/ids.ts';
import { useApp, useAppState } from '../app-context.ts';
import { type ChangeFigures, changeFigures, changeTitle, progressOf } from '../panels/moves/change-figures.ts';
import { percent } from '../panels/share-bar.tsx';
import { showPanel } from '../shell/shell-store.ts';
import type { RunView } from '../store/app-store.ts';
import { groupConfiguration } from '../store/group-configuration.ts';
import { useSettled } from '../use-settled.ts';

/** What counts is read out only once it has stood. */
const SAID_AFTER_MS = 700;

/** How far the last change of the ring has come, and what it moved once it is over; until somebody closes it. */
export function MoveProgress({ run: { config } }: { readonly run: RunView }) {
  const { shell } = useApp();
  const model = useAppState((state) => state.model);
  const isFinding = useAppState(({ finder }) => finder !== undefined);
  const [closed, setClosed] = useState<Micros>();
  const figures = useMemo(() => changeFigures(model, config), [model, config]);
  const { change } = model.placement;
  const { done, underWay, waiting } = progressOf(
    model.placement,
    figures,
    (shard) => groupConfiguration(model, shard)?.voters ?? [],
  );
  const all = done + underWay + waiting;
  const isOver = done === all;
  const words =
    figures === undefined ? '' : isOver ? summary(figures) : `${done} of ${all} moved · ${underWay} under way`;
  const said = useSettled(words, SAID_AFTER_MS);
  if (figures === undefined || change === undefined || closed === change.timeUs) return null;
  // The place is the finder's, while nothing is under way.
  if (isOver && isFinding) return null;
  const title = changeTitle(figures, isOver);
  return (
    <section className="move-progress" aria-label="The last change of the ring">
      <strong>{title}</strong>
      <p className="sr-only" role="status">
        {title}: {said}
      </p>
      {isOver ? null : (
        <span
          role="progressbar"
          aria-label="Replicas moved"
          aria-valuemin={0}
          aria-valuemax={all}
          aria-valuenow={done}
          className="move-progress-bar"
        >
          <span style={{ width: `${(done / all) * 100}%` }} />
        </span>
      )}
      <p className="move-progress-words" aria-hidden="true">
        {words}
      </p>
      <button type="button" className="link-button" onClick={() => showPanel(shell, 'moves')}>
        {isOver ? 'What moved' : 'Each move'}
      </button>
      <button type="button" className="close-button" onClick={() => setClosed(change.timeUs)}>
        <span aria-hidden="true">✕</span>
        <span className="sr-only">Close</span>
      </button>
    </section>
  );
}

/** `6 of 24 replicas (25.0 %), 30 of 120 copies of keys. K/N 25.0 %, hash mod N 25.0 %`. */
function summary({ copies, keys, ring, ideal, modulo }: ChangeFigures): string {
  const beside = [
    ideal === undefined ? '' : `K/N ${percent(ideal)}`,
    modulo === undefined ? '' : `hash mod N ${percent(modulo.copies)}`,
  ].filter(Boolean);
  const moved = `${copies[0]} of ${copies[1]} replicas (${percent(ring.copies)}), ${keys[0]} of ${keys[1]} copies of keys`;
  return beside.length === 0 ? moved : `${moved}. ${beside.join(', ')}`;
}
