import type { Point } from './geometry.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Disc extends Point {
  readonly radius: number;
}

const EDGE = 8;
const GAP = 8;

/**
 * The top left corner of a card that belongs to something round: beside, below or above it or across a corner, wherever it hides least of the
 * others, right before left. Always inside the stage while it fits there at all.
 */
export function placeBar(stage: Size, bar: Size, anchor: Disc, others: readonly Disc[]): Point {
  const away = anchor.radius + GAP;
  const columns = [anchor.x + away, anchor.x - away - bar.width, anchor.x - bar.width / 2];
  const rows = [anchor.y - bar.height / 2, anchor.y + away, anchor.y - away - bar.height];
  const places = columns.flatMap((x) =>
    rows.map((y) => ({
      x: clamp(x, EDGE, stage.width - bar.width - EDGE),
      y: clamp(y, EDGE, stage.height - bar.height - EDGE),
    })),
  );
  // Hiding what it belongs to is worse than hiding anything else.
  const hidden = places.map(
    (place) => 4 * covered(place, bar, anchor) + others.reduce((sum, other) => sum + covered(place, bar, other), 0),
  );
  return places[hidden.indexOf(Math.min(...hidden))] as Point;
}

/** How much of a disc's square a card covers, in px². */
function covered(place: Point, bar: Size, { x, y, radius }: Disc): number {
  const width = Math.min(place.x + bar.width, x + radius) - Math.max(place.x, x - radius);
  const height = Math.min(place.y + bar.height, y + radius) - Math.max(place.y, y - radius);
  return width > 0 && height > 0 ? width * height : 0;
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(value, max));
