import { formatCommand } from '../../../console/format-command.ts';
import { NO_NODE, type NodeId, type ShardId } from '../../../core/base/ids.ts';
import { canUndo } from '../../../core/cluster/can-undo.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import { useCommand } from '../../app-context.ts';
import type { EndedMoveView, MoveView } from '../../store/placement-view.ts';
import { NodeChip } from '../node-chip.tsx';
import { MoveStops } from './move-stops.tsx';
import { moveStep, STOPS } from './move-words.ts';

interface Props {
  readonly moves: readonly (MoveView | EndedMoveView)[];
  /** Shards whose replicas are not where they are meant to be, and that nothing moves yet. */
  readonly waiting: readonly ShardId[];
}

const NAMED_MAX = 12;

/** A row a move: which replica, from where to where, how far it has come, and the way back as long as there is one. */
export function MoveList({ moves, waiting }: Props) {
  const run = useCommand();
  return (
    <>
      <table className="move-table">
        <caption className="sr-only">Moves of replicas, those under way first</caption>
        <thead>
          <tr>
            <th scope="col">shard</th>
            <th scope="col">from, to</th>
            <th scope="col">
              <span className="move-heads" aria-hidden="true">
                {STOPS.map((stop) => (
                  <span key={stop} className="move-head">
                    {stop}
                  </span>
                ))}
              </span>
              <span className="sr-only">progress</span>
            </th>
            <th scope="col" className="move-now">
              now
            </th>
            <th scope="col">
              <span className="sr-only">Undo</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {moves.map((move) => {
            const step = moveStep(move);
            const name = shardName(move.shard);
            return (
              <tr key={`${name} ${move.to} ${move.from} ${move.sinceUs}`}>
                <th scope="row" className="mono">
                  {name}
                </th>
                <td className="move-way">
                  <Side node={move.from} />
                  <span className="move-arrow" aria-hidden="true">
                    ›
                  </span>
                  <span className="sr-only">to</span>
                  <Side node={move.to} />
                </td>
                <td className="move-stops-cell">
                  <MoveStops step={step} name={`${name}: ${wayText(move)}`} />
                </td>
                <td className={`move-now move-${step.tone}`}>{step.words}</td>
                <td className="move-undo">
                  {'outcome' in move || !canUndo(move) ? null : (
                    <button
                      type="button"
                      className="link-button"
                      title={formatCommand('CANCEL', [name])}
                      onClick={() => run(formatCommand('CANCEL', [name]))}
                    >
                      Cancel<span className="sr-only"> the move of {name}</span>
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {waiting.length === 0 ? null : (
        <p className="move-waiting">
          <span className="dim">waiting</span> {waiting.slice(0, NAMED_MAX).map(shardName).join(', ')}
          {waiting.length > NAMED_MAX ? ` and ${waiting.length - NAMED_MAX} more` : ''}
          <span className="dim">: a node takes two at a time, so that reads stay fast</span>
        </p>
      )}
    </>
  );
}

const wayText = ({ to, from }: MoveView): string =>
  to === NO_NODE
    ? `${nodeName(from)} goes`
    : from === NO_NODE
      ? `${nodeName(to)} comes`
      : `${nodeName(from)} to ${nodeName(to)}`;

const Side = ({ node }: { readonly node: NodeId }) =>
  node === NO_NODE ? <span className="dim">none</span> : <NodeChip node={node} />;
