import { memo } from 'react';
import { type ShardId, shardId } from '../../core/base/ids.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import { nodeFill, nodeSplit, nodeStroke, repeatsHue } from '../theme/palette.ts';
import { annularSector } from './annular-sector.ts';
import { type Point, polar, SMALL_RING, tokenTurn } from './geometry.ts';

const TICKS_PER_NODE_MAX = 44;
const TURN = 2 * Math.PI;

interface Props {
  readonly ring: HashRing;
  readonly center: Point;
  readonly radius: number;
  readonly focused: ShardId;
  /** Leader of each shard by shard number; 0 = none. */
  readonly leaders: readonly number[];
  /** Who holds the focused shard: not always those whom the ring wants to. */
  readonly holders: readonly number[];
  /** All shards are looked at alike. */
  readonly all: boolean;
  /** Nodes that are not up. */
  readonly down: ReadonlySet<number>;
  readonly onFocus: (shard: ShardId) => void;
}

/** The hash ring: vnode ticks outside, one arc per shard in its leader's hue, thin inner arcs for the focused shard's followers. */
export function Ring({ ring, center, radius, focused, leaders, holders, all, down, onFocus }: Props) {
  return (
    <g transform={`translate(${center.x} ${center.y})`}>
      <Ticks ring={ring} radius={radius + 16} down={[...down].join(' ')} />
      {leaders.map((leader, shard) => (
        <ShardArc
          key={shardName(shard)}
          ring={ring}
          shard={shardId(shard)}
          radius={radius}
          leader={leader}
          focused={!all && shard === focused}
          bright={all}
          labelled={showsLabel(leaders, shard, focused)}
          onFocus={onFocus}
        />
      ))}
      {all ? null : (
        <FollowerArcs
          ring={ring}
          shard={focused}
          radius={radius}
          followers={holders.filter((node) => node !== leaders[focused])}
          down={down}
        />
      )}
    </g>
  );
}

/** Between two arcs, in turns. */
const GAP = 0.0019;

function band(ring: HashRing, shard: number, inner: number, outer: number): string {
  const gap = ring.shards === 1 ? 0 : Math.min(GAP, 0.125 / ring.shards);
  return annularSector({ inner, outer, from: shard / ring.shards + gap / 2, to: (shard + 1) / ring.shards - gap / 2 });
}

interface ArcProps {
  readonly ring: HashRing;
  readonly shard: ShardId;
  readonly radius: number;
  readonly leader: number;
  readonly focused: boolean;
  readonly bright: boolean;
  readonly labelled: boolean;
  readonly onFocus: (shard: ShardId) => void;
}

const ShardArc = memo(function ShardArc({ ring, shard, radius, leader, focused, bright, labelled, onFocus }: ArcProps) {
  const half = focused ? 8 : 5;
  const middle = (shard + 0.5) / ring.shards;
  const text = `${shardName(shard)}${leader === 0 && radius >= SMALL_RING && ring.shards <= SIGNED_SHARDS_MAX ? ' ✕' : ''}`;
  const label = polar({ x: 0, y: 0 }, labelRadius(radius, focused, text, middle), middle);
  return (
    // The shard picker does the same by keyboard.
    // biome-ignore lint/a11y/noStaticElementInteractions: a second, pointer-only way to the shard picker
    <g className="shard-arc" onClick={() => onFocus(shard)}>
      <path
        d={band(ring, shard, radius - half, radius + half)}
        fill={leader === 0 ? 'url(#no-leader)' : nodeFill(leader)}
        stroke={leader === 0 ? 'var(--line2)' : nodeStroke(leader)}
        strokeWidth={focused ? 1 : 0.5}
        opacity={focused || bright || leader === 0 ? 1 : 0.62}
      />
      {repeatsHue(leader) ? (
        <path d={band(ring, shard, radius - 1, radius + 1)} fill={nodeSplit(leader, 'var(--bg)')} />
      ) : null}
      {labelled ? (
        <text x={label.x} y={label.y} className={focused ? 'shard-label shard-label-focused' : 'shard-label'}>
          {text}
        </text>
      ) : null}
      <title>{`${shardName(shard)}: ${leader === 0 ? 'no leader' : `led by n${leader}`}`}</title>
    </g>
  );
});

const LABEL_LETTER_WIDTH = 6.8;
const LABEL_HEIGHT = 11;

/** Inside the ring, clear of the follower arcs; outside it, clear of the ticks, where the nodes need the room. At the sides a label needs its width, above and below its height. */
function labelRadius(radius: number, focused: boolean, text: string, turn: number): number {
  const angle = turn * TURN;
  const half =
    (Math.abs(Math.sin(angle)) * text.length * LABEL_LETTER_WIDTH + Math.abs(Math.cos(angle)) * LABEL_HEIGHT) / 2;
  if (radius < SMALL_RING) return radius + 26 + half;
  return radius - (focused ? 24 : 12) - half;
}

/** More shards without a leader than this are no exceptions: their labels would lie on each other. */
const EXCEPTIONS_MAX = 8;

/** With more, only some have a label. */
const LABELLED_SHARDS_MAX = 16;

/** With more, a label has no room for a sign beside it: the arc's hatching says the same. */
const SIGNED_SHARDS_MAX = 8;

/** All up to 16 shards, every 8th up to 64, every 32nd above. Exceptions in place of their neighbours, while they are few. */
function showsLabel(leaders: readonly number[], shard: number, focused: number): boolean {
  const shards = leaders.length;
  if (shards <= LABELLED_SHARDS_MAX || shard === focused) return true;
  const few = leaders.filter((leader) => leader === 0).length <= EXCEPTIONS_MAX;
  const exceptional = (other: number) => other === focused || (few && leaders[other] === 0);
  const before = exceptional((shard + shards - 1) % shards);
  if (few && leaders[shard] === 0) return shards <= 64 && !before;
  const after = exceptional((shard + 1) % shards);
  return !before && !after && shard % (shards <= 64 ? 8 : 32) === 0;
}

function FollowerArcs({
  ring,
  shard,
  radius,
  followers,
  down,
}: {
  readonly ring: HashRing;
  readonly shard: ShardId;
  readonly radius: number;
  readonly followers: readonly number[];
  readonly down: ReadonlySet<number>;
}) {
  return followers.map((node, i) => (
    <path
      key={node}
      d={followerBands(node)
        .map(([inner, outer]) => band(ring, shard, radius - inner - 5 * i, radius - outer - 5 * i))
        .join('')}
      fill={down.has(node) ? 'var(--line2)' : nodeStroke(node)}
      opacity={down.has(node) ? 0.6 : 1}
    />
  ));
}

/** What a follower's thin arc is made of, inwards from the ring's middle: two lines where its hue repeats. */
const followerBands = (node: number): readonly (readonly [inner: number, outer: number])[] =>
  repeatsHue(node)
    ? [
        [15, 14],
        [13, 12],
      ]
    : [[15, 12]];

const Ticks = memo(function Ticks({
  ring,
  radius,
  down,
}: {
  readonly ring: HashRing;
  readonly radius: number;
  readonly down: string;
}) {
  const gone = new Set(down.split(' '));
  const paths = new Map<number, string[]>();
  for (const vnode of ring.vnodes) {
    const path = paths.get(vnode.node) ?? [];
    paths.set(vnode.node, path);
    const turn = tokenTurn(vnode.token);
    const from = polar({ x: 0, y: 0 }, radius, turn);
    const to = polar({ x: 0, y: 0 }, radius + 8, turn);
    path.push(`M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`);
  }
  return (
    <g>
      {[...paths].map(([node, path]) => (
        <path
          key={node}
          d={path.filter((_, i) => i % Math.ceil(path.length / TICKS_PER_NODE_MAX) === 0).join('')}
          stroke={gone.has(String(node)) ? 'var(--line2)' : nodeStroke(node)}
          strokeWidth="1.2"
          opacity="0.75"
        />
      ))}
    </g>
  );
});
