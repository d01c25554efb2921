import type { MouseEvent } from 'react';
import type { ActorId } from '../../core/base/ids.ts';
import type { AppState } from '../store/app-store.ts';
import type { CutView } from '../store/view-model.ts';
import { between, LINKS_SHOWN_NODES_MAX, linkSegment, type Point, type StageLayout } from './geometry.ts';
import { linkState } from './link-words.ts';
import { isPress, useStops } from './stops.ts';

interface Props {
  readonly layout: StageLayout;
  readonly cuts: ReadonlyMap<string, CutView>;
  readonly down: ReadonlySet<number>;
  /** Links that end at a wall, keyed `from>to`. */
  readonly crossings: ReadonlyMap<string, number>;
  readonly selected: AppState['selectedLink'];
  readonly nameOf: (actor: ActorId) => string;
  readonly onSelect: (a: ActorId, b: ActorId, from: SVGElement) => void;
}

interface Shown {
  readonly a: ActorId;
  readonly b: ActorId;
  readonly cutOut: boolean;
  readonly cutBack: boolean;
}

/** Every link that messages travel: plain, dotted where an end is down, red and dashed where it is cut; each can be selected. */
export function Links({ layout, cuts, down, crossings, selected, nameOf, onSelect }: Props) {
  const links = linksShown(layout, cuts, crossings);
  const stops = useStops(links.length);
  return (
    <g role="toolbar" aria-label="Links" onKeyDown={stops.onKeyDown}>
      {links.map((link, i) => {
        const { a, b, cutOut, cutBack } = link;
        const ends = linkEnds(layout, link);
        if (ends === undefined) return null;
        const select = (event: { readonly currentTarget: SVGElement }) => onSelect(a, b, event.currentTarget);
        return (
          // biome-ignore lint/a11y/useSemanticElements: SVG has no button
          <g
            key={`${a}-${b}`}
            role="button"
            className="stage-link"
            tabIndex={stops.tabIndexOf(i)}
            aria-label={`Link ${nameOf(a)} – ${nameOf(b)}, ${linkState(cutOut, cutBack, nameOf(a), nameOf(b))}`}
            aria-pressed={selected?.a === a && selected.b === b}
            onFocus={stops.onFocusOf(i)}
            onClick={(event: MouseEvent<SVGGElement>) => select(event)}
            onKeyDown={(event) => {
              if (!isPress(event)) return;
              event.preventDefault();
              select(event);
            }}
          >
            <Line className="link-hit" {...ends} />
            <Line className="link-mark" {...ends} />
            <Link
              {...ends}
              cut={cutOut || cutBack}
              oneWay={cutOut !== cutBack}
              walled={crossings.has(`${a}>${b}`)}
              thin={layout.clients.has(a) || layout.clients.has(b)}
              down={down.has(a) || down.has(b)}
            />
          </g>
        );
      })}
    </g>
  );
}

/** All of them while they can be told apart, then only the cut ones that no wall tells of; the message canvas draws those that carry something. */
function linksShown(
  { nodes, clients }: StageLayout,
  cuts: ReadonlyMap<string, CutView>,
  crossings: ReadonlyMap<string, number>,
): readonly Shown[] {
  const actors: ActorId[] = [...nodes.keys(), ...clients.keys()];
  const many = nodes.size > LINKS_SHOWN_NODES_MAX;
  return actors.flatMap((a, i) =>
    actors.slice(i + 1).flatMap((b) => {
      const cutOut = cuts.has(`${a}>${b}`);
      const cutBack = cuts.has(`${b}>${a}`);
      const said = (!cutOut && !cutBack) || crossings.has(`${a}>${b}`);
      if (clients.has(a) || (many && said)) return [];
      return [{ a, b, cutOut, cutBack }];
    }),
  );
}

/** A one-way cut is drawn from the sender that is not heard. */
const linkEnds = (layout: StageLayout, { a, b, cutOut, cutBack }: Shown) =>
  cutBack && !cutOut ? linkSegment(layout, b, a, 0) : linkSegment(layout, a, b, 0);

const Line = ({ className, a, b }: { readonly className: string; readonly a: Point; readonly b: Point }) => (
  <line className={className} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
);

interface LinkProps {
  readonly a: Point;
  readonly b: Point;
  readonly cut: boolean;
  readonly oneWay: boolean;
  /** A wall stands in its way and says that it is cut. */
  readonly walled: boolean;
  readonly thin: boolean;
  readonly down: boolean;
}

function Link({ a, b, cut, oneWay, walled, thin, down }: LinkProps) {
  const marked = cut && !walled;
  const middle = between(a, b, 0.5);
  const angle = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
  return (
    <>
      <line
        x1={a.x}
        y1={a.y}
        x2={b.x}
        y2={b.y}
        stroke={marked ? 'var(--bad)' : 'var(--line2)'}
        strokeWidth={thin ? 1 : 1.5}
        strokeDasharray={marked ? '6 5' : down || walled ? '1 5' : undefined}
      />
      {marked ? (
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
