import type { HashRing } from '../../core/ring/hash-ring.ts';
import type { Lookup } from '../store/lookup.ts';
import { annularSector } from './annular-sector.ts';
import { actorPoint, polar, type StageLayout, tokenTurn } from './geometry.ts';
import { KeyMark, TICK_INNER } from './key-mark.tsx';

interface Props {
  readonly layout: StageLayout;
  readonly ring: HashRing;
  readonly lookup: Lookup;
  /** Its operation is still under way. */
  readonly pending: boolean;
}

/**
 * Where a key lies: a sweep from the client to its place on the ring, then the shard's arc and the replicas light up; the tick and the key's
 * name stay. Runs once by itself for each lookup (mount it with the operation as its key); with reduced motion only the mark is there.
 */
export function LookupMark({ layout, ring, lookup, pending }: Props) {
  const { center, ringRadius } = layout;
  const turn = tokenTurn(lookup.token);
  const from = actorPoint(layout, lookup.client) ?? center;
  const to = polar(center, ringRadius - TICK_INNER, turn);
  const lit = annularSector({
    inner: ringRadius - 10,
    outer: ringRadius + 10,
    from: lookup.shard / ring.shards,
    to: (lookup.shard + 1) / ring.shards,
  });
  const line = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  return (
    <g className={pending ? 'lookup lookup-pending' : 'lookup'} pointerEvents="none">
      <line className="lookup-way" {...line} />
      <line className="lookup-sweep" pathLength="1" {...line} />
      <path className="lookup-lit" d={lit} transform={`translate(${center.x} ${center.y})`} />
      {ring.replicas(lookup.shard).map((node) => {
        const at = layout.nodes.get(node);
        return at === undefined ? null : (
          <circle key={node} className="lookup-lit" cx={at.x} cy={at.y} r={layout.nodeRadius + 7} />
        );
      })}
      <KeyMark layout={layout} token={lookup.token} label={lookup.label} />
    </g>
  );
}
