import { LocateFixed } from 'lucide-react';
import { useApp, useAppState } from '../app-context.ts';
import { NO_KEY } from '../store/app-store.ts';

/** Asks where a key lives. Opens the view only, so it is no command: what is asked there is. */
export function FinderSwitch() {
  const { store } = useApp();
  const on = useAppState(({ finder }) => finder !== undefined);
  return (
    <button
      type="button"
      className="shards-switch finder-switch"
      aria-pressed={on}
      title="Find where a key lives, and what vnodes do"
      onClick={() => store.setState({ finder: on ? undefined : NO_KEY })}
    >
      <LocateFixed className="view-sign" size={14} aria-hidden="true" />
      <span className="view-word">Find a key</span>
    </button>
  );
}
