import './stage-switch.css';
import { CircleDashed, Columns2, Table2 } from 'lucide-react';
import { useApp, useAppState } from '../app-context.ts';

const VIEWS = [
  ['picture', 'Picture', 'Show the cluster as a picture', CircleDashed],
  ['table', 'Table', 'Show the cluster as a table', Table2],
  ['worlds', 'C or A?', 'One partition, one script: strong and eventual side by side', Columns2],
] as const;

/** The same cluster as a picture or as a table. Changes the view only, so it is no command. */
export function StageSwitch() {
  const { store } = useApp();
  const view = useAppState((state) => state.stageView);
  return (
    <fieldset className="stage-switch">
      <legend className="sr-only">Show the cluster as</legend>
      {VIEWS.map(([name, word, title, Sign]) => (
        <button
          key={name}
          type="button"
          className="stage-switch-button"
          aria-pressed={view === name}
          title={title}
          onClick={() => store.setState({ stageView: name })}
        >
          <Sign className="view-sign" size={14} aria-hidden="true" />
          <span className="view-word">{word}</span>
        </button>
      ))}
    </fieldset>
  );
}
