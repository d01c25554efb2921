import { plural } from '../../../console/show.ts';
import type { Micros, NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { inSeconds } from '../../format.ts';
import { nodeFill, nodeStroke } from '../../theme/palette.ts';
import { useSize } from '../../use-size.ts';
import { NodeChip } from '../node-chip.tsx';
import { type NewestHeartbeat, rumourOf } from './rumour.ts';

interface Props {
  /** All others that count. */
  readonly listeners: readonly NodeId[];
  readonly subject: NodeId;
  readonly gossipIntervalUs: Micros;
  readonly nowUs: Micros;
}

const ROW = 24;
/** Shown of the past, in rounds of gossip. */
const ROUNDS = 6;
const TICKS = Array.from({ length: ROUNDS + 1 }, (_, i) => i);
const PAD = 8;
const AXIS = 16;

/** Heartbeats of one node on their way to all others: a row for each node, a line from who told it to who heard it. */
export function RumourChart({ listeners, subject, gossipIntervalUs, nowUs }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const views = useAppState((state) => state.model.membership);
  const states = useAppState((state) => state.model.nodes);
  const isUp = (node: NodeId): boolean => states.get(node)?.state === 'up';
  const rows = [subject, ...listeners];
  const spanUs = ROUNDS * gossipIntervalUs;
  const { points, newest } = rumourOf(views, rows, subject, nowUs - spanUs);
  const x = (timeUs: Micros): number => PAD + ((timeUs - nowUs + spanUs) / spanUs) * (width - 2 * PAD);
  const y = (node: NodeId): number => rows.indexOf(node) * ROW + ROW / 2;
  const listening = listeners.filter(isUp);
  const height = rows.length * ROW + AXIS;
  return (
    <>
      <p className="rumour-words">{rumourWords(subject, newest, listening, nowUs)}</p>
      <div className="rumour">
        <div className="rumour-names" aria-hidden="true">
          {rows.map((node) => (
            <span key={node} className="rumour-name" style={{ height: ROW }}>
              <NodeChip node={node} up={isUp(node)} />
            </span>
          ))}
        </div>
        <div ref={ref} className="rumour-way">
          {width === 0 ? null : (
            <svg
              width={width}
              height={height}
              role="img"
              aria-label={`Heartbeats of ${nodeName(subject)} over the last ${ROUNDS} rounds`}
            >
              {rows.map((node) => (
                <line key={node} x1={0} x2={width} y1={y(node)} y2={y(node)} className="rumour-row" />
              ))}
              {points.map(({ node, timeUs, version, from }) =>
                from === undefined ? null : (
                  <line
                    key={`${node} ${version}`}
                    x1={Math.max(0, x(from.timeUs))}
                    y1={y(from.node)}
                    x2={x(timeUs)}
                    y2={y(node)}
                    className={version === newest?.version ? 'rumour-told rumour-newest' : 'rumour-told'}
                  />
                ),
              )}
              {points.map(({ node, timeUs, version }) => (
                <circle
                  key={`${node} ${version}`}
                  cx={x(timeUs)}
                  cy={y(node)}
                  r={version === newest?.version ? 4.5 : 3}
                  fill={nodeFill(node)}
                  stroke={nodeStroke(node)}
                />
              ))}
              {TICKS.map((i) => (
                <text
                  key={i}
                  x={x(nowUs - i * gossipIntervalUs)}
                  y={height - 3}
                  textAnchor={i === 0 ? 'end' : i === ROUNDS ? 'start' : 'middle'}
                >
                  {i === 0 ? 'now' : i === ROUNDS ? `${ROUNDS} rounds ago` : `−${i}`}
                </text>
              ))}
            </svg>
          )}
        </div>
      </div>
    </>
  );
}

function rumourWords(
  subject: NodeId,
  newest: NewestHeartbeat | undefined,
  listeners: readonly NodeId[],
  nowUs: Micros,
): string {
  const name = nodeName(subject);
  if (newest === undefined) return `No heartbeat of ${name} was heard of.`;
  const { version, known, bornUs } = newest;
  const knowing = listeners.filter((node) => known.includes(node)).length;
  const age =
    bornUs === undefined || bornUs > nowUs
      ? ''
      : `, ${nowUs - bornUs < 1e6 ? `${Math.round((nowUs - bornUs) / 1000)} ms` : inSeconds(nowUs - bornUs)} old,`;
  return `Heartbeat ${version}${age} is known to ${knowing} of the ${plural(listeners.length, 'other')} that ${listeners.length === 1 ? 'runs' : 'run'}.`;
}
