import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { CLIENT_WIDTH, type StageLayout } from './geometry.ts';
import { type Disc, placeBar } from './place-bar.ts';

interface Props {
  readonly layout: StageLayout;
  /** What it belongs to. */
  readonly anchor: Disc;
  readonly title: string;
  /** What on the stage was pressed last: it gets the focus back. */
  readonly opener: SVGElement | undefined;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A card beside a node or a link with what can be done to it. Escape, its ✕, and a click on the empty stage close it. */
export function ActionBar({ layout, anchor, title, opener, onClose, children }: Props) {
  const card = useRef<HTMLDivElement>(null);
  const focused = useRef<Element>(undefined);
  useLayoutEffect(() => {
    const element = card.current;
    if (element === null) return;
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    const { x, y } = placeBar(layout, size, anchor, discsOf(layout));
    element.style.left = `${x}px`;
    element.style.top = `${y}px`;
    // What was pressed may be gone now, as Isolate is once the node is alone: the keyboard stays in the card.
    if (focused.current?.isConnected === false && document.activeElement === document.body)
      element.querySelector('button')?.focus();
  });
  useEffect(() => {
    // Opened from the stage, or from a card there that is gone now. A name clicked in the console leaves the focus there.
    const from = document.activeElement;
    if (from === document.body || from?.closest('.stage') != null) card.current?.querySelector('button')?.focus();
  }, []);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      const within = card.current?.contains(document.activeElement) === true;
      onClose();
      if (within) opener?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onClose, opener]);
  return (
    <div
      ref={card}
      role="dialog"
      aria-label={title}
      className="action-bar"
      onFocus={(event) => {
        focused.current = event.target;
      }}
      onBlur={() => {
        focused.current = undefined;
      }}
    >
      <h2 className="action-title">{title}</h2>
      {children}
      <button
        type="button"
        className="close-button action-close"
        onClick={() => {
          onClose();
          opener?.focus();
        }}
      >
        <span aria-hidden="true">✕</span>
        <span className="sr-only">Close</span>
      </button>
    </div>
  );
}

const discsOf = ({ nodes, clients, nodeRadius }: StageLayout): readonly Disc[] => [
  ...[...nodes.values()].map((at) => ({ ...at, radius: nodeRadius })),
  ...[...clients.values()].map((at) => ({ ...at, radius: CLIENT_WIDTH / 2 })),
];

interface ActionProps {
  readonly line: string;
  readonly run: (line: string) => void;
  readonly danger?: boolean;
  readonly children: ReactNode;
}

/** One command as a button. */
export const Action = ({ line, run, danger = false, children }: ActionProps) => (
  <button
    type="button"
    className={danger ? 'button action-button action-danger' : 'button action-button'}
    title={line}
    onClick={() => run(line)}
  >
    {children}
  </button>
);
