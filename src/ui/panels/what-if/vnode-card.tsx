import './vnode-card.css';
import { useMemo, useState } from 'react';
import { nodeId } from '../../../core/base/ids.ts';
import { replicationFactorOf } from '../../../core/cluster/placement.ts';
import { moduloJoin, type Placed, ringSpread } from '../../../core/cluster/ring-spread.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { nodeCount } from '../../store/node-count.ts';
import { ringNodesOf } from '../../store/ring-now.ts';
import { NodeChip } from '../node-chip.tsx';
import { MovedRow, percent, ShareBar } from '../share-bar.tsx';

const VNODES = [1, 8, 150, 500] as const;

/** How even the ring would be with more or fewer vnodes, and what one more node would move. Computed; nothing moves. */
export function VnodeCard() {
  const run = useAppState((state) => state.run);
  const ring = useAppState(({ model }) => model.placement.ring);
  const seen = useAppState(nodeCount);
  const placed = useMemo(
    () =>
      run && {
        nodes: ringNodesOf(run.config, ring.members),
        // Numbers are not used again.
        next: nodeId(seen + 1),
        shards: run.config.shards,
        replicationFactor: replicationFactorOf(run.config),
      },
    [run, ring, seen],
  );
  if (run === undefined || placed === undefined) return null;
  return <Content placed={placed} vnodesNow={ring.vnodes ?? run.config.vnodes} />;
}

function Content({ placed, vnodesNow }: { readonly placed: Placed; readonly vnodesNow: number }) {
  const [choice, setChoice] = useState(0);
  const vnodes = VNODES[choice] ?? 1;
  const now = useMemo(() => ringSpread(placed, vnodesNow), [placed, vnodesNow]);
  const then = useMemo(() => ringSpread(placed, vnodes), [placed, vnodes]);
  const modulo = moduloJoin(placed);
  const { shards, nodes } = placed;
  const count = nodes.length;
  const replicas = Math.min(placed.replicationFactor, count);
  const most = Math.max(...now.arcs.values(), ...then.arcs.values());
  const ideal = 1 / (count + 1);
  const joins = nodeName(placed.next);
  const both = (name: string, of: (spread: typeof now) => string) => (
    <tr className="vnode-figures">
      <th scope="row">{name}</th>
      <td>{of(now)}</td>
      <td>{of(then)}</td>
    </tr>
  );
  return (
    <div className="vnode-card">
      <p className="dim">
        It moves nothing: this is computed, by the functions that place the shards. This cluster has {vnodesNow} a node.
      </p>
      <label className="vnode-slider">
        <span>Vnodes a node</span>
        <input
          type="range"
          min={0}
          max={VNODES.length - 1}
          step={1}
          value={choice}
          aria-valuetext={`${vnodes} ${vnodes === 1 ? 'vnode' : 'vnodes'} a node`}
          onChange={(event) => setChoice(Number(event.target.value))}
        />
        <output>{vnodes}</output>
      </label>
      <div className="vnode-stops" aria-hidden="true">
        {VNODES.map((stop) => (
          <span key={stop} className={stop === vnodes ? 'vnode-stop-chosen' : undefined}>
            {stop}
          </span>
        ))}
      </div>
      <div className="vnode-halves">
        <div>
          <table className="vnode-table">
            <caption>Share of the ring; an even one is {percent(1 / count)}</caption>
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">{vnodesNow} vnodes, now</th>
                <th scope="col">{vnodes}, what if</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((node) => (
                <tr key={node}>
                  <th scope="row">
                    <NodeChip node={node} />
                  </th>
                  {[now, then].map(({ arcs }, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the cell is
                    <td key={i}>
                      <ShareBar share={arcs.get(node) ?? 0} most={most} mark={1 / count} node={node} />
                    </td>
                  ))}
                </tr>
              ))}
              {both('deviation', ({ arcDeviation }) => `± ${percent(arcDeviation)}`)}
              {both('theory, 1/√v', (spread) => `± ${percent(1 / Math.sqrt(spread.vnodes))}`)}
              {both(`theory, ${count} nodes`, ({ expectedArcDeviation }) => `± ${percent(expectedArcDeviation)}`)}
              {both(`of ${shards} shards`, ({ shardDeviation }) => `± ${percent(shardDeviation)}`)}
            </tbody>
          </table>
          <p className="dim">
            Deviation: the standard deviation of the nodes’ shares, relative to an even share. Theory is the mean of
            many rings; this is one. Of shards: the same of how many of the {shards} shards have a node first. So few
            are coarser than the vnodes.
          </p>
        </div>
        <div>
          <table className="vnode-table">
            <caption>
              If {joins} joined, what would move: {count} → {count + 1} nodes
            </caption>
            <thead>
              <tr>
                <th scope="col">Placed by</th>
                <th scope="col">of all {shards * replicas} copies</th>
                <th scope="col">of the first copies</th>
              </tr>
            </thead>
            <tbody>
              <MovedRow name={`ring, ${vnodesNow}, now`} {...now.join} kind="ring" />
              <MovedRow name={`ring, ${vnodes}, what if`} {...then.join} kind="ring" />
              <MovedRow name="ideal 1/(N+1)" copies={ideal} firsts={ideal} kind="ideal" />
              <MovedRow name="hash mod N" {...modulo} kind="modulo" />
            </tbody>
          </table>
          {count > replicas ? null : (
            <p className="dim">
              Each of {count} nodes has a copy of everything, so that hash mod N moves as few copies. Of the first ones
              it moves most, and of all from more nodes on.
            </p>
          )}
        </div>
      </div>
    </div>
  );
}
