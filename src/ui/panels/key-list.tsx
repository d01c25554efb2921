import { CONSOLE_KEYS } from '../command-line/console-keys.ts';
import { KeyRows } from './key-rows.tsx';
import { KEY_WORDS } from './key-words.ts';

interface Props {
  readonly close: () => void;
  /** The page's own keys act. */
  readonly on: boolean;
  readonly onToggle: (on: boolean) => void;
}

/** Every key and what it does, and the switch that turns the page's own off. */
export function KeyList({ close, on, onToggle }: Props) {
  return (
    <>
      <div className="card-head">
        <h2>Keys</h2>
        <button type="button" className="close-button" onClick={close}>
          <span aria-hidden="true">✕</span>
          <span className="sr-only">Close</span>
        </button>
      </div>
      <KeyRows rows={KEY_WORDS} dim={!on} />
      <label className="key-switch">
        <input type="checkbox" checked={on} onChange={(event) => onToggle(event.target.checked)} />
        Keys act when no field has the focus
      </label>
      <h3>In the console</h3>
      <KeyRows rows={CONSOLE_KEYS} dim={false} />
      <p className="dim card-note">
        What changes the cluster stands in the console as a command. Tab reaches everything else.
      </p>
    </>
  );
}
