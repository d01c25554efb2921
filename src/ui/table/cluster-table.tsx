import type { ReactNode } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { nodeStroke } from '../theme/palette.ts';
import { ClientsTable } from './clients-table.tsx';
import { LinksTable } from './links-table.tsx';
import { type NodeRow, nodeRows, shardRows } from './table-rows.ts';
import './table.css';

/** All that the picture tells, as text, and all that it can do, as buttons. Kept up to date, and not read out by itself. */
export function ClusterTable() {
  const run = useAppState((state) => state.run);
  if (run === undefined) return <div className="tables" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="tables" aria-label="The cluster as tables" tabIndex={0}>
      <Nodes run={run} />
      <Shards run={run} />
      <LinksTable run={run} />
      <ClientsTable run={run} />
    </section>
  );
}

function Nodes({ run }: { readonly run: RunView }) {
  const host = useAppState((state) => state.host);
  const model = useAppState((state) => state.model);
  const shard = useAppState((state) => state.focusedShard);
  return (
    <table className="table">
      <caption>Nodes, and what they are in {shardName(shard)}</caption>
      <thead>
        <tr>
          {['Node', 'State', 'Role', 'Term', 'Commit', 'Applied', 'Durability', 'Links', 'Do'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nodeRows(model, host, run.config, shard).map((row) => (
          <tr key={row.node} className={row.down ? 'table-down' : undefined}>
            <th scope="row" style={{ color: nodeStroke(row.node) }}>
              {nodeName(row.node)}
            </th>
            <td className="table-state">{stateCell(row)}</td>
            <td>{row.replica?.learns ? 'learner' : (row.replica?.role ?? 'no copy')}</td>
            <td>{row.replica?.term ?? '–'}</td>
            <td>{row.replica?.commitIndex ?? '–'}</td>
            <td>{row.replica?.appliedIndex ?? '–'}</td>
            <td>{row.durability}</td>
            <td className="table-links">{row.links}</td>
            <td>
              <NodeActions row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function stateCell({ down, frozen, state }: NodeRow): ReactNode {
  if (down) return <span className="bad">✕ {state}</span>;
  return frozen ? <span className="table-frozen">‖ {state}</span> : state;
}

/** The same three buttons stay where they are, whatever they do next: the focus stays as well. */
function NodeActions({ row }: { readonly row: NodeRow }) {
  const run = useCommand();
  const name = nodeName(row.node);
  const power = row.down ? 'Revive' : 'Kill';
  const stand = row.frozen ? 'Thaw' : 'Freeze';
  const link = row.isolated ? 'Heal' : 'Isolate';
  return (
    <span className="table-actions">
      {[power, stand, link].map((word, i) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the button is
          key={i}
          type="button"
          className="button table-button"
          disabled={row.isGone || (word === 'Freeze' && row.down)}
          aria-label={`${word} ${name}`}
          onClick={() => run(formatCommand(word.toUpperCase(), [name]))}
        >
          {word}
        </button>
      ))}
    </span>
  );
}

function Shards({ run }: { readonly run: RunView }) {
  const { store } = useApp();
  const model = useAppState((state) => state.model);
  const focused = useAppState((state) => state.focusedShard);
  return (
    <table className="table">
      <caption>Shards</caption>
      <thead>
        <tr>
          {['Shard', 'Leader', 'Replicas', 'On its way', 'Term', 'Commit'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shardRows(model, run.ring, run.config.shards).map(
          ({ shard, leader, replicas, learners, move, term, commitIndex }) => (
            <tr key={shard}>
              <th scope="row">
                <button
                  type="button"
                  className="link-button"
                  aria-pressed={shard === focused}
                  title={`Look at ${shardName(shard)}`}
                  onClick={() => store.setState({ focusedShard: shard })}
                >
                  {shardName(shard)}
                </button>
              </th>
              <td>{leader === 0 ? <span className="bad">✕ none</span> : nodeName(leader)}</td>
              <td>
                {replicas.map((node) => `${nodeName(node)}${learners.includes(node) ? ' (learner)' : ''}`).join(' ')}
              </td>
              <td>{move}</td>
              <td>{term}</td>
              <td>{commitIndex}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
