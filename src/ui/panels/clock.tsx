import { useEffect, useRef } from 'react';
import { useApp } from '../app-context.ts';
import { formatSeconds } from '../format.ts';

/** Written by the frame loop: the clock moves every frame and must not go through React. */
export function Clock() {
  const { frames } = useApp();
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = '';
    return frames.onFrame((nowUs) => {
      const text = formatSeconds(nowUs);
      if (text !== shown && ref.current !== null) ref.current.textContent = text;
      shown = text;
    });
  }, [frames]);
  return (
    <span className="clock" role="timer" aria-label="Virtual time in seconds" aria-live="off">
      t <span ref={ref}>0.000</span> s
    </span>
  );
}
