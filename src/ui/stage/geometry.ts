import type { ActorId, NodeId } from '../../core/base/ids.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything on the stage is, in CSS pixels. A pure function of the stage's size and who is on it. */
export interface StageLayout {
  readonly width: number;
  readonly height: number;
  readonly center: Point;
  /** Middle of the shard arcs. */
  readonly ringRadius: number;
  readonly nodeRadius: number;
  readonly nodes: ReadonlyMap<NodeId, Point>;
  readonly clients: ReadonlyMap<ActorId, Point>;
  /** The middle of each node's kill button; none where they would lie on each other: the card of a node has it as well. */
  readonly buttons: ReadonlyMap<NodeId, Point>;
}

export const CLIENT_WIDTH = 76;
export const CLIENT_HEIGHT = 30;
/** From one client to the next. */
const CLIENT_PITCH = CLIENT_HEIGHT + 8;
/** Over a node, where the sign of its role sticks out; within the arcs, which are half as thick. */
const BADGE_ROOM = 14;
/** Room for vnode ticks and shard labels outside the arcs. */
const RING_MARGIN = 48;
/** In a smaller ring, a node's button would cover the client in the middle unless nodes are small and buttons close to them. */
const TIGHT_RING = 146;
/** In a smaller ring yet, a button keeps closer still. */
const TINY_RING = 112;
/** In a smaller ring than this, more nodes than `WORDED_NODES_MAX` have no room below them: buttons go between node and client. */
export const SMALL_RING = 220;
/** With more nodes, buttons and discs carry a sign instead of words. */
export const WORDED_NODES_MAX = 5;
/** With more nodes, a button below one would touch its neighbour: all of them go between node and client, or where they do not fit, nowhere. */
const BUTTONS_BELOW_NODES_MAX = 9;
/** With more nodes, only links with traffic are drawn, by the message canvas; cut ones always. */
export const LINKS_SHOWN_NODES_MAX = 8;
/** Across a round button with a sign; one with a word is as high. */
const BUTTON_SIZE = 24;
/** From one round button to the next, so that what catches a finger belongs to one alone. */
const BUTTON_PITCH = 36;
/** Between a button and the client; in a tight ring, where there is no room for more. */
const CLEARANCE = { usual: 8, tight: 2 };
/** Of the ring's radius, where nodes stand that have no buttons between them and the client. */
const CROWDED_SHARE = 0.68;
/** The same with more nodes than `BUTTONS_BELOW_NODES_MAX`, which need all the room that the followers' arcs leave. */
const FULL_SHARE = 0.7;
const TOKEN_SPACE = 4294967296;

export function layoutStage(
  width: number,
  height: number,
  nodes: readonly NodeId[],
  clients: readonly ActorId[],
): StageLayout {
  const center = { x: width / 2, y: height / 2 };
  const ringRadius = Math.max(96, Math.min(width, height) / 2 - RING_MARGIN);
  const nodeRadius = nodeRadiusFor(nodes.length, ringRadius);
  const many = nodes.length > BUTTONS_BELOW_NODES_MAX;
  const inward = many || (ringRadius < SMALL_RING && nodes.length > WORDED_NODES_MAX);
  const tight = ringRadius < TIGHT_RING || (inward && !many);
  const gap = ringRadius < TINY_RING ? 2 : tight ? 4 : 13;
  const share = ringRadius * (nodes.length <= 3 ? 0.57 : inward ? 0.66 : 0.64);
  const clearance = ringRadius < TIGHT_RING ? CLEARANCE.tight : CLEARANCE.usual;
  const crowded = inward && !inwardButtonsFit(nodes.length, share - nodeRadius - gap - BUTTON_SIZE / 2);
  // The topmost node's button has room above the client.
  const orbit = crowded
    ? ringRadius * (many ? FULL_SHARE : CROWDED_SHARE)
    : inward
      ? share
      : Math.max(share, nodeRadius + gap + BUTTON_SIZE + CLIENT_HEIGHT / 2 + clearance);
  const button = (i: number): Point => {
    const turn = i / nodes.length;
    if (inward) return polar(center, orbit - nodeRadius - gap - BUTTON_SIZE / 2, turn);
    const node = polar(center, orbit, turn);
    return { x: node.x, y: node.y + nodeRadius + gap + BUTTON_SIZE / 2 };
  };
  const points = nodes.map((_, i) => polar(center, orbit, i / nodes.length));
  const top = crowded ? center.y - orbit + nodeRadius : button(0).y + BUTTON_SIZE / 2;
  const first = firstClientY(
    clients.length,
    center,
    top + clearance,
    lowestClientEnd(center, ringRadius, nodeRadius, points),
  );
  return {
    width,
    height,
    center,
    ringRadius,
    nodeRadius,
    nodes: new Map(nodes.map((node, i) => [node, points[i] as Point])),
    clients: new Map(clients.map((client, i) => [client, { x: center.x, y: first + i * CLIENT_PITCH }])),
    buttons: new Map(crowded ? [] : nodes.map((node, i) => [node, button(i)])),
  };
}

/** Where the first of several clients stands, one below the other: around the middle, or lower where the topmost button needs that and there is room. */
function firstClientY(count: number, center: Point, from: number, to: number): number {
  const around = center.y - ((count - 1) / 2) * CLIENT_PITCH;
  if (count < 2) return around;
  const lowest = to - CLIENT_HEIGHT / 2 - (count - 1) * CLIENT_PITCH;
  return Math.max(around, Math.min(from + CLIENT_HEIGHT / 2, lowest));
}

/** How far down the middle is free: to the arcs, or to a node and its badge. */
function lowestClientEnd(center: Point, ringRadius: number, nodeRadius: number, nodes: readonly Point[]): number {
  const inTheWay = nodes
    .filter(({ x, y }) => y > center.y && Math.abs(x - center.x) < nodeRadius + CLIENT_WIDTH / 2 + 4)
    .map(({ y }) => y - nodeRadius - BADGE_ROOM);
  return Math.min(center.y + ringRadius - BADGE_ROOM, ...inTheWay);
}

/** Whether round buttons on a circle of this radius keep clear of each other and lie not on the client in the middle. */
function inwardButtonsFit(count: number, radius: number): boolean {
  const apart = 2 * radius * Math.sin(Math.PI / count) >= BUTTON_PITCH;
  return (
    apart &&
    Array.from({ length: count }, (_, i) => polar({ x: 0, y: 0 }, radius, i / count)).every(
      ({ x, y }) =>
        Math.abs(x) >= (CLIENT_WIDTH + BUTTON_SIZE) / 2 + 2 || Math.abs(y) >= (CLIENT_HEIGHT + BUTTON_SIZE) / 2 + 2,
    )
  );
}

/** language.md, density: up to 5 nodes 34, 6–8 26, from 9 on 20–28 by what the circle has room for; smaller only where the ring itself is small. */
function nodeRadiusFor(nodes: number, ringRadius: number): number {
  const many = nodes > BUTTONS_BELOW_NODES_MAX;
  const halfWay = (many ? FULL_SHARE : CROWDED_SHARE) * ringRadius * Math.sin(Math.PI / Math.max(2, nodes));
  // In a small ring, what leaves their outlines clear of each other.
  if (ringRadius < TIGHT_RING) return Math.min(20, halfWay - 3);
  if (many) return Math.max(20, Math.min(24, halfWay - 6));
  const share = (0.25 * 0.64 * 2 * Math.PI * ringRadius) / nodes;
  const byCount = nodes <= 5 ? 34 : nodes <= 8 ? 26 : Math.max(22, Math.min(28, share));
  return Math.max(20, Math.min(byCount, ringRadius * 0.2));
}

/** A point at `turn` (0 … 1, clockwise from 12 o'clock). */
export function polar(center: Point, radius: number, turn: number): Point {
  const angle = turn * 2 * Math.PI;
  return { x: center.x + radius * Math.sin(angle), y: center.y - radius * Math.cos(angle) };
}

/** A ring token as a turn, clockwise from 12 o'clock. */
export const tokenTurn = (token: number): number => token / TOKEN_SPACE;

export function actorPoint(layout: StageLayout, actor: ActorId): Point | undefined {
  return layout.nodes.get(actor as NodeId) ?? layout.clients.get(actor);
}

/** Edge to edge between two actors, set off to the right of its direction, so that the two directions of a link never lie on each other. */
export function linkSegment(
  layout: StageLayout,
  from: ActorId,
  to: ActorId,
  offset: number,
): { readonly a: Point; readonly b: Point } | undefined {
  const start = actorPoint(layout, from);
  const end = actorPoint(layout, to);
  if (start === undefined || end === undefined) return undefined;
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  if (length === 0) return undefined;
  const ux = (end.x - start.x) / length;
  const uy = (end.y - start.y) / length;
  const edge = (actor: ActorId) => (layout.nodes.has(actor as NodeId) ? layout.nodeRadius + 6 : boxEdge(ux, uy));
  const shift = { x: -uy * offset, y: ux * offset };
  const out = edge(from);
  const into = edge(to);
  return {
    a: { x: start.x + ux * out + shift.x, y: start.y + uy * out + shift.y },
    b: { x: end.x - ux * into + shift.x, y: end.y - uy * into + shift.y },
  };
}

/** Distance from the middle of the client's box to its border in a direction. */
function boxEdge(ux: number, uy: number): number {
  const toSide = CLIENT_WIDTH / 2 / Math.max(Math.abs(ux), 1e-6);
  const toTop = CLIENT_HEIGHT / 2 / Math.max(Math.abs(uy), 1e-6);
  return Math.min(toSide, toTop) + 4;
}

/** Fraction of its way that a message has come; linear in virtual time. */
export function progressAt(nowUs: number, sentAtUs: number, deliverAtUs: number): number {
  if (deliverAtUs <= sentAtUs) return 1;
  return Math.max(0, Math.min(1, (nowUs - sentAtUs) / (deliverAtUs - sentAtUs)));
}

export const between = (a: Point, b: Point, t: number): Point => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
});
