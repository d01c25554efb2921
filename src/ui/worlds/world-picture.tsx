import type { NodeId, ShardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { type Point, polar } from '../stage/geometry.ts';
import { RoleBadge } from '../stage/role-badge.tsx';
import { nodeStroke, termFill } from '../theme/palette.ts';
import type { World, WorldsNow } from './worlds-at.ts';

const WIDTH = 360;
const HEIGHT = 216;
const CENTER = { x: 180, y: 110 };
const RING = 76;
const NODE = 26;
const WALL_X = 146;
/** Of more others, only replicas of the key are drawn. */
const OTHERS_MAX = 4;

interface Props {
  readonly world: World;
  readonly alone: NodeId;
  readonly others: readonly NodeId[];
  readonly homes: readonly NodeId[];
  readonly shard: ShardId;
  readonly now: WorldsNow;
}

/** The cut-off node left, all others right, the clients below, and the wall between them while it stands. */
export function WorldPicture({ world, alone, others, homes, shard, now }: Props) {
  const replicas = useAppState(({ model }) => model.shards.get(shard));
  const nodes = useAppState(({ model }) => model.nodes);
  const isCut = useAppState(({ model }) => others.some((each) => model.cuts.has(`${alone}>${each}`)));
  const drawn = others.length > OTHERS_MAX ? others.filter((node) => homes.includes(node)) : others;
  const places = placesOf(alone, drawn);
  const lines = [...places].filter(([node]) => homes.includes(node));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="world-picture" role="img" aria-label={spoken()}>
      <circle cx={CENTER.x} cy={CENTER.y} r={RING} className="world-ring" />
      {lines.flatMap(([a, from], i) =>
        lines
          .slice(i + 1)
          .map(([b, to]) => (
            <line
              key={`${a}-${b}`}
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
              className={isCut && (a === alone || b === alone) ? 'world-link world-link-cut' : 'world-link'}
            />
          )),
      )}
      {isCut ? (
        <>
          <path d={`M${WALL_X} 22V${HEIGHT}`} className="world-wall" />
          <rect x={WALL_X - 32} y="2" width="64" height="20" rx="5" className="world-wall-tag" />
          <text x={WALL_X} y="16" className="world-wall-word">
            partition
          </text>
        </>
      ) : null}
      {[...places].map(([node, { x, y }]) => {
        const replica = replicas?.get(node);
        const state = nodes.get(node)?.state;
        const isDown = state === 'down' || state === 'crashed';
        const strong = world === 'strong';
        const second = strong ? (replica === undefined ? '' : `t${replica.term}`) : heldText(now.held.get(node));
        return (
          <g key={node} opacity={homes.includes(node) && !isDown ? 1 : 0.5}>
            <circle
              cx={x}
              cy={y}
              r={NODE}
              strokeWidth="5"
              stroke={nodeStroke(node)}
              fill={strong && replica !== undefined ? termFill(replica.term) : 'var(--raise)'}
              strokeDasharray={isDown ? '3 3' : undefined}
            />
            <text x={x} y={y + (second === '' ? 4 : -2)} className="world-node">
              {nodeName(node)}
            </text>
            <text x={x} y={y + 13} className="world-node-second">
              {second}
            </text>
            {strong ? <RoleBadge role={isDown ? 'down' : replica?.role} x={x} y={y - NODE - 4} /> : null}
            {!strong && now.hints.has(node) ? (
              <text x={x} y={y + NODE + 15} className="world-hints">
                ◆ {hintsText(now.hints.get(node) ?? 0)}
              </text>
            ) : null}
          </g>
        );
      })}
      <Client x={33} name="a" />
      <Client x={327} name="b" />
    </svg>
  );

  function spoken(): string {
    const wall = isCut ? `${nodeName(alone)} and client a are cut off from the rest.` : 'All nodes reach each other.';
    const each = homes.map((node) => {
      const role = replicas?.get(node)?.role;
      const held = now.held.get(node) ?? [];
      if (world === 'strong')
        return `${nodeName(node)}: ${role ?? 'no replica'}, term ${replicas?.get(node)?.term ?? 0}`;
      const hints = now.hints.get(node);
      const kept = hints === undefined ? '' : `, keeps ${hintsText(hints)}`;
      return `${nodeName(node)} holds ${held.length === 0 ? 'nothing' : held.join(' and ')}${kept}`;
    });
    return [wall, ...each].join(' ');
  }
}

const hintsText = (count: number): string => `${count} hint${count === 1 ? '' : 's'}`;

const heldText = (held: readonly string[] | undefined): string =>
  held === undefined || held.length === 0 ? '–' : held.length > 1 ? `${held.length} values` : short(held[0] as string);

const short = (text: string): string => (text.length > 8 ? `${text.slice(0, 7)}…` : text);

const Client = ({ x, name }: { readonly x: number; readonly name: string }) => (
  <g>
    <rect x={x - 32} y={CENTER.y - 12} width="64" height="23" rx="6" className="world-client" />
    <text x={x} y={CENTER.y + 4} className="world-client-word">
      client {name}
    </text>
  </g>
);

/** On the ring: the cut-off one at its left, the others around its right. */
function placesOf(alone: NodeId, others: readonly NodeId[]): ReadonlyMap<NodeId, Point> {
  const places = new Map([[alone, polar(CENTER, RING, 0.75)]]);
  const arc = others.length < 3 ? 0.26 : 0.46;
  others.forEach((node, i) => {
    const share = others.length === 1 ? 0.5 : i / (others.length - 1);
    places.set(node, polar(CENTER, RING, 0.25 + (share - 0.5) * arc));
  });
  return places;
}
