import type { HashRing } from '../../core/ring/hash-ring.ts';
import type { Lookup } from '../store/lookup.ts';
import { annularSector } from './annular-sector.ts';
import { actorPoint, polar, type StageLayout, tokenTurn } from './geometry.ts';

const CHAR_WIDTH = 6.8;
const PILL_HEIGHT = 20;
/** From the middle of the arcs outward: the tick's ends, and the pill's middle. */
const TICK_INNER = 13;
const TICK_OUTER = 15;
const PILL_OUT = 27;

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
  const out = polar(center, ringRadius + TICK_OUTER, turn);
  const width = lookup.label.length * CHAR_WIDTH + 14;
  const middle = polar(center, ringRadius + PILL_OUT, turn);
  const x = Math.max(width / 2 + 4, Math.min(middle.x, layout.width - width / 2 - 4));
  const y = Math.max(PILL_HEIGHT / 2 + 2, Math.min(middle.y, layout.height - PILL_HEIGHT / 2 - 2));
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
      <line className="lookup-tick-ground" x1={to.x} y1={to.y} x2={out.x} y2={out.y} />
      <line className="lookup-tick" x1={to.x} y1={to.y} x2={out.x} y2={out.y} />
      <rect
        className="lookup-pill"
        x={x - width / 2}
        y={y - PILL_HEIGHT / 2}
        width={width}
        height={PILL_HEIGHT}
        rx="5"
      />
      <text className="lookup-key" x={x} y={y + 0.5}>
        {lookup.label}
      </text>
    </g>
  );
}
