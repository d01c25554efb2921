import { type CSSProperties, type ReactNode, useId, useRef } from 'react';

interface Props {
  /** What stands on the button. */
  readonly button: ReactNode;
  readonly buttonClass: string;
  /** The card's heading, which also names it. */
  readonly title: string;
  /** Which edge of the button it keeps to. */
  readonly align: 'left' | 'right';
  /** In CSS pixels; narrower where the page is. */
  readonly width: number;
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
  /** `close` puts the focus back on the button. */
  readonly children: (close: () => void) => ReactNode;
}

const EDGE = 12;
const GAP = 6;
/** With less room below the button, the card stands above it; where there is not that much either, it begins as high as it needs to. */
const HEIGHT_MIN = 460;

/** A card over the page that belongs to a button. Escape, a click elsewhere and its own ✕ close it; the browser keeps the focus in order. */
export function Popover({ button, buttonClass, title, align, width, onOpen, onClose, children }: Props) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const place = () => {
    const style = card.current?.style;
    const rect = opener.current?.getBoundingClientRect();
    if (style === undefined || rect === undefined) return;
    // Inside a zoomed page (while presenting) lengths count for more than on the screen, in which the button's place is told.
    const zoom = card.current?.currentCSSZoom ?? 1;
    const shown = Math.min(width * zoom, innerWidth - 2 * EDGE);
    const left = align === 'left' ? rect.left : rect.right - shown;
    style.left = `${Math.max(EDGE, Math.min(left, innerWidth - shown - EDGE)) / zoom}px`;
    const above = rect.top - GAP;
    const isAbove = innerHeight - rect.bottom - GAP < HEIGHT_MIN && above - EDGE >= HEIGHT_MIN;
    const top = Math.max(EDGE, Math.min(rect.bottom + GAP, innerHeight - HEIGHT_MIN));
    style.top = isAbove ? 'auto' : `${top / zoom}px`;
    style.bottom = isAbove ? `${(innerHeight - above) / zoom}px` : 'auto';
    style.maxHeight = `${((isAbove ? above : innerHeight - top) - EDGE) / zoom}px`;
  };
  return (
    <>
      <button ref={opener} type="button" className={buttonClass} popoverTarget={id} aria-haspopup="dialog">
        {button}
      </button>
      <div
        ref={card}
        id={id}
        popover="auto"
        role="dialog"
        aria-labelledby={`${id}-title`}
        className="popover"
        style={{ width } as CSSProperties}
        onBeforeToggle={(event) => {
          if (event.newState !== 'open') return;
          place();
          onOpen?.();
        }}
        onToggle={(event) => {
          const first =
            card.current?.querySelector<HTMLElement>('[data-first]') ?? card.current?.querySelector('button');
          if (event.newState === 'open') first?.focus();
          else onClose?.();
        }}
      >
        <div className="card-head">
          <h2 id={`${id}-title`}>{title}</h2>
          <button type="button" className="close-button" popoverTarget={id} popoverTargetAction="hide">
            <span aria-hidden="true">✕</span>
            <span className="sr-only">Close</span>
          </button>
        </div>
        {children(() => card.current?.hidePopover())}
      </div>
    </>
  );
}
