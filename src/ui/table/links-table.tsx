import { useMemo } from 'react';
import type { ActorId, ClientActorId, NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState, useCommand } from '../app-context.ts';
import { linkActs } from '../stage/link-acts.ts';
import type { RunView } from '../store/app-store.ts';
import { presentNodes, presentText } from '../store/node-count.ts';
import { linkRows } from './link-rows.ts';

/** Every link, what it is set to, and the three things that can be done to it. */
export function LinksTable({ run }: { readonly run: RunView }) {
  const act = useCommand();
  const cuts = useAppState(({ model }) => model.cuts);
  const links = useAppState(({ model }) => model.links);
  const clients = useAppState(({ model }) => model.clients);
  const present = useAppState(presentText);
  const rows = useMemo(() => {
    const nameOf = (actor: ActorId) => clients.get(actor as ClientActorId) ?? nodeName(actor as NodeId);
    return linkRows({ cuts, links, clients }, presentNodes(present), run.config, nameOf);
  }, [cuts, links, clients, present, run]);
  return (
    <table className="table">
      <caption>Links</caption>
      <thead>
        <tr>
          {['Link', 'State', 'Delay and loss', 'Do'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, cut, state, settings, ways }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{cut ? <span className="bad">✕ {state}</span> : state}</td>
            <td>
              {settings.map((words) => (
                <span key={words} className="table-line">
                  {words}
                </span>
              ))}
            </td>
            <td>
              <span className="table-actions">
                {linkActs(ways).map(({ line, text }, i) => (
                  <button
                    // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the button is, and the focus stays on it
                    key={i}
                    type="button"
                    className="button table-button"
                    aria-label={`${text}, link ${name}`}
                    title={line}
                    onClick={() => act(line)}
                  >
                    {text}
                  </button>
                ))}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
