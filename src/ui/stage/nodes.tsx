import { useMemo } from 'react';
import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { standingOf } from '../store/standing.ts';
import { leaderLastIndex } from '../store/view-model.ts';
import { useLate } from '../use-late.ts';
import type { StageLayout } from './geometry.ts';
import { NodeDisc } from './node-disc.tsx';
import { diskTrouble, entriesBehind, nodeWords, standingSign } from './node-words.ts';
import { rolesOf, rolesText } from './roles.ts';
import { useStops } from './stops.ts';

interface Props {
  readonly run: RunView;
  readonly layout: StageLayout;
  readonly onSelect: (node: NodeId, from: SVGElement) => void;
}

/** How the steps of a person's operation are told: fetched with their first. */
const loadBusy = () => import('./busy-nodes.ts');

/** All nodes, as they are in the shard in view or in all shards. */
export function Nodes({ run, layout, onSelect }: Props) {
  const nodes = useAppState(({ model }) => model.nodes);
  const members = useAppState(({ model }) => model.placement.members);
  const shard = useAppState(({ focusedShard }) => focusedShard);
  const replicas = useAppState(({ model }) => model.shards.get(shard));
  const last = useAppState(({ model }) => leaderLastIndex(model, shard));
  const { config } = run;
  const { shards } = config;
  const count = Math.max(0, ...layout.nodes.keys());
  const roles = useAppState(({ allShards, model }) => (allShards ? rolesText(model, count, shards) : undefined));
  const selected = useAppState(({ selectedNode, selectedLink }) =>
    selectedLink === undefined ? selectedNode : undefined,
  );
  const asked = useAppState(({ personOperation }) => personOperation !== undefined);
  const late = useLate(asked, loadBusy);
  const path = useAppState((state) => late?.personPath(state));
  const busy = useMemo(() => (path === undefined ? undefined : late?.busyWith(path)), [late, path]);
  const stops = useStops(layout.nodes.size);
  return (
    <g role="toolbar" aria-label="Nodes" onKeyDown={stops.onKeyDown}>
      {[...layout.nodes].map(([node, at], i) => {
        const view = nodes.get(node);
        const replica = replicas?.get(node);
        const behind = entriesBehind(replica, last);
        const standing = standingOf(config, node, members);
        return (
          <NodeDisc
            key={node}
            node={node}
            at={at}
            radius={layout.nodeRadius}
            state={view?.frozen === true ? 'frozen' : (view?.state ?? 'starting')}
            trouble={diskTrouble(view) || standingSign(view, standing)}
            isPassing={standing !== 'normal' && standing !== 'down'}
            replica={replica}
            behind={behind}
            replaying={view?.state === 'recovering' && !view.frozen ? view.recovery.logRecords : 0}
            roles={roles === undefined ? undefined : rolesOf(roles, node)}
            selected={node === selected}
            busy={busy?.get(node)}
            label={`${nodeName(node)}. ${nodeWords(view, replica, shard, behind, standing)}`}
            tabIndex={stops.tabIndexOf(i)}
            onFocus={stops.onFocusOf(i)}
            onSelect={onSelect}
          />
        );
      })}
    </g>
  );
}
