import './stage-actions.css';
import { Suspense, useCallback, useMemo, useRef } from 'react';
import { type ActorId, type ClientActorId, type NodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../app-context.ts';
import { HostChip } from '../panels/host-chip.tsx';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import type { RunView } from '../store/app-store.ts';
import { presentNodes, presentText } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';
import { useSize } from '../use-size.ts';
import { AddNode } from './add-node.tsx';
import { ClientBox } from './client-box.tsx';
import { FinderSwitch } from './finder-switch.tsx';
import { CLIENT_HEIGHT, CLIENT_WIDTH, layoutStage, type StageLayout, WORDED_NODES_MAX } from './geometry.ts';
import { KeyFinderPlace, KeyWalkPlace } from './key-finder-place.tsx';
import { LookupInWords, LookupOnRing } from './late-lookup.tsx';
import { NO_SPLIT, useSplitCode } from './late-split.ts';
import { Links } from './links.tsx';
import { MessageCanvas } from './message-canvas.tsx';
import { MoveLabelsPlace, MoveProgressPlace, MoveStreamsPlace } from './moves-place.tsx';
import { nodesDown } from './node-words.ts';
import { Nodes } from './nodes.tsx';
import { Patterns } from './patterns.tsx';
import { PowerButton } from './power-button.tsx';
import { Ring } from './ring.tsx';
import { SelectedPlace } from './selected-place.tsx';
import { selectNothing, toggleLink, toggleNode } from './selection.ts';
import { ShardsSwitch } from './shards-switch.tsx';
import { StageLegend } from './stage-legend.tsx';
import { StageSwitch } from './stage-switch.tsx';
import { WaitingLine } from './waiting-line.tsx';
import { WallMark } from './wall-mark.tsx';

/** The cluster as a picture or as a table, with what it is made of and what is awaited. */
export function Stage() {
  const view = useAppState((state) => state.stageView);
  return (
    <section className="stage" aria-label="Cluster" data-view={view}>
      {view === 'picture' ? <Field /> : <LateView name={view} />}
      <div className="stage-foot">
        {view === 'picture' ? <HostChip /> : null}
        <div className="stage-views">
          <div className="stage-asks">
            <FinderSwitch />
            <AddNode />
          </div>
          <div className="stage-views-rest">
            {view === 'picture' ? <ShardsSwitch /> : null}
            <StageSwitch />
          </div>
        </div>
        {view === 'picture' ? <StageLegend /> : null}
        <div className="stage-words">
          <WaitingLine />
          <MoveProgressPlace />
          <KeyFinderPlace />
          {view === 'picture' ? <LookupInWords /> : null}
        </div>
      </div>
    </section>
  );
}

/** What is fetched when it is first shown. */
const LATE = {
  table: { title: 'The tables', load: async () => (await import('../table/cluster-table.tsx')).ClusterTable },
  worlds: { title: 'Both worlds', load: async () => (await import('../worlds/both-worlds.tsx')).BothWorlds },
};

function LateView({ name }: { readonly name: keyof typeof LATE }) {
  const { title, load } = LATE[name];
  return (
    <PanelBoundary key={name} name={title}>
      <Suspense>
        <LazyPanel load={load} />
      </Suspense>
    </PanelBoundary>
  );
}

/** The ring with the nodes inside it, the client in the middle, and the messages between them. */
function Field() {
  const run = useAppState((state) => state.run);
  const present = useAppState(presentText);
  const clients = useAppState((state) => state.model.clients);
  const [ref, { width, height }] = useSize<HTMLDivElement>();
  const layout = useMemo(() => {
    return layoutStage(width, height, presentNodes(present), [...clients.keys()] as ActorId[]);
  }, [present, clients, width, height]);
  return (
    <div className="stage-field" ref={ref}>
      {width > 0 && run !== undefined ? <Picture run={run} layout={layout} /> : null}
    </div>
  );
}

function Picture({ run, layout }: { readonly run: RunView; readonly layout: StageLayout }) {
  const { store } = useApp();
  const nodes = useAppState((state) => state.model.nodes);
  const cuts = useAppState((state) => state.model.cuts);
  const clients = useAppState((state) => state.model.clients);
  const focused = useAppState((state) => state.focusedShard);
  const all = useAppState((state) => state.allShards);
  const link = useAppState((state) => state.selectedLink);
  const leaders = useAppState((state) => leadersText(state.model, run.config.shards));
  const holders = useAppState((state) => holdersText(state.model, run.ring, state.focusedShard));
  const down = useMemo(() => nodesDown(nodes), [nodes]);
  const leaderList = useMemo(() => leaders.split(' ').map(Number), [leaders]);
  const holderList = useMemo(() => holders.split(' ').filter(Boolean).map(Number), [holders]);
  const invited = useAppState(({ killInvited, transport, model, focusedShard }) =>
    killInvited && transport.mode === 'playing' ? leaderOf(model, focusedShard) : 0,
  );
  const opener = useRef<SVGElement>(undefined);
  const nameOf = useCallback(
    (actor: ActorId) => clients.get(actor as ClientActorId) ?? nodeName(actor as NodeId),
    [clients],
  );
  const split = useSplitCode();
  const { wall, crossings, words } = useMemo(
    () => split?.splitOf(layout, cuts, nameOf) ?? NO_SPLIT,
    [split, layout, cuts, nameOf],
  );
  const onNode = useCallback(
    (node: NodeId, from: SVGElement) => {
      opener.current = from;
      toggleNode(store, node);
    },
    [store],
  );
  const onLink = useCallback(
    (a: ActorId, b: ActorId, from: SVGElement) => {
      opener.current = from;
      toggleLink(store, a, b);
    },
    [store],
  );
  return (
    <>
      <MoveStreamsPlace run={run} layout={layout} />
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset, and role="img" would hide what can be clicked */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a click on the empty stage does */}
      <svg
        width={layout.width}
        height={layout.height}
        role="group"
        aria-label={`Hash ring with ${layout.nodes.size} nodes and ${run.config.shards} shards`}
        onClick={(event) => {
          if (event.target === event.currentTarget) selectNothing(store);
        }}
      >
        <Patterns />
        <Ring
          ring={run.ring}
          center={layout.center}
          radius={layout.ringRadius}
          focused={focused}
          leaders={leaderList}
          holders={holderList}
          all={all}
          down={down}
          onFocus={(shard) => store.setState({ focusedShard: shardId(shard) })}
        />
        <Links
          layout={layout}
          cuts={cuts}
          down={down}
          crossings={crossings}
          selected={link}
          nameOf={nameOf}
          onSelect={onLink}
        />
        <WallMark path={wall} words={words} />
        <LookupOnRing run={run} layout={layout} />
        {[...layout.clients].map(([client, at]) => (
          <ClientBox key={client} x={at.x} y={at.y} width={CLIENT_WIDTH} height={CLIENT_HEIGHT} name={nameOf(client)} />
        ))}
        <Nodes run={run} layout={layout} onSelect={onNode} />
      </svg>
      <KeyWalkPlace run={run} layout={layout} />
      <MoveLabelsPlace layout={layout} />
      <MessageCanvas layout={layout} crossings={crossings} />
      {[...layout.buttons].map(([node, at]) => (
        <PowerButton
          key={node}
          node={node}
          state={down.has(node) ? 'down' : nodes.get(node)?.frozen === true ? 'frozen' : 'up'}
          invited={node === invited}
          compact={layout.nodes.size > WORDED_NODES_MAX}
          x={at.x}
          y={at.y}
        />
      ))}
      <SelectedPlace run={run} layout={layout} nameOf={nameOf} opener={opener} />
    </>
  );
}

/** Leaders by shard number as one string, so that a change of anything else does not redraw the ring. */
function leadersText(model: Parameters<typeof leaderOf>[0], shards: number): string {
  return Array.from({ length: shards }, (_, shard) => leaderOf(model, shardId(shard))).join(' ');
}

/** Who votes in a shard, in the order of the ring's wishes; before anybody has told, whoever is meant to. As text for the same reason. */
function holdersText(model: Parameters<typeof leaderOf>[0], ring: RunView['ring'], shard: ShardId): string {
  const wanted = ring.replicas(shard);
  const replicas = [...(model.shards.get(shard) ?? [])].filter(([, { learns }]) => !learns).map(([node]) => node);
  const others = replicas.filter((node) => !wanted.includes(node));
  return [...wanted.filter((node) => replicas.length === 0 || replicas.includes(node)), ...others].join(' ');
}
