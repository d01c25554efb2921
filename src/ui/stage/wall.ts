import type { ActorId, NodeId } from '../../core/base/ids.ts';
import {
  actorPoint,
  CLIENT_HEIGHT,
  CLIENT_WIDTH,
  linkSegment,
  type Point,
  polar,
  SMALL_RING,
  type StageLayout,
} from './geometry.ts';
import { ALONE, isSeparated, type Partition } from './partition.ts';

/** Between a wall's end and the middle of the shard arcs: clear of the followers' arcs, and of labels where they stand inside. */
const RING_GAP = 22;
const LABEL_GAP = 38;
const CLIENT_GAP = 9;
const NODE_GAP = 10;
/** Length of the straight pieces that an arc is made of, and half the width of the door that a living link has in a wall. */
const PIECE = 6;
const DOOR = 13;

/** Polylines that no link between two groups passes without crossing one. */
export type Wall = readonly (readonly Point[])[];

/**
 * Walls between the groups of nodes. The nodes stand on a circle, so a group is one or more runs of neighbours; around each run a wall comes in
 * from the ring on one side, passes the middle, and goes out on the other. The clients in the middle stay on their own group's side.
 */
export function wallOf(layout: StageLayout, partition: Partition): Wall {
  const nodes = [...layout.nodes.keys()];
  const alone = partition.groups === 1 && [...partition.sideOf.values()].every((side) => side === ALONE);
  if (nodes.length === 0 || (partition.groups < 2 && !(alone && partition.sideOf.size > 0))) return [];
  const hub = hubRadius(layout);
  if (alone) return [arcAround(layout.center, hub, 0, 1)];
  const middle = hubGroup(partition);
  const outer = layout.ringRadius - (layout.ringRadius < SMALL_RING ? RING_GAP : LABEL_GAP);
  const walls: (readonly Point[])[] = [];
  for (const { group, from, to, joinsPrevious } of runsOf(nodes, partition)) {
    const [start, end] = [(from - 0.5) / nodes.length, (to + 0.5) / nodes.length];
    if (group === middle) continue;
    const last = polar(layout.center, outer, end);
    const arc = arcAround(layout.center, hub, start, end);
    // A boundary between two walled runs is the later one's.
    walls.push(joinsPrevious ? [...arc, last] : [polar(layout.center, outer, start), ...arc, last]);
  }
  return walls;
}

/** Where the first wall on the way stands, as a fraction of the link from edge to edge; undefined: no wall is in the way. In a small ring it may stand at an end's very edge. */
export function crossingOf(layout: StageLayout, wall: Wall, from: ActorId, to: ActorId): number | undefined {
  const link = linkSegment(layout, from, to, 0);
  if (link === undefined) return undefined;
  const first = firstMeeting(wall, link.a, link.b);
  if (first !== undefined) return first;
  const whole = firstMeeting(wall, actorPoint(layout, from) as Point, actorPoint(layout, to) as Point);
  return whole === undefined ? undefined : Math.round(whole);
}

/** As a fraction of a → b. */
function firstMeeting(wall: Wall, a: Point, b: Point): number | undefined {
  const found = wall.flatMap((line) =>
    line.slice(1).flatMap((end, i) => intersection(a, b, line[i] as Point, end) ?? []),
  );
  return found.length === 0 ? undefined : Math.min(...found);
}

/** `crossingOf` for both ways of every link between two groups, keyed `from>to`. */
export function crossingsOf(layout: StageLayout, wall: Wall, partition: Partition): ReadonlyMap<string, number> {
  const actors: ActorId[] = wall.length === 0 ? [] : [...layout.nodes.keys(), ...layout.clients.keys()];
  const found = new Map<string, number>();
  for (const from of actors)
    for (const to of actors) {
      const at = isSeparated(partition, from, to) ? crossingOf(layout, wall, from, to) : undefined;
      if (at !== undefined) found.set(`${from}>${to}`, at);
    }
  return found;
}

/** The wall as it is drawn: with doors where a link that still lives goes through. */
export function wallWithDoors(layout: StageLayout, wall: Wall, partition: Partition): Wall {
  const actors: ActorId[] = [...layout.nodes.keys(), ...layout.clients.keys()];
  const living = actors.flatMap((a, i) =>
    actors.slice(i + 1).flatMap((b) => {
      if (layout.clients.has(a) || isSeparated(partition, a, b)) return [];
      return linkSegment(layout, a, b, 0) ?? [];
    }),
  );
  const pieces: Point[][] = [];
  for (const line of wall) {
    let piece: Point[] = [];
    for (const point of dense(line)) {
      if (!living.some(({ a, b }) => distanceTo(a, b, point) < DOOR)) {
        piece.push(point);
        continue;
      }
      if (piece.length > 1) pieces.push(piece);
      piece = [];
    }
    if (piece.length > 1) pieces.push(piece);
  }
  return pieces;
}

export const wallPath = (wall: Wall): string =>
  wall.map((line) => `M${line.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`).join('');

/** Clear of the clients' boxes; where the ring is too small for that, clear of the nodes. */
function hubRadius({ nodes, clients, center, nodeRadius }: StageLayout): number {
  const height = Math.max(1, clients.size) * (CLIENT_HEIGHT + 8) - 8;
  const first = [...nodes.values()][0] ?? center;
  const orbit = Math.hypot(first.x - center.x, first.y - center.y);
  return Math.max(12, Math.min(Math.hypot(CLIENT_WIDTH, height) / 2 + CLIENT_GAP, orbit - nodeRadius - NODE_GAP));
}

/** Whose side the middle is on: that of the clients who have one, otherwise the largest group's. */
function hubGroup({ groupOf, groups, sideOf }: Partition): number {
  const sides = [...sideOf.values()].filter((side) => side !== undefined);
  if (sides[0] !== undefined) return sides[0];
  const sizes = Array.from(
    { length: groups },
    (_, group) => [...groupOf.values()].filter((own) => own === group).length,
  );
  return sizes.indexOf(Math.max(...sizes));
}

interface Run {
  readonly group: number;
  /** Places of its first and last node on the circle; `to` may lie past the end and wrap. */
  readonly from: number;
  readonly to: number;
  /** The run before it has a wall of its own, which is also this one's first side. */
  readonly joinsPrevious: boolean;
}

function runsOf(nodes: readonly NodeId[], partition: Partition): readonly Run[] {
  const groups = nodes.map((node) => partition.groupOf.get(node) as number);
  const middle = hubGroup(partition);
  const starts = groups.flatMap((group, i) => (group === groups[(i + groups.length - 1) % groups.length] ? [] : [i]));
  return starts.map((from, i) => {
    const next = starts[i + 1] ?? (starts[0] as number) + groups.length;
    const previous = groups[(from + groups.length - 1) % groups.length];
    return { group: groups[from] as number, from, to: next - 1, joinsPrevious: previous !== middle };
  });
}

function arcAround(center: Point, radius: number, start: number, end: number): readonly Point[] {
  const steps = Math.max(2, Math.ceil(((end - start) * 2 * Math.PI * radius) / PIECE));
  return Array.from({ length: steps + 1 }, (_, i) => polar(center, radius, start + ((end - start) * i) / steps));
}

function dense(line: readonly Point[]): readonly Point[] {
  return line.flatMap((point, i) => {
    const next = line[i + 1];
    if (next === undefined) return [point];
    const steps = Math.max(1, Math.ceil(Math.hypot(next.x - point.x, next.y - point.y) / PIECE));
    return Array.from({ length: steps }, (_, k) => ({
      x: point.x + ((next.x - point.x) * k) / steps,
      y: point.y + ((next.y - point.y) * k) / steps,
    }));
  });
}

/** Where on a → b it meets c → d, as a fraction of a → b. */
function intersection(a: Point, b: Point, c: Point, d: Point): number | undefined {
  const [rx, ry, sx, sy] = [b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y];
  const cross = rx * sy - ry * sx;
  if (cross === 0) return undefined;
  const t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / cross;
  const u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / cross;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? t : undefined;
}

function distanceTo(a: Point, b: Point, point: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const t = Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(a.x + t * dx - point.x, a.y + t * dy - point.y);
}
