import { replicationFactorOf } from '../../../core/cluster/placement.ts';
import type { RunConfig } from '../../../core/cluster/run.ts';
import { MovedRow, percent } from '../share-bar.tsx';
import { type ChangeFigures, changeTitle } from './change-figures.ts';

interface Props {
  readonly figures: ChangeFigures;
  readonly config: RunConfig;
  /** All of it has moved. */
  readonly isOver: boolean;
}

/** What the last change of the ring moves: shards, replicas and keys, and as numbers beside the least possible and beside what `hash mod N` would have moved. */
export function ChangeSummary({ figures, config, isOver }: Props) {
  const { epochs, nodes, copies, shards, keys, ring, ideal, modulo } = figures;
  return (
    <section aria-labelledby="change-title">
      <h3 id="change-title">
        {changeTitle(figures, isOver)}{' '}
        <span className="dim">
          epoch {epochs[0]} → {epochs[1]} · {nodes[0]} → {nodes[1]} nodes
        </span>
      </h3>
      <p className="change-counts">
        <Count of={shards} what="shards" /> <Count of={copies} what="replicas" />{' '}
        <Count of={keys} what="copies of keys" />
      </p>
      <table className="change-table">
        <caption className="sr-only">What moves, by how keys are placed</caption>
        <thead>
          <tr>
            <th scope="col">Placed by</th>
            <th scope="col">replicas that move</th>
            <th scope="col">first replicas</th>
          </tr>
        </thead>
        <tbody>
          <MovedRow name="hash ring, measured" copies={ring.copies} firsts={ring.firsts} kind="ring" />
          {ideal === undefined ? null : (
            <MovedRow name={`K/N, the least: ${shareText(nodes)}`} copies={ideal} firsts={ideal} kind="ideal" />
          )}
          {modulo === undefined ? null : <MovedRow name="hash mod N, computed" {...modulo} kind="modulo" />}
        </tbody>
      </table>
      <p className="dim change-note">{noteOf(figures, replicationFactorOf(config))}</p>
    </section>
  );
}

const Count = ({ of: [moving, all], what }: { readonly of: readonly [number, number]; readonly what: string }) => (
  <span className="change-count">
    <strong>{moving}</strong> of {all} {what}
    {all === 0 ? '' : ` (${percent(moving / all)})`}
  </span>
);

const shareText = ([before, after]: readonly [number, number]): string =>
  `${Math.abs(after - before)}/${Math.max(before, after)}`;

/** Why the figures are what they are where that surprises. */
function noteOf({ modulo, nodes, ring }: ChangeFigures, replicationFactor: number): string {
  if (modulo === undefined) return 'As many nodes as before: what moves is what the other points on the ring ask for.';
  if (Math.min(...nodes) <= replicationFactor)
    return `With ${Math.min(...nodes)} nodes each has a copy of everything, so that hash mod N moves as few copies. Of the first ones it moves ${percent(modulo.firsts)}, and of all from more nodes on.`;
  return `hash mod N would have moved ${(modulo.copies / Math.max(ring.copies, 1e-9)).toFixed(1)} times as much.`;
}
