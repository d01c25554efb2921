import type { ReactNode } from 'react';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { nodeCount } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';
import { nodeFill, nodeStroke, repeatedNames } from '../theme/palette.ts';

/** What the signs of the stage mean: those of messages, and those of nodes. */
export function StageLegend() {
  return (
    <div className="stage-legends">
      <MessageLegend />
      <NodeLegend />
    </div>
  );
}

/** Shapes of messages; with all shards shown the arcs in a node, and, with more nodes than hues, the line through a hue. */
function MessageLegend() {
  const repeated = useAppState((state) => repeatedNames(nodeCount(state)));
  const all = useAppState((state) => state.allShards);
  return (
    <ul className="stage-legend" aria-label="Messages">
      <Sign mark={<circle cx="6" cy="6" r="4" fill="var(--accent)" />}>append entries</Sign>
      <Sign mark={<path d="M6 1.5 L10.5 10 H1.5 Z" fill="var(--accent)" />}>vote</Sign>
      <Sign mark={<rect x="2" y="2" width="8" height="8" fill="var(--ink)" />}>client</Sign>
      <Sign mark={<circle cx="6" cy="6" r="4" fill="none" stroke="var(--accent)" strokeWidth="2" />}>
        reply (hollow)
      </Sign>
      <Sign mark={<circle cx="6" cy="6" r="2.5" fill="var(--accent)" opacity="0.55" />}>heartbeat</Sign>
      <Sign mark={<circle cx="6" cy="6" r="2" fill="var(--dim)" opacity="0.6" />}>gossip</Sign>
      {all ? (
        <Sign
          mark={
            <>
              <path d="M6 1 A5 5 0 0 1 11 6" fill="none" stroke="var(--ink)" strokeWidth="3" />
              <path d="M6 11 A5 5 0 0 1 1 6" fill="none" stroke="var(--dim)" strokeWidth="1.5" />
            </>
          }
        >
          in a node: leads a shard, follows
        </Sign>
      ) : null}
      {repeated === '' ? null : (
        <Sign
          mark={
            <>
              <rect x="1" y="1" width="10" height="4" fill={nodeFill(8)} />
              <rect x="1" y="7" width="10" height="4" fill={nodeFill(8)} />
            </>
          }
        >
          split hue: {repeated}
        </Sign>
      )}
    </ul>
  );
}

/** Roles of nodes in the shard in view, and who leads it; what the colours of node and ring say. */
function NodeLegend() {
  const shard = useAppState((state) => state.focusedShard);
  const leader = useAppState((state) => leaderOf(state.model, state.focusedShard));
  const all = useAppState((state) => state.allShards);
  const moving = useAppState(({ model }) => model.placement.moves.size > 0);
  const learners = useAppState(({ model, focusedShard }) =>
    [...(model.shards.get(focusedShard)?.values() ?? [])].some(({ learns }) => learns),
  );
  return (
    <ul className="stage-legend" aria-label="Nodes and shards">
      {all ? null : (
        <>
          <Sign
            className="legend-leader"
            mark={
              <path
                d="M1.2 10.5 L0.5 2.5 L3.5 5 L6 1 L8.5 5 L11.5 2.5 L10.8 10.5 Z"
                fill="var(--crown)"
                stroke="var(--crown-edge)"
              />
            }
          >
            {leader === 0 ? 'nobody' : nodeName(leader)} leads {shardName(shard)}
          </Sign>
          <li>
            <Letter>F</Letter>
            follower
          </li>
          <li>
            <Letter dashed>C</Letter>
            candidate, P: pre-vote
          </li>
          {learners ? (
            <li>
              <Letter dashed>Ln</Letter>
              learner: no vote
            </li>
          ) : null}
        </>
      )}
      <Sign mark={<circle cx="6" cy="6" r="4.5" fill="var(--t1)" stroke={nodeStroke(1)} strokeWidth="2" />}>
        outline: node, fill: term
      </Sign>
      <Sign
        mark={
          <path
            d="M1 9.5 A9 9 0 0 1 11 3.5"
            fill="none"
            stroke={nodeFill(leader === 0 ? 1 : leader)}
            strokeWidth="3.5"
          />
        }
      >
        arc: shard, in leader’s hue
      </Sign>
      {moving ? (
        <Sign
          mark={
            <path
              d="M1 9.5 A9 9 0 0 1 11 3.5"
              fill="none"
              stroke="var(--dim)"
              strokeWidth="2.5"
              strokeDasharray="3 2"
            />
          }
        >
          dashed: on its way
        </Sign>
      ) : null}
    </ul>
  );
}

function Letter({ dashed = false, children }: { readonly dashed?: boolean; readonly children: string }) {
  return (
    <svg className="legend-letter" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <circle cx="7" cy="7" r="6.2" fill="none" stroke="var(--dim)" strokeDasharray={dashed ? '2 1.6' : undefined} />
      <text x="7" y="7.5">
        {children}
      </text>
    </svg>
  );
}

interface SignProps {
  readonly className?: string;
  readonly mark: ReactNode;
  readonly children: ReactNode;
}

const Sign = ({ className, mark, children }: SignProps) => (
  <li className={className}>
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {mark}
    </svg>
    {children}
  </li>
);
