import type { Point } from './geometry.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

const EDGE = 8;
const GAP = 14;

/**
 * The top left corner of a card that belongs to something round at `anchor`: beside it where there is room, right before left, else below or
 * above it; always inside the stage while it fits there at all.
 */
export function placeBar(stage: Size, bar: Size, anchor: Point, clearance: number): Point {
  const away = clearance + GAP;
  const x = clamp(anchor.x - bar.width / 2, EDGE, stage.width - bar.width - EDGE);
  const y = clamp(anchor.y - bar.height / 2, EDGE, stage.height - bar.height - EDGE);
  const right = anchor.x + away;
  if (right + bar.width + EDGE <= stage.width) return { x: right, y };
  const left = anchor.x - away - bar.width;
  if (left >= EDGE) return { x: left, y };
  const below = anchor.y + away;
  if (below + bar.height + EDGE <= stage.height) return { x, y: below };
  return { x, y: clamp(anchor.y - away - bar.height, EDGE, stage.height - bar.height - EDGE) };
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(value, max));
