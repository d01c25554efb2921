import './breakpoint-list.css';
import { breakpointLine } from '../../console/breakpoint.ts';
import { formatCommand } from '../../console/format-command.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import { useAppState, useCommand } from '../app-context.ts';
import { formatSeconds } from '../format.ts';

/** What time will stop at: what is set, each with a way to remove it, and the usual ones to set. */
export function BreakpointList() {
  const breakpoints = useAppState((state) => state.transport.breakpoints);
  const hit = useAppState((state) => state.transport.hit);
  const shard = useAppState((state) => shardName(state.focusedShard));
  const run = useCommand();
  const lines = breakpoints.map(({ condition }) => breakpointLine(condition));
  const usual = [
    { name: `${shard} gets a leader`, line: formatCommand('PAUSE', [], { when: 'leader', shard }) },
    { name: `an entry of ${shard} is committed`, line: formatCommand('PAUSE', [], { when: 'commit', shard }) },
    { name: 'a node goes down', line: formatCommand('PAUSE', [], { when: 'down' }) },
    { name: 'an invariant breaks', line: formatCommand('PAUSE', [], { when: 'broken' }) },
  ].filter(({ line }) => !lines.includes(line));
  return (
    <section className="breakpoints" aria-labelledby="breakpoints-title">
      <h3 id="breakpoints-title">Pause when</h3>
      {breakpoints.length === 0 ? null : (
        <ul>
          {breakpoints.map(({ id }, i) => (
            <li key={id} className="breakpoint">
              <span className="breakpoint-mark" aria-hidden="true" />
              <span className="breakpoint-what">
                <span className="mono">{lines[i]?.replace('PAUSE ', '')}</span>
                {hit?.id === id ? (
                  <span className="dim">
                    {' '}
                    last at {formatSeconds(hit.timeUs)} s: {hit.text}
                  </span>
                ) : null}
              </span>
              <button
                type="button"
                className="button pending-hold"
                aria-label={`Remove breakpoint ${id}`}
                onClick={() => run(formatCommand('BREAKPOINTS', [], { remove: String(id) }))}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="breakpoint-usual">
        {usual.map(({ name, line }) => (
          <button key={line} type="button" className="filter-chip" title={line} onClick={() => run(line)}>
            {name}
          </button>
        ))}
      </p>
    </section>
  );
}
