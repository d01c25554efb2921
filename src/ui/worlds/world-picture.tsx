import type { NodeId, ShardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { type Point, polar } from '../stage/geometry.ts';
import { RoleBadge } from '../stage/role-badge.tsx';
import { nodeStroke, termFill } from '../theme/palette.ts';
import type { AskedHere, Version, World, WorldsNow } from './worlds-at.ts';
import { versionsText } from './worlds-score.ts';

const WIDTH = 326;
const CENTER_X = 163;
const RING = 70;
const WALL_X = 125;
/** `half` above and below the middle of the ring. More others reach further up and down, and have less room each. */
const SIZES = { few: { half: 88, disc: 24 }, many: { half: 104, disc: 22 } };
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
  const { half, disc } = drawn.length < 3 ? SIZES.few : SIZES.many;
  const places = placesOf(alone, drawn, half);
  const cutAt = now.marks.findLast(({ does }) => does === 'cut')?.place ?? Number.POSITIVE_INFINITY;
  const cutOff = isCut ? now.asked.filter((each) => each.world === world && each.begun > cutAt) : [];
  const lines = [...places].filter(([node]) => homes.includes(node));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${2 * half}`} className="world-picture" role="img" aria-label={spoken()}>
      <circle cx={CENTER_X} cy={half} r={RING} className="world-ring" />
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
          <path d={`M${WALL_X} 20V${2 * half}`} className="world-wall" />
          <rect x={WALL_X - 31} y="2" width="62" height="19" rx="5" className="world-wall-tag" />
          <text x={WALL_X} y="12" className="world-wall-word">
            partition
          </text>
        </>
      ) : null}
      {[...places].map(([node, { x, y }]) => {
        const replica = replicas?.get(node);
        const state = nodes.get(node)?.state;
        const isDown = state === 'down' || state === 'crashed';
        const strong = world === 'strong';
        const isHome = homes.includes(node);
        const second = !isHome
          ? ''
          : strong
            ? replica === undefined
              ? ''
              : `t${replica.term}`
            : heldText(now.held.get(node));
        return (
          <g key={node} opacity={isHome && !isDown ? 1 : 0.5}>
            <circle
              cx={x}
              cy={y}
              r={disc}
              strokeWidth="5"
              stroke={nodeStroke(node)}
              fill={strong && replica !== undefined ? termFill(replica.term) : 'var(--raise)'}
              strokeDasharray={isDown ? '3 3' : undefined}
            />
            <text x={x} y={y - (second === '' ? 0 : 6)} className="world-node">
              {nodeName(node)}
            </text>
            <text x={x} y={y + 9} className="world-node-second">
              {second}
            </text>
            {strong ? <RoleBadge role={isDown ? 'down' : replica?.role} x={x} y={y - disc - 4} /> : null}
            {!strong && now.hints.has(node) ? (
              <text x={x} y={y + disc + 11} className="world-hints">
                ◆ {hintsText(now.hints.get(node) ?? 0)}
              </text>
            ) : null}
          </g>
        );
      })}
      <Client x={32} y={half} name="a" asked={cutOff} />
      <Client x={WIDTH - 32} y={half} name="b" asked={cutOff} />
    </svg>
  );

  function spoken(): string {
    const wall = isCut ? `${nodeName(alone)} and client a are cut off from the rest.` : 'All nodes reach each other.';
    const each = homes.map((node) => {
      const role = replicas?.get(node)?.role;
      if (world === 'strong')
        return `${nodeName(node)}: ${role ?? 'no replica'}, term ${replicas?.get(node)?.term ?? 0}`;
      const hints = now.hints.get(node);
      const kept = hints === undefined ? '' : `, keeps ${hintsText(hints)}`;
      return `${nodeName(node)} holds ${versionsText(now.held.get(node))}${kept}`;
    });
    return [wall, ...each].join(' ');
  }
}

const hintsText = (count: number): string => `${count} hint${count === 1 ? '' : 's'}`;

const heldText = (held: readonly Version[] | undefined): string =>
  held === undefined || held.length === 0 ? '–' : held.length > 1 ? `${held.length} values` : short(versionsText(held));

const short = (text: string): string => (text.length > 8 ? `${text.slice(0, 7)}…` : text);

interface ClientProps {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  /** Since the wall stands. */
  readonly asked: readonly AskedHere[];
}

/** A client, and how it fares behind the wall. */
function Client({ x, y, name, asked }: ClientProps) {
  const over = asked.filter(({ client, outcome }) => client === name && outcome !== undefined);
  const refused = over.some(({ outcome }) => outcome?.status !== 'ok');
  return (
    <g>
      <rect x={x - 31} y={y - 12} width="62" height="24" rx="6" className="world-client" />
      <text x={x} y={y} className="world-client-word">
        client {name}
      </text>
      {over.length === 0 ? null : (
        <text x={x} y={y + 24} className={refused ? 'world-refused' : 'world-answered'}>
          {refused ? '✕ refused' : '✓ answered'}
        </text>
      )}
    </g>
  );
}

/** On the ring: the cut-off one at its left, the others around its right. */
function placesOf(alone: NodeId, others: readonly NodeId[], half: number): ReadonlyMap<NodeId, Point> {
  const center = { x: CENTER_X, y: half };
  const places = new Map([[alone, polar(center, RING, 0.75)]]);
  const arc = others.length < 3 ? 0.24 : 0.4;
  others.forEach((node, i) => {
    const share = others.length === 1 ? 0.5 : i / (others.length - 1);
    places.set(node, polar(center, RING, 0.25 + (share - 0.5) * arc));
  });
  return places;
}
