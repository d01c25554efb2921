import { formatCommand } from '../../console/format-command.ts';
import { useAppState, useCommand } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { nodesPresent } from '../store/node-count.ts';
import { clientRows } from './table-rows.ts';

/** Who asks the cluster: what each client waits for, and which nodes it reaches. */
export function ClientsTable({ run }: { readonly run: RunView }) {
  const act = useCommand();
  const model = useAppState((state) => state.model);
  return (
    <table className="table">
      <caption>Clients</caption>
      <thead>
        <tr>
          {['Client', 'Waits for', 'Links', 'Do'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {clientRows(model, nodesPresent({ run, model })).map(({ name, waitsFor, links, isolated }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{waitsFor}</td>
            <td>{links}</td>
            <td>
              <button
                type="button"
                className="button table-button"
                aria-label={`${isolated ? 'Heal' : 'Isolate'} ${name}`}
                onClick={() => act(formatCommand(isolated ? 'HEAL' : 'ISOLATE', [name]))}
              >
                {isolated ? 'Heal' : 'Isolate'}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
