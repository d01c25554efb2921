import './break-bar.css';
import { formatCommand } from '../../console/format-command.ts';
import { type BreakName, isEven } from '../../core/cluster/break.ts';
import { BREAKS } from '../../core/cluster/break-words.ts';
import { useAppState, useCommand } from '../app-context.ts';

/** Rules that are left out, each a button that has it kept again; as loud as nothing else on the screen. */
export function BreakBar() {
  const live = useAppState(({ model }) => model.breaks);
  const even = useAppState(({ run }) => run !== undefined && isEven(run.config));
  const names: readonly BreakName[] = even ? ['even-cluster', ...live] : live;
  const run = useCommand();
  return (
    <section className="break-bar" aria-label="Broken on purpose">
      <strong className="break-title">
        <span aria-hidden="true">▲</span> Broken on purpose:
      </strong>
      <ul className="break-list">
        {names.map((name) => (
          <li key={name}>
            <button
              type="button"
              className="button break-chip"
              title={`${BREAKS[name].text} Press to keep the rule again.`}
              onClick={() => run(formatCommand('BREAK', [name, 'off']))}
            >
              {BREAKS[name].label}
              <span className="break-kind">{BREAKS[name].kind}</span>
              <span aria-hidden="true">✕</span>
              <span className="sr-only">Turn it off</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
