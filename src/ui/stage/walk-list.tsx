import { keyLabel } from '../../core/cluster/describe.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { KeyPlace } from '../../core/ring/locate-key.ts';
import { useAppState } from '../app-context.ts';
import { NodeChip } from '../panels/node-chip.tsx';
import { nodeStroke } from '../theme/palette.ts';
import { placesOf } from './walk-places.ts';

interface Props {
  readonly keyBytes: Uint8Array;
  readonly place: KeyPlace;
  /** Steps of the walk. */
  readonly shown: number;
}

const hex = (token: number): string => token.toString(16).padStart(8, '0');

/** The same way in words: hash, shard, and each point that the walk comes to. */
export function WalkList({ keyBytes, place, shown }: Props) {
  const nodes = useAppState(({ model }) => model.nodes);
  const steps = place.walk.slice(0, shown);
  const places = placesOf(steps);
  return (
    <div className="walk" data-done={shown >= place.walk.length}>
      <p className="lookup-title">
        {keyLabel(keyBytes) || '""'} → {shardName(place.shard)}
      </p>
      <p className="lookup-hash">hash {hex(place.token)}</p>
      <p className="walk-from">
        from <span className="mono">{hex(place.arc.first)}</span> clockwise:
      </p>
      <ol className="walk-steps" aria-label="The walk over the ring">
        {steps.map(({ vnode, taken }) => {
          const name = nodeName(vnode.node);
          return (
            <li key={vnode.token} className={taken ? undefined : 'walk-skipped'}>
              <span className="walk-tick" style={{ background: nodeStroke(vnode.node) }} />
              <span className="walk-vnode">
                {name}#{vnode.index}
              </span>
              <span>{taken ? places.find(({ node }) => node === vnode.node)?.place : `${name} again`}</span>
            </li>
          );
        })}
      </ol>
      {shown < place.walk.length ? null : (
        <p className="lookup-replicas">
          {place.replicas.map((node) => (
            <NodeChip key={node} node={node} up={nodes.get(node)?.state === 'up'} />
          ))}
        </p>
      )}
    </div>
  );
}
