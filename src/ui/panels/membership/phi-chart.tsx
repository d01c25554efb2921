import { line } from 'd3';
import type { Micros, NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { useSize } from '../../use-size.ts';
import { type PhiLimits, phiNow, phiText } from './matrix-cell.ts';
import { type PhiPoint, phiCurve } from './phi-curve.ts';
import type { Pair } from './view-matrix.tsx';
import { isThinking } from './who-is-seen.ts';

interface Props {
  /** Who may observe. */
  readonly nodes: readonly NodeId[];
  readonly limits: PhiLimits & { readonly gossipIntervalUs: Micros };
  readonly pair: Pair;
  readonly nowUs: Micros;
}

const HEIGHT = 184;
const LEFT = 24;
const RIGHT = 52;
const TOP = 8;
const BOTTOM = 20;
/** Shown of the past, in rounds of gossip. */
const ROUNDS = 40;
const TICKS = [0, 1, 2, 3, 4];
/** The threshold stands at two thirds of the height: above it there is room to see by how much. */
const TOP_THRESHOLDS = 1.5;
const LABEL_HEIGHT = 13;
/** Other observers' curves, beside the picked one. */
const OTHERS_MAX = 3;
const DASHES = ['6 3', '2 3', '8 3 2 3'];

/** φ of one node over the last rounds: as the picked observer computed it, and for comparison as some others did. */
export function PhiChart({ nodes, limits, pair, nowUs }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const views = useAppState((state) => state.model.membership);
  const states = useAppState((state) => state.model.nodes);
  const placement = useAppState((state) => state.model.placement);
  const { phiThreshold, gossipIntervalUs } = limits;
  const spanUs = ROUNDS * gossipIntervalUs;
  const fromUs = nowUs - spanUs;
  const top = TOP_THRESHOLDS * phiThreshold;
  const inner = Math.max(1, width - LEFT - RIGHT);
  const x = (timeUs: Micros): number => LEFT + ((timeUs - fromUs) / spanUs) * inner;
  const y = (phi: number): number => TOP + (1 - Math.min(phi, top) / top) * (HEIGHT - TOP - BOTTOM);
  const draw = line<PhiPoint>()
    .x(({ timeUs }) => x(timeUs))
    .y(({ phi }) => y(phi));
  const others = nodes.filter((node) => node !== pair.subject && node !== pair.observer);
  const thinking = [pair.observer, ...others].filter((node) => isThinking({ nodes: states, placement }, node));
  const curves = thinking.slice(0, OTHERS_MAX + 1).flatMap((observer, i) => {
    const subject = views.get(observer)?.subjects.get(pair.subject);
    const phi = subject && phiNow(subject, limits, nowUs);
    if (subject === undefined || phi === undefined || subject.state === 'expired' || subject.state === 'left')
      return [];
    return [
      {
        observer,
        phi,
        dash: observer === pair.observer ? undefined : DASHES[i % DASHES.length],
        path: draw(phiCurve(subject.arrivals, limits, fromUs, nowUs)) ?? '',
      },
    ];
  });
  const labels = spread(
    curves.map(({ observer, phi }) => ({ observer, text: `${nodeName(observer)} ${phiText(phi)}`, y: y(phi) })),
  );
  const stepUs = spanUs / (TICKS.length - 1);
  const words = curves.map(({ observer, phi }) => `${nodeName(observer)} computes ${phiText(phi)}`).join(', ');
  return (
    <div ref={ref} className="phi-chart">
      {width === 0 ? null : (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`φ of ${nodeName(pair.subject)} over time. ${words === '' ? 'Nothing was heard of it.' : `Now ${words}.`}`}
        >
          <rect x={LEFT} y={TOP} width={inner} height={y(phiThreshold) - TOP} className="phi-above" />
          {Array.from({ length: 4 }, (_, i) => (phiThreshold / 4) * i).map((phi) => (
            <g key={phi}>
              <line x1={LEFT} x2={LEFT + inner} y1={y(phi)} y2={y(phi)} className="phi-grid" />
              <text x={LEFT - 5} y={y(phi) + 3.5} textAnchor="end">
                {Number(phi.toFixed(1))}
              </text>
            </g>
          ))}
          {TICKS.map((i) => (
            <text
              key={i}
              x={x(nowUs - i * stepUs)}
              y={HEIGHT - 5}
              textAnchor={i === TICKS.length - 1 ? 'start' : 'middle'}
            >
              {i === 0 ? 'now' : `−${Number(((i * stepUs) / 1e6).toFixed(1))} s`}
            </text>
          ))}
          {curves.toReversed().map(({ observer, dash, path }) => (
            <path
              key={observer}
              d={path}
              strokeDasharray={dash}
              className={observer === pair.observer ? 'phi-line phi-picked' : 'phi-line'}
            />
          ))}
          <line x1={LEFT} x2={LEFT + inner} y1={y(phiThreshold)} y2={y(phiThreshold)} className="phi-threshold" />
          <text x={LEFT + 5} y={y(phiThreshold) - 5} className="phi-threshold-words">
            threshold {phiThreshold}: suspected above
          </text>
          {labels.map(({ text, observer, y: at }) => (
            <text
              key={text}
              x={LEFT + inner + 5}
              y={at + 3.5}
              className={observer === pair.observer ? 'phi-label phi-label-picked' : 'phi-label'}
            >
              {text}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

/** Labels that would overlap move up, the lowest stays. */
function spread<T extends { readonly y: number }>(labels: readonly T[]): readonly T[] {
  const order = [...labels.keys()].sort((a, b) => (labels[a]?.y ?? 0) - (labels[b]?.y ?? 0));
  const placed = [...labels];
  // From the bottom up, so that many calm curves do not run into the axis.
  let below = HEIGHT - BOTTOM + LABEL_HEIGHT - 4;
  for (const i of order.reverse()) {
    const label = placed[i] as T;
    const at = Math.min(label.y, below - LABEL_HEIGHT);
    placed[i] = { ...label, y: at };
    below = at;
  }
  return placed;
}
