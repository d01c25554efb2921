import { useEffect, useRef } from 'react';
import { useApp } from '../app-context.ts';
import { readPalette } from '../theme/palette.ts';
import { drawMessages } from './draw-messages.ts';
import type { StageLayout } from './geometry.ts';

const PIXEL_RATIO_MAX = 2;

interface Props {
  readonly layout: StageLayout;
  /** Where a link meets the wall of a partition, as a fraction of its way, keyed `from>to`. */
  readonly crossings: ReadonlyMap<string, number>;
}

/** All messages in flight on one canvas, drawn by the frame loop; React only sizes it. The feed and the console say the same in words. */
export function MessageCanvas({ layout, crossings }: Props) {
  const { store, frames, theme } = useApp();
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const ctx = canvas?.getContext('2d');
    if (canvas === null || ctx === null || ctx === undefined) return undefined;
    const ratio = Math.min(window.devicePixelRatio || 1, PIXEL_RATIO_MAX);
    canvas.width = Math.round(layout.width * ratio);
    canvas.height = Math.round(layout.height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);

    const reduced = matchMedia('(prefers-reduced-motion: reduce)');
    let palette = readPalette(canvas);
    let drawn: unknown[] = [];
    const recolour = () => {
      palette = readPalette(canvas);
      drawn = [];
      frames.wake();
    };
    const stopTheme = theme.store.subscribe(recolour);
    reduced.addEventListener('change', frames.wake);
    const stop = frames.onFrame((nowUs) => {
      const { model, focusedShard, allShards, markedMessage } = store.getState();
      const shard = allShards ? undefined : focusedShard;
      // Paused, nothing changes and nothing is drawn.
      const inputs = [model, shard, nowUs, reduced.matches, markedMessage];
      if (inputs.every((input, i) => input === drawn[i])) return;
      drawn = inputs;
      drawMessages(ctx, { model, layout, crossings, shard, nowUs, palette, still: reduced.matches, markedMessage });
    });
    return () => {
      stop();
      stopTheme();
      reduced.removeEventListener('change', frames.wake);
    };
  }, [store, frames, theme, layout, crossings]);
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus
    <canvas
      ref={ref}
      className="message-canvas"
      aria-hidden="true"
      style={{ width: layout.width, height: layout.height }}
    />
  );
}
