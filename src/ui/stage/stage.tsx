import { useMemo } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import type { ActorId, NodeId } from '../../core/base/ids.ts';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { HostChip } from '../panels/host-chip.tsx';
import type { RunView } from '../store/app-store.ts';
import { leaderOf } from '../store/view-model.ts';
import { ClusterTable } from '../table/cluster-table.tsx';
import { useSize } from '../use-size.ts';
import { CLIENT_HEIGHT, CLIENT_WIDTH, layoutStage, type StageLayout, WORDED_NODES_MAX } from './geometry.ts';
import { ClientBox, Links, nodesDown } from './links.tsx';
import { MessageCanvas } from './message-canvas.tsx';
import { NodeDisc } from './node-disc.tsx';
import { Patterns } from './patterns.tsx';
import { Ring } from './ring.tsx';
import './kill-invitation.css';
import { StageLegend } from './stage-legend.tsx';
import { StageSwitch } from './stage-switch.tsx';
import { WaitingLine } from './waiting-line.tsx';

/** The cluster as a picture or as a table, with what it is made of and what is awaited. */
export function Stage() {
  const view = useAppState((state) => state.stageView);
  return (
    <section className="stage" aria-label="Cluster">
      <StageSwitch />
      {view === 'table' ? <ClusterTable /> : <Field />}
      <WaitingLine />
    </section>
  );
}

/** The ring with the nodes inside it, the client in the middle, and the messages between them. */
function Field() {
  const run = useAppState((state) => state.run);
  const clients = useAppState((state) => state.model.clients);
  const [ref, { width, height }] = useSize<HTMLDivElement>();
  const layout = useMemo(() => {
    const nodes = Array.from({ length: run?.config.nodes ?? 0 }, (_, i) => nodeId(i + 1));
    return layoutStage(width, height, nodes, [...clients.keys()] as ActorId[]);
  }, [run, clients, width, height]);
  return (
    <>
      <div className="stage-field" ref={ref}>
        {width > 0 && run !== undefined ? <Picture run={run} layout={layout} /> : null}
      </div>
      <HostChip />
      <StageLegend />
    </>
  );
}

function Picture({ run, layout }: { readonly run: RunView; readonly layout: StageLayout }) {
  const { store } = useApp();
  const nodes = useAppState((state) => state.model.nodes);
  const cuts = useAppState((state) => state.model.cuts);
  const clients = useAppState((state) => state.model.clients);
  const focused = useAppState((state) => state.focusedShard);
  const replicas = useAppState((state) => state.model.shards.get(state.focusedShard));
  const selected = useAppState((state) => state.selectedNode);
  const leaders = useAppState((state) => leadersText(state.model, run.config.shards));
  const down = useMemo(() => nodesDown(nodes), [nodes]);
  const leaderList = useMemo(() => leaders.split(' ').map(Number), [leaders]);
  const invited = useAppState(({ killInvited, transport, model, focusedShard }) =>
    killInvited && transport.mode === 'playing' ? leaderOf(model, focusedShard) : 0,
  );
  const state = (node: NodeId) => nodes.get(node)?.state ?? 'starting';
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset, and role="img" would hide what can be clicked */}
      <svg
        width={layout.width}
        height={layout.height}
        role="group"
        aria-label={`Hash ring with ${run.config.nodes} nodes and ${run.config.shards} shards`}
      >
        <Patterns />
        <Ring
          ring={run.ring}
          center={layout.center}
          radius={layout.ringRadius}
          focused={focused}
          leaders={leaderList}
          down={down}
          onFocus={(shard) => store.setState({ focusedShard: shardId(shard) })}
        />
        <Links layout={layout} cuts={cuts} down={down} />
        {[...layout.clients].map(([client, at]) => (
          <ClientBox
            key={client}
            x={at.x}
            y={at.y}
            width={CLIENT_WIDTH}
            height={CLIENT_HEIGHT}
            name={clients.get(client as never) ?? 'client'}
          />
        ))}
        {[...layout.nodes].map(([node, at]) => (
          <NodeDisc
            key={node}
            node={node}
            at={at}
            radius={layout.nodeRadius}
            state={state(node)}
            replica={replicas?.get(node)}
            selected={node === selected}
          />
        ))}
      </svg>
      <MessageCanvas layout={layout} />
      {[...layout.buttons].map(([node, at]) => (
        <PowerButton
          key={node}
          node={node}
          down={down.has(node)}
          invited={node === invited}
          compact={layout.nodes.size > WORDED_NODES_MAX}
          x={at.x}
          y={at.y}
        />
      ))}
    </>
  );
}

interface PowerProps {
  readonly node: NodeId;
  readonly down: boolean;
  /** It asks to be pressed: nobody has killed a node yet, and this one leads. */
  readonly invited: boolean;
  readonly compact: boolean;
  readonly x: number;
  readonly y: number;
}

/** Kill or revive, beside its node. */
function PowerButton({ node, down, invited, compact, x, y }: PowerProps) {
  const run = useCommand();
  const verb = down ? 'REVIVE' : 'KILL';
  const word = down ? 'Revive' : 'Kill';
  return (
    <button
      type="button"
      className={`power-button${down ? ' power-revive' : ''}${compact ? ' power-compact' : ''}${invited ? ' power-invited' : ''}`}
      style={{ left: x, top: y }}
      aria-label={`${word} ${nodeName(node)}`}
      title={`${verb} ${nodeName(node)}`}
      onClick={() => run(formatCommand(verb, [nodeName(node)]))}
    >
      {compact ? (down ? '↻' : '✕') : word}
    </button>
  );
}

/** Leaders by shard number as one string, so that a change of anything else does not redraw the ring. */
function leadersText(model: Parameters<typeof leaderOf>[0], shards: number): string {
  return Array.from({ length: shards }, (_, shard) => leaderOf(model, shardId(shard))).join(' ');
}
