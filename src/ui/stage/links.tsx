import type { ActorId, NodeId } from '../../core/base/ids.ts';
import type { CutView } from '../store/view-model.ts';
import { between, LINKS_SHOWN_NODES_MAX, linkSegment, type StageLayout } from './geometry.ts';

interface Props {
  readonly layout: StageLayout;
  readonly cuts: ReadonlyMap<string, CutView>;
  readonly down: ReadonlySet<number>;
}

/** Every link that messages travel: plain, dotted where an end is down, red and dashed with a ✕ where it is cut. */
export function Links({ layout, cuts, down }: Props) {
  const actors: ActorId[] = [...layout.nodes.keys(), ...layout.clients.keys()];
  const pairs = actors.flatMap((a, i) => actors.slice(i + 1).map((b) => [a, b] as const));
  const many = layout.nodes.size > LINKS_SHOWN_NODES_MAX;
  return (
    <g>
      {pairs.map(([a, b]) => {
        const cutOut = cuts.has(`${a}>${b}`);
        const cutBack = cuts.has(`${b}>${a}`);
        const clients = layout.clients.has(a) && layout.clients.has(b);
        if (clients || (many && !cutOut && !cutBack)) return null;
        return (
          <Link
            key={`${a}-${b}`}
            layout={layout}
            a={a}
            b={b}
            cutOut={cutOut}
            cutBack={cutBack}
            down={down.has(a) || down.has(b)}
          />
        );
      })}
    </g>
  );
}

interface LinkProps {
  readonly layout: StageLayout;
  readonly a: ActorId;
  readonly b: ActorId;
  readonly cutOut: boolean;
  readonly cutBack: boolean;
  readonly down: boolean;
}

function Link({ layout, a, b, cutOut, cutBack, down }: LinkProps) {
  // A one-way cut is drawn from the sender that is not heard.
  const segment = cutBack && !cutOut ? linkSegment(layout, b, a, 0) : linkSegment(layout, a, b, 0);
  if (segment === undefined) return null;
  const cut = cutOut || cutBack;
  const oneWay = cutOut !== cutBack;
  const middle = between(segment.a, segment.b, 0.5);
  const angle = (Math.atan2(segment.b.y - segment.a.y, segment.b.x - segment.a.x) * 180) / Math.PI;
  const toClient = layout.clients.has(a) || layout.clients.has(b);
  return (
    <>
      <line
        x1={segment.a.x}
        y1={segment.a.y}
        x2={segment.b.x}
        y2={segment.b.y}
        stroke={cut ? 'var(--bad)' : 'var(--line2)'}
        strokeWidth={toClient ? 1 : 1.5}
        strokeDasharray={cut ? '6 5' : down ? '1 5' : undefined}
      />
      {cut ? (
        <g
          transform={`translate(${middle.x} ${middle.y}) rotate(${angle})`}
          stroke="var(--bad)"
          strokeWidth="2"
          fill="none"
        >
          <path d="M0 -11 V11" strokeWidth="3" />
          {oneWay ? <path d="M-16 -5 L-8 0 L-16 5" /> : null}
        </g>
      ) : null}
    </>
  );
}

/** Where a client stands, with what it is waiting for. */
export function ClientBox({
  x,
  y,
  name,
  width,
  height,
}: {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}) {
  return (
    <g className="client-box" transform={`translate(${x} ${y})`}>
      <rect
        x={-width / 2}
        y={-height / 2}
        width={width}
        height={height}
        rx="8"
        fill="var(--raise)"
        stroke="var(--line2)"
      />
      <rect x={-width / 2 + 12} y="-4" width="8" height="8" fill="var(--ink)" />
      <text className="client-name" x="8">
        {name.length > 8 ? `${name.slice(0, 7)}…` : name}
      </text>
    </g>
  );
}

export const nodesDown = (nodes: ReadonlyMap<NodeId, { readonly state: string }>): ReadonlySet<number> =>
  new Set(
    [...nodes].filter(([, node]) => node.state === 'down' || node.state === 'crashed').map(([id]) => id as number),
  );
