import type { Micros, NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { NodeChip } from '../node-chip.tsx';
import { matrixCell, type PhiLimits } from './matrix-cell.ts';
import { isThinking } from './who-is-seen.ts';

/** Who is looked at, and through whose eyes. */
export interface Pair {
  readonly observer: NodeId;
  readonly subject: NodeId;
}

interface Props {
  readonly observers: readonly NodeId[];
  readonly subjects: readonly NodeId[];
  readonly limits: PhiLimits;
  readonly pair: Pair;
  readonly onPick: (pair: Pair) => void;
  readonly nowUs: Micros;
}

/** What each node (a row) thinks of each other one (a column). Any of the two can be picked by its name, both by the cell. */
export function ViewMatrix({ observers, subjects, limits, pair, onPick, nowUs }: Props) {
  const views = useAppState((state) => state.model.membership);
  const states = useAppState((state) => state.model.nodes);
  const placement = useAppState((state) => state.model.placement);
  const name = (kind: keyof Pair, node: NodeId) => (
    <button
      type="button"
      className="node-button"
      aria-pressed={pair[kind] === node}
      aria-label={`${kind} ${nodeName(node)}`}
      onClick={() => onPick({ ...pair, [kind]: node })}
    >
      <NodeChip node={node} up={states.get(node)?.state === 'up'} />
    </button>
  );
  return (
    <table className="view-matrix">
      <caption className="sr-only">φ of each node, as each of the others computes it</caption>
      <thead>
        <tr>
          <th scope="col" className="view-corner">
            viewer
          </th>
          {subjects.map((node) => (
            <th key={node} scope="col">
              {name('subject', node)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {observers.map((observer) => (
          <tr key={observer}>
            <th scope="row">{name('observer', observer)}</th>
            {subjects.map((subject) => {
              const view = isThinking({ nodes: states, placement }, observer) ? views.get(observer) : undefined;
              const { kind, text, words } = matrixCell(view, observer, subject, limits, nowUs);
              const isPicked = pair.observer === observer && pair.subject === subject;
              return (
                <td key={subject}>
                  <button
                    type="button"
                    // The names of rows and columns are the stops of the keyboard: two of them pick any cell.
                    tabIndex={-1}
                    className={`view-cell view-${kind}`}
                    aria-pressed={isPicked}
                    aria-label={words}
                    title={words}
                    disabled={kind === 'self'}
                    onClick={() => onPick({ observer, subject })}
                  >
                    {text}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
