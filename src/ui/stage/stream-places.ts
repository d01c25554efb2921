import { NO_NODE, type NodeId } from '../../core/base/ids.ts';
import { isMetaGroup, shardName } from '../../core/cluster/snapshot.ts';
import type { MoveView } from '../store/placement-view.ts';
import { leaderOf, type ViewModel } from '../store/view-model.ts';
import { between, CLIENT_HEIGHT, CLIENT_WIDTH, linkSegment, type Point, type StageLayout } from './geometry.ts';

/** All that is on its way from one node to another. */
export interface Stream {
  readonly source: NodeId;
  readonly to: NodeId;
  readonly a: Point;
  readonly b: Point;
  /** Whose label there is room for comes first. */
  readonly moves: readonly MoveView[];
  /** A snapshot of one of them is being sent. */
  readonly copies: boolean;
}

/** To the other side than messages keep to. */
const OFFSET = -7;

/** From whoever sends, which is the leader, to whoever gets. @param first the move of this shard goes before the others */
export function streamsOf(model: ViewModel, layout: StageLayout, first: number): readonly Stream[] {
  const streams = new Map<string, { source: NodeId; to: NodeId; moves: MoveView[] }>();
  for (const move of model.placement.moves.values()) {
    if (move.to === NO_NODE) continue;
    const source = sourceOf(model, move);
    const key = `${source}>${move.to}`;
    const stream = streams.get(key) ?? { source, to: move.to, moves: [] };
    streams.set(key, stream);
    stream.moves.push(move);
  }
  return [...streams.values()].flatMap(({ source, to, moves }): Stream[] => {
    const segment = linkSegment(layout, source, to, OFFSET);
    if (segment === undefined) return [];
    const sorted = moves.toSorted(
      (x, y) => Number(y.shard === first) - Number(x.shard === first) || x.sinceUs - y.sinceUs,
    );
    const copies = moves.some(({ stage, isEqual }) => stage === 'catchUp' && isEqual === undefined);
    return [{ source, to, ...segment, moves: sorted, copies }];
  });
}

/** Before anything is sent: whoever would send it. */
function sourceOf(model: ViewModel, { shard, source, to, from }: MoveView): NodeId {
  const leader = isMetaGroup(shard) ? NO_NODE : leaderOf(model, shard);
  const sends = source === NO_NODE ? leader : source;
  return sends === NO_NODE || sends === to ? from : sends;
}

export interface PlacedLabel extends Point {
  readonly text: string;
  readonly width: number;
}

export const LABEL_HEIGHT = 18;
const LETTER_WIDTH = 6.1;
export const labelWidth = (text: string): number => text.length * LETTER_WIDTH + 14;

/** Along a stream, from its source: nearer to whoever gets it is better. */
const PLACES = [0.66, 0.5, 0.36, 0.8, 0.22];

/** Where the labels of streams have room: on no node, no client, no button and not on each other. One that has none is left out. */
export function placeLabels(
  layout: StageLayout,
  wanted: readonly { readonly stream: Stream; readonly text: string }[],
): readonly PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const { stream, text } of wanted) {
    const width = labelWidth(text);
    const at = PLACES.map((share) => between(stream.a, stream.b, share)).find(
      (point) => fits(layout, point, width) && placed.every((other) => isApart(point, width, other)),
    );
    if (at !== undefined) placed.push({ ...at, text, width });
  }
  return placed;
}

function fits(
  { width: right, nodes, nodeRadius, clients, buttons }: StageLayout,
  { x, y }: Point,
  width: number,
): boolean {
  const half = width / 2;
  const clear = (other: Point, halfWidth: number, halfHeight: number) =>
    Math.abs(x - other.x) >= half + halfWidth || Math.abs(y - other.y) >= LABEL_HEIGHT / 2 + halfHeight;
  return (
    x - half >= 2 &&
    x + half <= right - 2 &&
    [...nodes.values()].every((node) => clear(node, nodeRadius + 2, nodeRadius + 2)) &&
    [...clients.values()].every((client) => clear(client, CLIENT_WIDTH / 2 + 2, CLIENT_HEIGHT / 2 + 2)) &&
    [...buttons.values()].every((button) => clear(button, BUTTON_HALF, BUTTON_HALF / 2))
  );
}

const BUTTON_HALF = 26;

const isApart = ({ x, y }: Point, width: number, other: PlacedLabel): boolean =>
  Math.abs(x - other.x) >= (width + other.width) / 2 + 4 || Math.abs(y - other.y) >= LABEL_HEIGHT + 4;

/** `s3 71 B`, and how many more go the same way. */
export function streamText({ moves }: Stream, stageText: (move: MoveView) => string): string {
  const [first, ...others] = moves;
  if (first === undefined) return '';
  return `${shardName(first.shard)} ${stageText(first)}${others.length === 0 ? '' : ` +${others.length}`}`;
}
