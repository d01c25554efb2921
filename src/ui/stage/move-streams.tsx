import './moves-on-stage.css';
import { useSyncExternalStore } from 'react';
import { NO_NODE, type NodeId } from '../../core/base/ids.ts';
import { isMetaGroup, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { stageWord } from '../panels/moves/move-words.ts';
import type { RunView } from '../store/app-store.ts';
import { type EndedMoveView, loserOf, type MoveView } from '../store/placement-view.ts';
import { nodeStroke } from '../theme/palette.ts';
import { useShownTime } from '../use-shown-time.ts';
import { annularSector } from './annular-sector.ts';
import { between, type StageLayout } from './geometry.ts';
import {
  LABEL_HEIGHT,
  labelWidth,
  type PlacedLabel,
  placeLabels,
  type Stream,
  streamsOf,
  streamText,
} from './stream-places.ts';

interface Props {
  readonly run: RunView;
  readonly layout: StageLayout;
}

/** Virtual time that a block of a snapshot takes from node to node. It stands for many: single messages are drawn as what they are. */
const BLOCK_US = 120_000;
const BLOCKS = [0, 1 / 3, 2 / 3];
const LABELS_MAX = 4;
/** Clear of the sign of its role. */
const PILL_OVER_NODE = 26;
/** From the middle of the shards' arcs outwards: between them and the points of the nodes. */
const ARC_OUT = 12;

/** Replicas on their way, from whoever sends to whoever gets, and the shards' arcs that are to be the newcomer's too. Lies under nodes and client. */
export function MoveStreams({ run, layout }: Props) {
  const model = useAppState((state) => state.model);
  const focused = useAppState((state) => state.focusedShard);
  const still = useStillness();
  return (
    <svg className="move-streams" width={layout.width} height={layout.height} aria-hidden="true">
      {[...model.placement.moves.values()].map((move) => (
        <ComingArc key={move.shard} move={move} layout={layout} shards={run.config.shards} />
      ))}
      {streamsOf(model, layout, focused).map((stream) => (
        <StreamLine key={`${stream.source}>${stream.to}`} stream={stream} still={still} />
      ))}
    </svg>
  );
}

/** What stage they are at, over everything else: of the shard in view first, and only where there is room. */
export function MoveLabels({ layout }: Pick<Props, 'layout'>) {
  const model = useAppState((state) => state.model);
  const focused = useAppState((state) => state.focusedShard);
  const streams = streamsOf(model, layout, focused).toSorted((x, y) => leads(y, focused) - leads(x, focused));
  const wanted = streams.slice(0, LABELS_MAX).map((stream) => ({ stream, text: streamText(stream, stageWord) }));
  return (
    <svg className="move-streams" width={layout.width} height={layout.height} aria-hidden="true">
      {placeLabels(layout, wanted).map(({ x, y, text, width }) => (
        <Pill key={text} x={x} y={y} text={text} width={width} />
      ))}
      {dropping(model.placement.ended).map(([node, text]) => {
        const at = layout.nodes.get(node);
        return at === undefined ? null : (
          <Pill
            key={node}
            x={at.x}
            y={at.y - layout.nodeRadius - PILL_OVER_NODE}
            text={text}
            width={labelWidth(text)}
          />
        );
      })}
    </svg>
  );
}

const leads = ({ moves }: Stream, focused: number): number => Number(moves[0]?.shard === focused);

const Pill = ({ x, y, text, width }: PlacedLabel) => (
  <g transform={`translate(${x} ${y})`}>
    <rect className="stream-pill" x={-width / 2} y={-LABEL_HEIGHT / 2} width={width} height={LABEL_HEIGHT} rx="6" />
    <text className="stream-label">{text}</text>
  </g>
);

/** The shard's arc once more, dashed, in the hue of whoever is to have it. */
function ComingArc({ move, layout, shards }: { move: MoveView; layout: StageLayout; shards: number }) {
  if (move.to === NO_NODE || isMetaGroup(move.shard)) return null;
  const { center, ringRadius } = layout;
  const radius = ringRadius + ARC_OUT;
  const d = annularSector({ inner: radius, outer: radius, from: move.shard / shards, to: (move.shard + 1) / shards });
  return (
    <path
      className="coming-arc"
      d={d.split('L')[0]}
      transform={`translate(${center.x} ${center.y})`}
      stroke={nodeStroke(move.to)}
    />
  );
}

function StreamLine({ stream, still }: { readonly stream: Stream; readonly still: boolean }) {
  const { a, b, copies } = stream;
  return (
    <>
      <line
        className={copies ? 'stream-line stream-copies' : 'stream-line'}
        x1={a.x}
        y1={a.y}
        x2={b.x}
        y2={b.y}
        stroke={nodeStroke(stream.to)}
      />
      {copies ? <Blocks stream={stream} still={still} /> : null}
    </>
  );
}

/** Pieces of a snapshot: a function of the shown time, so that they stand when it does. */
function Blocks({ stream: { a, b }, still }: { readonly stream: Stream; readonly still: boolean }) {
  const nowUs = useShownTime();
  const angle = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
  const moved = still ? 0.17 : (nowUs % BLOCK_US) / BLOCK_US;
  return BLOCKS.map((share) => {
    const { x, y } = between(a, b, (share + moved) % 1);
    return (
      <g key={share} className="stream-block" transform={`translate(${x} ${y}) rotate(${angle})`}>
        <rect x="-6" y="-4.5" width="12" height="9" rx="1.5" />
        <path d="M-2 -4.5V4.5M2 -4.5V4.5" />
      </g>
    );
  });
}

/** Who has to delete what it had, and what. */
function dropping(ended: readonly EndedMoveView[]): readonly (readonly [NodeId, string])[] {
  const shards = new Map<NodeId, string[]>();
  for (const move of ended) {
    if (move.surplus !== 'awaited') continue;
    const node = loserOf(move);
    shards.set(node, [...(shards.get(node) ?? []), shardName(move.shard)]);
  }
  return [...shards].map(([node, names]) => [node, `drops ${names.length > 1 ? names.length : names[0]}`]);
}

const STILL = '(prefers-reduced-motion: reduce)';

/** Whoever looks wants nothing to move. */
const useStillness = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      const asked = matchMedia(STILL);
      asked.addEventListener('change', changed);
      return () => asked.removeEventListener('change', changed);
    },
    () => matchMedia(STILL).matches,
    () => true,
  );
