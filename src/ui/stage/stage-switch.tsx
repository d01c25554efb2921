import './stage-switch.css';
import { useApp, useAppState } from '../app-context.ts';

const VIEWS = [
  ['picture', 'Picture'],
  ['table', 'Table'],
] as const;

/** The same cluster as a picture or as a table. Changes the view only, so it is no command. */
export function StageSwitch() {
  const { store } = useApp();
  const view = useAppState((state) => state.stageView);
  return (
    <fieldset className="stage-switch">
      <legend className="sr-only">Show the cluster as</legend>
      {VIEWS.map(([name, word]) => (
        <button
          key={name}
          type="button"
          className="stage-switch-button"
          aria-pressed={view === name}
          onClick={() => store.setState({ stageView: name })}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}
