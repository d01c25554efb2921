import './key-finder.css';
import { keyLabel } from '../../core/cluster/describe.ts';
import { placeOfKey } from '../../core/cluster/placement.ts';
import type { WalkStep } from '../../core/ring/hash-ring.ts';
import { useAppState } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { nodeFill, nodeInk, nodeStroke } from '../theme/palette.ts';
import { annularSector } from './annular-sector.ts';
import { polar, type StageLayout, tokenTurn } from './geometry.ts';
import { KeyMark, pillWidth, TICK_INNER } from './key-mark.tsx';
import { placesOf } from './walk-places.ts';
import { walkSlots } from './walk-slots.ts';

interface Props {
  readonly run: RunView;
  readonly layout: StageLayout;
}

/** Outward from the middle of the arcs: where the ring's own ticks lie, and the middle of the discs that tell them apart. */
const TICKS = { from: 13, to: 26 };
const DISCS = 40;
const DISC_RADIUS = 7;
const SLOT = 2 * DISC_RADIUS + 3;
/** Of an ordinal beside a node. */
const ORDINAL = { width: 26, height: 15 };
/** Where it stands at the node's edge: at the left, where neither role nor votes are. */
const ORDINAL_TURN = 0.8;

/**
 * The way to a key's replicas over the ring: the key's mark, its shard's arc, and from the start of the arc the points that the walk comes to, as
 * far as they are shown. Outside the ring each has a disc with its node's number, filled where the node is taken and struck out where it is skipped.
 */
export function KeyWalk({ run, layout }: Props) {
  const finder = useAppState((state) => state.finder);
  if (finder?.key === undefined) return null;
  const place = placeOfKey(run.ring, finder.key);
  const label = keyLabel(finder.key) || '""';
  const shown = place.walk.slice(0, finder.shown);
  return (
    <svg className="key-walk" width={layout.width} height={layout.height} aria-hidden="true">
      <Arc layout={layout} shards={run.ring.shards} shard={place.shard} />
      <Points layout={layout} walk={place.walk} shown={finder.shown} token={place.token} label={label} />
      <Replicas layout={layout} shown={shown} />
      <KeyMark layout={layout} token={place.token} label={label} />
    </svg>
  );
}

/** The arc that holds the key, and where the walk begins. */
function Arc({ layout, shards, shard }: { layout: StageLayout; shards: number; shard: number }) {
  const { center, ringRadius } = layout;
  const start = shard / shards;
  const [from, to] = [polar(center, ringRadius - TICK_INNER - 5, start), polar(center, ringRadius + TICKS.to, start)];
  const outline = annularSector({
    inner: ringRadius - 10,
    outer: ringRadius + 10,
    from: start,
    to: start + 1 / shards,
  });
  return (
    <>
      <path className="walk-arc" d={outline} transform={`translate(${center.x} ${center.y})`} />
      <line className="walk-start" x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
    </>
  );
}

interface PointsProps {
  readonly layout: StageLayout;
  readonly walk: readonly WalkStep[];
  readonly shown: number;
  readonly token: number;
  readonly label: string;
}

function Points({ layout: { center, ringRadius }, walk, shown, token, label }: PointsProps) {
  const circle = 2 * Math.PI * (ringRadius + DISCS);
  // Past the top of the ring the walk goes on.
  const first = walk[0]?.vnode.token ?? 0;
  const turns = walk.map(({ vnode }) => tokenTurn(vnode.token) + (vnode.token < first ? 1 : 0));
  const pill = (pillWidth(label) / 2 + 4) / circle;
  const key = tokenTurn(token);
  const slots = walkSlots(turns, SLOT / circle, { from: key - pill, to: key + pill });
  const ground = annularSector({
    inner: ringRadius + TICKS.to,
    outer: ringRadius + DISCS + DISC_RADIUS + 1,
    from: (slots[0] ?? 0) - SLOT / circle,
    to: (slots.at(-1) ?? 0) + SLOT / circle,
  });
  const crowded = (turns.at(-1) ?? 0) - (turns[0] ?? 0) < (walk.length * SLOT) / circle;
  return (
    <>
      {crowded ? <path className="walk-ground" d={ground} transform={`translate(${center.x} ${center.y})`} /> : null}
      {walk.slice(0, shown).map(({ vnode, taken }, i) => {
        const [turn, slot] = [turns[i] ?? 0, slots[i] ?? 0];
        const inner = polar(center, ringRadius + TICKS.from, turn);
        const outer = polar(center, ringRadius + TICKS.to, turn);
        const edge = polar(center, ringRadius + DISCS - DISC_RADIUS, slot);
        const disc = polar(center, ringRadius + DISCS, slot);
        const stroke = taken ? nodeStroke(vnode.node) : 'var(--faint)';
        return (
          <g key={vnode.token} className={i === shown - 1 ? 'walk-point walk-point-now' : 'walk-point'}>
            <line x1={inner.x} y1={inner.y} x2={outer.x} y2={outer.y} stroke={stroke} strokeWidth={taken ? 2.5 : 1.5} />
            <line x1={outer.x} y1={outer.y} x2={edge.x} y2={edge.y} stroke={stroke} />
            <circle
              cx={disc.x}
              cy={disc.y}
              r={DISC_RADIUS}
              fill={taken ? nodeFill(vnode.node) : 'var(--bg)'}
              stroke={stroke}
            />
            <text x={disc.x} y={disc.y + 0.5} style={{ fill: taken ? nodeInk(vnode.node) : 'var(--dim)' }}>
              {vnode.node}
            </text>
            {taken ? null : <path className="walk-struck" d={`M${disc.x - 6} ${disc.y + 6}l12 -12`} />}
          </g>
        );
      })}
    </>
  );
}

/** The nodes found so far, each with its place on the list. */
function Replicas({ layout, shown }: { layout: StageLayout; shown: readonly WalkStep[] }) {
  return placesOf(shown).map(({ node, place }) => {
    const at = layout.nodes.get(node);
    if (at === undefined) return null;
    const mark = polar(at, layout.nodeRadius + 8, ORDINAL_TURN);
    return (
      <g key={node}>
        <circle className="walk-replica" cx={at.x} cy={at.y} r={layout.nodeRadius + 7} />
        <rect
          className="walk-ordinal"
          x={mark.x - ORDINAL.width / 2}
          y={mark.y - ORDINAL.height / 2}
          width={ORDINAL.width}
          height={ORDINAL.height}
          rx="7"
        />
        <text className="walk-ordinal-text" x={mark.x} y={mark.y + 0.5}>
          {place}
        </text>
      </g>
    );
  });
}
