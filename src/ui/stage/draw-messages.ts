import type { ShardId } from '../../core/base/ids.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import { isGossip, isRoutine } from '../../core/cluster/trace-event.ts';
import type { DroppedMessage, MessageView, ViewModel } from '../store/view-model.ts';
import type { CanvasPalette } from '../theme/palette.ts';
import { busyLinks } from './busy-links.ts';
import { drawRecoveries } from './draw-recovery.ts';
import { between, LINKS_SHOWN_NODES_MAX, linkSegment, type Point, progressAt, type StageLayout } from './geometry.ts';
import { leadItem, lookOf, type MessageLook } from './message-look.ts';
import { wallBefore, wayDone } from './message-way.ts';

const LABELS_MAX = 2;
const LABEL_HEIGHT = 20;
const LINK_OFFSET = 5;
const MARKED_RADIUS = 11;
/** A drop is shown for as long as this many times the message's whole way takes. */
const DROP_SHOWN = 4;

export interface MessageScene {
  readonly model: ViewModel;
  readonly layout: StageLayout;
  /** Whose messages are drawn in full; undefined: those of all shards. */
  readonly shard: ShardId | undefined;
  /** Where a link meets the wall of a partition, as a fraction of its way, keyed `from>to`. */
  readonly crossings: ReadonlyMap<string, number>;
  readonly nowUs: number;
  readonly palette: CanvasPalette;
  /** Reduced motion: an arrow along the way until delivery instead of a moving mark. */
  readonly still: boolean;
  /** The message that somebody points at in a list, by its id. */
  readonly markedMessage: number | undefined;
}

/** All messages in flight at a moment, over the stage. Draws, and remembers nothing. */
export function drawMessages(ctx: CanvasRenderingContext2D, scene: MessageScene): void {
  const { model, layout, nowUs } = scene;
  ctx.clearRect(0, 0, layout.width, layout.height);
  ctx.font = '11px "Inter Variable", sans-serif';
  ctx.textBaseline = 'middle';
  if (layout.nodes.size > LINKS_SHOWN_NODES_MAX) drawBusyLinks(ctx, scene);
  drawRecoveries(ctx, scene);
  const labels: Label[] = [];
  for (const message of model.messages.values()) {
    if (nowUs < message.sentAtUs || nowUs > message.deliverAtUs) continue;
    const label = drawMessage(ctx, scene, message);
    if (label !== undefined) labels.push(label);
    if (message.id === scene.markedMessage) drawMarked(ctx, scene, message);
  }
  for (const drop of model.drops) {
    const label = drawDrop(ctx, scene, drop);
    if (label !== undefined) labels.push(label);
  }
  drawLabels(ctx, scene, labels);
}

/** Links that carry something now: full where it is the focused shard's, faint where it is another's. */
function drawBusyLinks(ctx: CanvasRenderingContext2D, scene: MessageScene): void {
  const { model, layout, nowUs, palette } = scene;
  for (const { message, focused } of busyLinks(model.messages.values(), scene.shard, nowUs)) {
    const segment = linkSegment(layout, message.from, message.to, 0);
    if (segment !== undefined) stroke(ctx, segment.a, segment.b, palette.line, focused ? 1 : 0.4, focused ? 1.5 : 1);
  }
}

type Label = { readonly text: string; readonly at: Point; readonly color: string };

function drawMessage(ctx: CanvasRenderingContext2D, scene: MessageScene, message: MessageView): Label | undefined {
  const segment = linkSegment(scene.layout, message.from, message.to, LINK_OFFSET);
  if (segment === undefined) return undefined;
  const { a, b } = segment;
  const t = positionOf(scene, message);
  const at = between(a, b, t);
  const item = leadItem(message.items, scene.shard);
  const color = scene.palette;
  if (item === undefined) {
    // Of another shard: a speck, so that the cluster is seen to be busy.
    dot(ctx, at, 1.5, color.faint, 0.45);
    return undefined;
  }
  const look = lookOf(item);
  const tone = look.family === 'client' ? color.ink : look.family === 'bad' ? color.bad : color.accent;
  if (look.shape === 'speck') {
    dot(ctx, at, 2, color.dim, 0.6);
    return undefined;
  }
  if (look.shape === 'dot') {
    dot(ctx, at, 3, tone, 0.55);
    return undefined;
  }
  const tail = scene.still ? a : between(a, b, Math.max(0, t - 0.12));
  stroke(ctx, tail, at, tone, 0.7);
  if (scene.still) stroke(ctx, at, b, tone, 0.7);
  drawShape(ctx, look, at, scene.still ? direction(a, b) : direction(tail, at), tone, color.panel);
  return {
    text: scene.shard === undefined ? `${shardName(item.shard)} ${look.label}` : look.label,
    at,
    color: color.ink,
  };
}

/** A ring around it and its whole way, also where it is of another shard and only a speck. */
function drawMarked(ctx: CanvasRenderingContext2D, scene: MessageScene, message: MessageView): void {
  const segment = linkSegment(scene.layout, message.from, message.to, LINK_OFFSET);
  if (segment === undefined) return;
  const { a, b } = segment;
  const at = between(a, b, positionOf(scene, message));
  stroke(ctx, a, b, scene.palette.accent, 0.5, 1);
  ctx.beginPath();
  ctx.arc(at.x, at.y, MARKED_RADIUS, 0, 2 * Math.PI);
  ctx.lineWidth = 2;
  ctx.strokeStyle = scene.palette.ink;
  ctx.stroke();
}

/** As a fraction of its way. */
function positionOf(scene: MessageScene, message: MessageView): number {
  const wall = wallOnWay(scene, message);
  return scene.still ? Math.min(wall ?? 1, 0.5) : wayDone(message, scene.nowUs, wall);
}

function wallOnWay({ model, crossings }: MessageScene, message: MessageView): number | undefined {
  const link = `${message.from}>${message.to}`;
  return wallBefore(message, model.cuts.get(link), crossings.get(link));
}

function drawDrop(ctx: CanvasRenderingContext2D, scene: MessageScene, drop: DroppedMessage): Label | undefined {
  const item = leadItem(drop.items, scene.shard);
  // The next round tells the same: nobody has to see that this one was lost.
  if (item !== undefined && isGossip(item.kind)) return undefined;
  const wayUs = Math.max(drop.deliverAtUs - drop.sentAtUs, 1000);
  const wall = drop.reason === 'link is cut' ? wallOnWay(scene, drop) : undefined;
  // The report comes from half of the way, wherever the wall stands.
  if (wall !== undefined && !scene.still && progressAt(scene.nowUs, drop.sentAtUs, drop.deliverAtUs) < wall)
    return drawMessage(ctx, scene, drop);
  if (item === undefined || scene.nowUs < drop.droppedAtUs || scene.nowUs > drop.droppedAtUs + DROP_SHOWN * wayUs)
    return undefined;
  const segment = linkSegment(scene.layout, drop.from, drop.to, LINK_OFFSET);
  if (segment === undefined) return undefined;
  const t =
    wall ??
    (drop.reason === 'link is cut' && drop.droppedAtUs < drop.deliverAtUs
      ? 0.5
      : clamp(progressAt(drop.droppedAtUs, drop.sentAtUs, drop.deliverAtUs), 0.2, 0.8));
  const at = between(segment.a, segment.b, t);
  const size = 4.5;
  stroke(ctx, { x: at.x - size, y: at.y - size }, { x: at.x + size, y: at.y + size }, scene.palette.bad, 1, 2);
  stroke(ctx, { x: at.x - size, y: at.y + size }, { x: at.x + size, y: at.y - size }, scene.palette.bad, 1, 2);
  return isRoutine(item.kind)
    ? undefined
    : { text: `dropped: ${drop.reason.replace('dropped ', '')}`, at, color: scene.palette.bad };
}

function drawShape(
  ctx: CanvasRenderingContext2D,
  look: MessageLook,
  at: Point,
  angle: number,
  color: string,
  ground: string,
): void {
  ctx.globalAlpha = 1;
  ctx.beginPath();
  if (look.shape === 'circle') {
    ctx.arc(at.x, at.y, 5, 0, 2 * Math.PI);
  } else if (look.shape === 'square') {
    ctx.rect(at.x - 4.5, at.y - 4.5, 9, 9);
  } else if (look.shape === 'diamond') {
    for (const [x, y] of DIAMOND) ctx.lineTo(at.x + x, at.y + y);
    ctx.closePath();
  } else {
    for (const turn of [0, 2.4, -2.4]) ctx.lineTo(at.x + 7 * Math.cos(angle + turn), at.y + 7 * Math.sin(angle + turn));
    ctx.closePath();
  }
  ctx.fillStyle = look.hollow ? ground : color;
  ctx.fill();
  ctx.lineWidth = 2;
  ctx.strokeStyle = color;
  ctx.stroke();
}

const DIAMOND = [
  ...([
    [0, -6.5],
    [6.5, 0],
    [0, 6.5],
    [-6.5, 0],
  ] as const),
];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The newest labels that find room: one that would lie on another is left out. */
function drawLabels(ctx: CanvasRenderingContext2D, scene: MessageScene, labels: readonly Label[]): void {
  const taken: Box[] = [];
  for (const label of labels.toReversed()) {
    if (taken.length === LABELS_MAX) return;
    const box = labelBox(ctx, scene, label);
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    drawLabel(ctx, scene, label, box);
  }
}

/** Beside its message, on the side with more room, never outside the stage. */
function labelBox(ctx: CanvasRenderingContext2D, scene: MessageScene, label: Label): Box {
  const width = ctx.measureText(label.text).width + 12;
  const right = label.at.x + 8 + width < scene.layout.width;
  return { x: right ? label.at.x + 8 : label.at.x - 8 - width, y: label.at.y - LABEL_HEIGHT / 2, width };
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < LABEL_HEIGHT;

function drawLabel(ctx: CanvasRenderingContext2D, scene: MessageScene, label: Label, box: Box): void {
  ctx.globalAlpha = 0.92;
  ctx.fillStyle = scene.palette.panel;
  ctx.strokeStyle = scene.palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, LABEL_HEIGHT, 6);
  ctx.fill();
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.fillStyle = label.color;
  ctx.fillText(label.text, box.x + 6, label.at.y + 0.5);
}

function dot(ctx: CanvasRenderingContext2D, at: Point, radius: number, color: string, alpha: number): void {
  ctx.globalAlpha = alpha;
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  ctx.fill();
  ctx.globalAlpha = 1;
}

function stroke(ctx: CanvasRenderingContext2D, a: Point, b: Point, color: string, alpha: number, width = 1.5): void {
  ctx.globalAlpha = alpha;
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(a.x, a.y);
  ctx.lineTo(b.x, b.y);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));

const direction = (a: Point, b: Point): number => Math.atan2(b.y - a.y, b.x - a.x);
