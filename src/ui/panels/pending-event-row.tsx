import { contentText, type EventChoice, leadOf } from '../../console/event-text.ts';
import type { PendingEvent } from '../../core/cluster/pending-event.ts';
import { lookOf } from '../stage/message-look.ts';
import { NodeChip } from './node-chip.tsx';

interface Props {
  readonly choice: EventChoice;
  readonly onChoose: (line: string) => void;
  /** Whether the pointer or the focus is on it. */
  readonly onPoint: (pointed: boolean) => void;
}

/** One event that can be next: a button where it can be taken now. */
export function PendingEventRow({ choice, onChoose, onPoint }: Props) {
  const { event, text, due, line, heldBack } = choice;
  const content = (
    <>
      <EventMark event={event} />
      <span className="pending-who">
        {event.type === 'Message' ? (
          <>
            <Actor name={event.from} /> <span aria-hidden="true">→</span> <Actor name={event.to} />
          </>
        ) : (
          <Actor name={event.at} />
        )}
      </span>
      <span className="pending-what">{contentText(event)}</span>
      <span className="pending-due">{line === undefined ? `${due}, in its turn` : due}</span>
    </>
  );
  const row = event.type === 'Message' ? 'pending-row pending-message' : 'pending-row';
  const point = () => onPoint(true);
  const leave = () => onPoint(false);
  const pointing = { onPointerEnter: point, onPointerLeave: leave };
  return (
    <div className="pending-line" {...pointing}>
      {line === undefined ? (
        // Pointing at it shows where it is; there is nothing to press.
        <div className={`${row} dim`}>{content}</div>
      ) : (
        <button
          type="button"
          className={row}
          aria-label={`${text}, ${due}`}
          title={line}
          onClick={() => onChoose(line)}
          onFocus={point}
          onBlur={leave}
        >
          {content}
        </button>
      )}
      {heldBack === undefined ? null : (
        <>
          <HoldBack line={heldBack.drop} name="Drop" what={text} onChoose={onChoose} />
          <HoldBack line={heldBack.delay} name="Delay" what={text} onChoose={onChoose} />
        </>
      )}
    </div>
  );
}

interface HoldBackProps {
  readonly line: string;
  readonly name: string;
  readonly what: string;
  readonly onChoose: (line: string) => void;
}

const HoldBack = ({ line, name, what, onChoose }: HoldBackProps) => (
  <button
    type="button"
    className="button pending-hold"
    aria-label={`${name} ${what}`}
    title={line}
    onClick={() => onChoose(line)}
  >
    {name}
  </button>
);

function Actor({ name }: { readonly name: string }) {
  const node = /^n(\d+)$/.exec(name);
  return node === null ? <span className="chip chip-plain">{name}</span> : <NodeChip node={Number(node[1])} />;
}

/** The shape that the stage draws it as; a disk and a clock for what is a node's own. */
function EventMark({ event }: { readonly event: PendingEvent }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {markOf(event)}
    </svg>
  );
}

function markOf(event: PendingEvent) {
  if (event.type === 'Message') {
    const lead = leadOf(event.items);
    return lead === undefined ? null : messageMark(lookOf(lead));
  }
  const stroke = { fill: 'none', stroke: 'var(--dim)', strokeWidth: 1.5 };
  if (event.type === 'Timer') return <path d="M6 1.5 A4.5 4.5 0 1 1 5.9 1.5 M6 3.5 V6 L8 7" {...stroke} />;
  return <path d="M1.5 2.5 H10.5 V9.5 H1.5 Z M1.5 6 H10.5" {...stroke} />;
}

function messageMark({ shape, hollow, family }: ReturnType<typeof lookOf>) {
  const color = family === 'client' ? 'var(--ink)' : family === 'bad' ? 'var(--bad)' : 'var(--accent)';
  const paint = hollow ? { fill: 'none', stroke: color, strokeWidth: 2 } : { fill: color };
  if (shape === 'square') return <rect x="2" y="2" width="8" height="8" {...paint} />;
  if (shape === 'triangle') return <path d="M6 1.5 L10.5 10 H1.5 Z" {...paint} />;
  if (shape === 'diamond') return <path d="M6 1 L11 6 L6 11 L1 6 Z" {...paint} />;
  return shape === 'dot' ? (
    <circle cx="6" cy="6" r="2.5" {...paint} opacity="0.55" />
  ) : (
    <circle cx="6" cy="6" r="4" {...paint} />
  );
}
