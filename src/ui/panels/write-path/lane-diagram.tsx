import { useEffect, useRef } from 'react';
import { type ActorId, isClient } from '../../../core/base/ids.ts';
import type { OperationPath, PathStep } from '../../../core/cluster/operation-path/operation-path.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { nodeStroke } from '../../theme/palette.ts';
import { useSize } from '../../use-size.ts';
import { isMessage, type Lanes, layoutLanes } from './lanes.ts';

interface Props {
  readonly path: OperationPath;
  readonly selected: number | undefined;
}

/** The path as lanes over time: what each actor did, and the messages between them. The list of steps says the same in words. */
export function LaneDiagram({ path, selected }: Props) {
  const moves = path.completedUs === undefined || path.steps.some(({ state }) => state === 'waiting');
  // What is over no longer changes with time, and is not drawn again.
  const timeUs = useAppState((state) => (moves ? state.model.timeUs : 0));
  const [ref, { width }] = useSize<HTMLDivElement>();
  const lanes = layoutLanes(path, Math.max(200, width), timeUs);
  return (
    <div className="lane-diagram" ref={ref} aria-hidden="true">
      <svg width={lanes.width} height={lanes.height} role="presentation">
        {lanes.ticks.map(({ x, text }) => (
          <g key={text}>
            <path className="lane-tick" d={`M${x} 4 V${lanes.height - 16}`} />
            <text className="lane-axis" x={x} y={lanes.height - 4}>
              {text}
            </text>
          </g>
        ))}
        {lanes.rows.map(({ actor, y }) => (
          <g key={actor}>
            <text className="lane-name" x="0" y={y + 4} style={{ fill: laneInk(actor) }}>
              {isClient(actor) ? 'client' : nodeName(actor)}
            </text>
            <path className="lane-line" d={`M${lanes.left} ${y} H${lanes.width}`} />
          </g>
        ))}
        {path.steps.map((step) => (
          <Mark key={step.id} step={step} lanes={lanes} timeUs={timeUs} selected={step.id === selected} />
        ))}
        {path.completedUs === undefined ? <NowLine lanes={lanes} /> : null}
      </svg>
    </div>
  );
}

const laneInk = (actor: ActorId): string => (isClient(actor) ? 'var(--ink)' : nodeStroke(actor));

interface MarkProps {
  readonly step: PathStep;
  readonly lanes: Lanes;
  readonly timeUs: number;
  readonly selected: boolean;
}

function Mark({ step, lanes, timeUs, selected }: MarkProps) {
  const from = lanes.x(step.startUs);
  const y = lanes.y(step.actor);
  const waiting = step.state === 'waiting';
  const to = lanes.x(step.endUs ?? Math.max(step.startUs, Math.min(timeUs, step.dueUs ?? timeUs)));
  const name = `lane-${step.state}${selected ? ' lane-selected' : ''}`;
  if (isMessage(step)) {
    const due = lanes.x(step.dueUs ?? step.endUs ?? step.startUs);
    const end = lanes.y(step.to);
    // A lost message ends on its way.
    const part =
      step.state === 'failed' && to < due
        ? (to - from) / Math.max(1, due - from)
        : waiting
          ? (to - from) / Math.max(1, due - from)
          : 1;
    const reached = { x: from + ((waiting || part < 1 ? due : to) - from) * part, y: y + (end - y) * part };
    return (
      <g className={`lane-message ${name}`}>
        {waiting ? <path className="lane-due" d={`M${from} ${y} L${due} ${end}`} /> : null}
        <path d={`M${from} ${y} L${reached.x} ${reached.y}`} />
        {step.state === 'failed' ? (
          <Cross x={reached.x} y={reached.y} />
        ) : (
          <circle cx={reached.x} cy={reached.y} r="2" />
        )}
      </g>
    );
  }
  const instant = step.endUs === step.startUs;
  if (step.state === 'failed' && instant) return <Cross x={from} y={y} selected={selected} />;
  return (
    <rect
      className={`lane-bar ${name}`}
      style={step.state === 'done' ? { fill: isClient(step.actor) ? 'var(--dim)' : nodeStroke(step.actor) } : undefined}
      x={instant ? from - 1.5 : from}
      y={y - (instant ? 6 : 4)}
      width={instant ? 3 : Math.max(3, to - from)}
      height={instant ? 12 : 8}
      rx={instant ? 1.5 : 3}
    />
  );
}

function Cross({ x, y, selected = false }: { readonly x: number; readonly y: number; readonly selected?: boolean }) {
  return (
    <path className={`lane-cross${selected ? ' lane-selected' : ''}`} d={`M${x - 3.5} ${y - 3.5} l7 7 m0 -7 l-7 7`} />
  );
}

/** The shown moment: moved by the frame loop, a function of virtual time. */
function NowLine({ lanes }: { readonly lanes: Lanes }) {
  const { frames } = useApp();
  const ref = useRef<SVGPathElement>(null);
  useEffect(
    () =>
      frames.onFrame((nowUs) => {
        const x = lanes.x(nowUs);
        ref.current?.setAttribute('d', `M${x} 2 V${lanes.height - 16}`);
      }),
    [frames, lanes],
  );
  return <path ref={ref} className="lane-now" />;
}
