import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { keepShare, keptShare, type PaneGroup } from './pane-sizes.ts';
import { shareAt, shareByKey } from './split-share.ts';

interface PaneProps {
  /** Also the pane's id. */
  readonly name: string;
  /** In CSS pixels, across the line. */
  readonly sizeMin: number;
  readonly content: ReactNode;
}

interface Props {
  readonly group: PaneGroup;
  readonly direction: 'row' | 'column';
  /** What the line between them changes, as it is read out. */
  readonly line: string;
  /** The first pane's share by default, 0 … 1. */
  readonly share: number;
  readonly first: PaneProps;
  readonly second: PaneProps;
}

/**
 * Two panes and the line between them: dragged, moved by the arrow keys, put back by a double click (ARIA's window splitter). What is kept is what
 * the person wished for; what a small window makes of it is the layout's business.
 */
export function SplitPanes({ group, direction, line, share: usual, first, second }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => keptShare(group) ?? usual);
  const [held, setHeld] = useState(false);
  const limits = () => {
    const rect = box.current?.getBoundingClientRect();
    const size = (direction === 'row' ? rect?.width : rect?.height) ?? 0;
    return {
      start: (direction === 'row' ? rect?.left : rect?.top) ?? 0,
      size,
      min: first.sizeMin,
      max: size - second.sizeMin,
    };
  };
  const wish = (wished: number | undefined) => {
    if (wished === undefined) return;
    setShare(wished);
    keepShare(group, wished);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHeld(true);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (held) setShare((before) => shareAt(direction === 'row' ? event.clientX : event.clientY, limits()) ?? before);
  };
  const onLostPointerCapture = () => {
    setHeld(false);
    keepShare(group, share);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wished = shareByKey(event.key, direction, share, limits());
    if (wished === undefined) return;
    event.preventDefault();
    wish(wished);
  };
  const percent = Math.round(share * 100);
  return (
    <div ref={box} className={`panes panes-${direction}`}>
      <Pane {...first} share={share} direction={direction} />
      {/* biome-ignore lint/a11y/useSemanticElements: an <hr> takes no focus and has no value */}
      <div
        role="separator"
        className="line"
        aria-label={line}
        aria-orientation={direction === 'row' ? 'vertical' : 'horizontal'}
        aria-controls={first.name}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        title={line}
        tabIndex={0}
        data-held={held}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onLostPointerCapture={onLostPointerCapture}
        onDoubleClick={() => wish(usual)}
        onKeyDown={onKeyDown}
      />
      <Pane {...second} share={1 - share} direction={direction} />
    </div>
  );
}

function Pane({
  name,
  sizeMin,
  content,
  share,
  direction,
}: PaneProps & { readonly share: number; readonly direction: 'row' | 'column' }) {
  const min = direction === 'row' ? { minWidth: sizeMin } : { minHeight: sizeMin };
  return (
    <div id={name} className="pane" style={{ flex: `${share} 1 0px`, ...min }}>
      {content}
    </div>
  );
}
