import './past.css';
import type { KeyboardEvent } from 'react';
import { useApp, useAppState } from '../app-context.ts';
import { formatSeconds } from '../format.ts';
import { useSettled } from '../use-settled.ts';

/** A slider that is dragged would be read out without end. */
const SAID_AFTER_MS = 500;

/** Over everything that is drawn while it is of an earlier moment: which one, how far back one can go, and the way to now. */
export function PastBar() {
  const { look } = useApp();
  const past = useAppState((state) => state.past);
  const nowUs = useAppState((state) => state.transport.timeUs);
  const shown = formatSeconds(past?.timeUs ?? nowUs);
  const said = useSettled(`Looking at ${shown} s. Now is ${formatSeconds(nowUs)} s, time stands.`, SAID_AFTER_MS);
  if (past === undefined) return null;
  const { timeUs, reachUs } = past;
  const onKeyDown = (event: KeyboardEvent) => {
    const target = KEYS[event.key];
    if (target === undefined) return;
    event.preventDefault();
    void look(target);
  };
  return (
    <section className="past-bar" aria-label="An earlier moment is shown">
      <p className="past-when" aria-hidden="true">
        <strong>Looking at {shown} s</strong> <span className="past-now">· now is {formatSeconds(nowUs)} s</span>
      </p>
      <p className="sr-only" role="status">
        {said}
      </p>
      <label className="past-scale">
        <span className="past-reach" title="The page keeps the last part of the run: earlier moments are gone">
          kept from {formatSeconds(reachUs)} s
        </span>
        <input
          type="range"
          className="past-range"
          aria-label="moment shown"
          aria-valuetext={`${shown} seconds; arrow keys go from event to event`}
          min={reachUs}
          max={nowUs}
          step={1}
          value={timeUs}
          onChange={(event) => void look({ timeUs: event.currentTarget.valueAsNumber })}
          onKeyDown={onKeyDown}
        />
      </label>
      <p className="past-rule">Typed commands act now; a button brings you back first.</p>
      <button type="button" className="button past-back" onClick={() => void look('now')} title="Back to now (N)">
        Back to now
      </button>
    </section>
  );
}

const KEYS: Readonly<Record<string, 'back' | 'forward' | 'now'>> = {
  ArrowLeft: 'back',
  ArrowDown: 'back',
  ArrowRight: 'forward',
  ArrowUp: 'forward',
  End: 'now',
};
