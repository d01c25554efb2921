import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { nodeFill, nodeInk, termFill, termStroke } from '../../theme/palette.ts';
import { type LaneWindow, ticksOf } from './lane-window.ts';
import { BAR_HEIGHT, type Bar, type LanesLayout } from './lanes-layout.ts';
import { MARK_SIGNS } from './mark-words.ts';

interface Props {
  readonly layout: LanesLayout;
  readonly width: number;
  readonly window: LaneWindow;
  readonly axis: 'time' | 'place';
  /** In a few words, for who hears the page. */
  readonly label: string;
  readonly selected: number | undefined;
  readonly onSelect: (place: number) => void;
  /** By a share of what is in view. */
  readonly onPan: (share: number) => void;
  /** Closer below 1; `at`: the share of the width that stays where it is. */
  readonly onZoom: (factor: number, at: number) => void;
  readonly onEnd: (where: 'first' | 'last') => void;
}

const STEP = 0.2;
const CLOSER = 0.7;

type Move = { readonly pan: number } | { readonly zoom: number } | { readonly end: 'first' | 'last' };

/** What a key does to the window. */
const KEYS: Readonly<Record<string, Move>> = {
  ArrowLeft: { pan: -STEP },
  ArrowRight: { pan: STEP },
  '+': { zoom: CLOSER },
  '=': { zoom: CLOSER },
  '-': { zoom: 1 / CLOSER },
  Home: { end: 'first' },
  End: { end: 'last' },
};

/** The lanes, moved and zoomed by pointer, touch, wheel and keys. The table says the same in words. */
export function LanesView({ layout, width, window, axis, label, selected, onSelect, onPan, onZoom, onEnd }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const inner = width - layout.left;
  useEffect(() => {
    const element = ref.current;
    // React listens to wheels passively: what is moved here must not move the panel as well.
    const onWheel = (event: WheelEvent) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (!event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      if (sideways) return onPan((event.deltaX || event.deltaY) / inner);
      const box = (event.currentTarget as Element).getBoundingClientRect();
      onZoom(2 ** (event.deltaY / 200), (event.clientX - box.left - layout.left) / inner);
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [inner, layout.left, onPan, onZoom]);
  const drag = useDrag(layout.left, inner, onPan, onZoom);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = KEYS[event.key];
    if (move === undefined) return;
    event.preventDefault();
    if ('pan' in move) onPan(move.pan);
    else if ('zoom' in move) onZoom(move.zoom, 0.5);
    else onEnd(move.end);
  };
  const bottom = layout.height - 18;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds fields; this is a picture that keys move
    <div
      ref={ref}
      className="check-lanes"
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move it in time
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...drag}
    >
      <svg width={width} height={layout.height} aria-hidden="true">
        <defs>
          <clipPath id="check-lanes-clip">
            <rect x={layout.left} y="0" width={Math.max(0, inner)} height={layout.height} />
          </clipPath>
          <marker id="check-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path className="check-arrow-head" d="M0 0 L8 4 L0 8 Z" />
          </marker>
        </defs>
        {ticksOf(window, Math.max(2, Math.floor(inner / 90))).map((at) => (
          <g key={at}>
            <path className="check-tick" d={`M${layout.x(at)} ${layout.top} V${bottom}`} />
            {layout.x(at) > width - 30 || layout.x(at) < layout.left ? null : (
              <text className="check-axis" x={layout.x(at)} y={layout.height - 5}>
                {axis === 'time' ? `${trimmed(at / 1e6)} s` : `line ${at}`}
              </text>
            )}
          </g>
        ))}
        {layout.lanes.map(({ name, y, height }) => (
          <g key={name}>
            <path className="check-line" d={`M0 ${y + height} H${width}`} />
            <text className="check-lane-name" x="0" y={y + 17}>
              {name.length > 9 ? `${name.slice(0, 8)}…` : name}
              <title>{name}</title>
            </text>
          </g>
        ))}
        <g clipPath="url(#check-lanes-clip)">
          {layout.reigns.map(({ reign, x, y, width: long }) => (
            <g key={`${reign.node} ${reign.term}`}>
              <rect
                className="check-reign"
                x={x}
                y={y}
                width={long}
                height="14"
                rx="3"
                style={{ fill: termFill(reign.term), stroke: termStroke(reign.term) }}
              />
              {long < 58 ? null : (
                <>
                  <circle
                    cx={x + 9}
                    cy={y + 7}
                    r="4"
                    style={{ fill: nodeFill(reign.node), stroke: nodeInk(reign.node) }}
                  />
                  <text className="check-reign-text" x={x + 17} y={y + 11}>
                    {nodeName(reign.node)}, t{reign.term}
                  </text>
                </>
              )}
            </g>
          ))}
          {layout.marks.map(({ x, text, tone, timeUs }, i) => (
            <g key={`${timeUs} ${text} ${i.toString()}`} className={`check-fault check-fault-${tone}`}>
              <path d={`M${x} 4 V${bottom}`} />
              <title>{text}</title>
            </g>
          ))}
          {layout.marks.map(({ x, text, tone, side, timeUs }, i) =>
            side === undefined ? null : (
              <g key={`${timeUs} ${text} ${i.toString()}`} className={`check-fault check-fault-${tone}`}>
                <text className={`check-${side}`} x={side === 'right' ? x + 4 : x - 4} y="13">
                  {MARK_SIGNS[tone]} {text}
                </text>
              </g>
            ),
          )}
          {layout.bars.map((bar) => (
            <BarShape
              key={bar.operation.invoked}
              bar={bar}
              selected={bar.operation.invoked === selected}
              onSelect={onSelect}
            />
          ))}
          {layout.pins.map(({ number, x, y }) => (
            <g key={number} className="check-pin">
              <path d={`M${x} ${y - 3} V${y + 3}`} />
              <circle cx={x} cy={y - 5} r="7" />
              <text x={x} y={y - 2}>
                {number}
              </text>
            </g>
          ))}
          {layout.arrow === undefined ? null : (
            <path
              className="check-arrow"
              markerEnd="url(#check-arrow)"
              d={`M${layout.arrow.x1} ${layout.arrow.y1} V${layout.arrow.y2} H${Math.max(layout.arrow.x1 + 1, layout.arrow.x2 - 1)}`}
            />
          )}
        </g>
        {layout.reigns.length === 0 ? null : (
          <text className="check-axis check-right" x="0" y={(layout.reigns[0]?.y ?? 0) + 11}>
            led by
          </text>
        )}
      </svg>
    </div>
  );
}

interface BarProps {
  readonly bar: Bar;
  readonly selected: boolean;
  readonly onSelect: (place: number) => void;
}

/** A write is filled, a read hollow; an unknown outcome dashed and open at its right. */
function BarShape({ bar, selected, onSelect }: BarProps) {
  const { operation, x, y, width, open, asked, answer, beside, stuck } = bar;
  const { kind, status, underWay } = operation;
  const name = [
    'check-bar',
    kind === 'read' ? 'check-read' : 'check-write',
    open ? 'check-open' : '',
    underWay ? 'check-running' : '',
    status === 'fail' ? 'check-failed' : '',
    stuck ? 'check-stuck' : '',
    selected ? 'check-selected' : '',
  ].join(' ');
  const end = x + width;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table has a button for each
    <g className={name} onClick={() => onSelect(operation.invoked)}>
      {open ? (
        <path d={`M${end} ${y} H${x + 3} q-3 0 -3 3 V${y + BAR_HEIGHT - 3} q0 3 3 3 H${end}`} />
      ) : (
        <rect x={x} y={y} width={width} height={BAR_HEIGHT} rx="3" />
      )}
      {asked === '' ? null : (
        <text className="check-asked" x={x + 6} y={y + 13}>
          {asked}
        </text>
      )}
      {answer === '' ? null : (
        <text className="check-answer" x={open ? x + 14 + asked.length * 6.8 : end - 6} y={y + 13}>
          {open ? `${answer}: it may still happen, at any later time` : answer}
        </text>
      )}
      {beside === undefined ? null : (
        <text className={`check-beside check-${beside.side}`} x={beside.side === 'right' ? end + 5 : x - 5} y={y + 13}>
          {beside.text}
        </text>
      )}
      <title>{`${operation.process}: ${asked === '' ? operation.kind : asked}, ${operation.key}`}</title>
    </g>
  );
}

/** At most three decimals, and no zeros at the end. */
const trimmed = (seconds: number): string => String(Number(seconds.toFixed(4)));

/** One finger or the mouse moves, two fingers zoom. */
function useDrag(
  left: number,
  inner: number,
  onPan: (share: number) => void,
  onZoom: (factor: number, at: number) => void,
) {
  const held = useRef(new Map<number, number>());
  const onPointerUp = (event: PointerEvent) => void held.current.delete(event.pointerId);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType === 'mouse' && event.button !== 0) return;
      held.current.set(event.pointerId, event.clientX);
    },
    onPointerMove: (event: PointerEvent) => {
      const before = held.current.get(event.pointerId);
      if (before === undefined) return;
      const [other] = [...held.current].flatMap(([id, x]) => (id === event.pointerId ? [] : [x]));
      const moved = event.clientX - before;
      // A press that does not move is a click on a bar.
      if (Math.abs(moved) < 3) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current.set(event.pointerId, event.clientX);
      if (other === undefined) return onPan(-moved / inner);
      const apart = Math.abs(event.clientX - other);
      const middle = (event.clientX + other) / 2 - event.currentTarget.getBoundingClientRect().left - left;
      if (apart > 8) onZoom(Math.abs(before - other) / apart, middle / inner);
    },
    onPointerUp,
    onPointerCancel: onPointerUp,
    onPointerLeave: onPointerUp,
  };
}
