import { useMemo } from 'react';
import type { NodeId } from '../../core/base/ids.ts';
import { type OperationPath, pathOf } from '../../core/cluster/operation-path/operation-path.ts';
import { busyNodes } from '../../core/cluster/operation-path/under-way.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import type { AppState, RunView } from '../store/app-store.ts';
import { leaderLastIndex } from '../store/view-model.ts';
import type { StageLayout } from './geometry.ts';
import { NodeDisc } from './node-disc.tsx';
import { diskTrouble, entriesBehind, nodeWords } from './node-words.ts';
import { rolesOf, rolesText } from './roles.ts';
import { useStops } from './stops.ts';

interface Props {
  readonly run: RunView;
  readonly layout: StageLayout;
  readonly onSelect: (node: NodeId, from: SVGElement) => void;
}

/** All nodes, as they are in the shard in view or in all shards. */
export function Nodes({ run, layout, onSelect }: Props) {
  const nodes = useAppState(({ model }) => model.nodes);
  const shard = useAppState(({ focusedShard }) => focusedShard);
  const replicas = useAppState(({ model }) => model.shards.get(shard));
  const last = useAppState(({ model }) => leaderLastIndex(model, shard));
  const { shards, nodes: count } = run.config;
  const roles = useAppState(({ allShards, model }) => (allShards ? rolesText(model, count, shards) : undefined));
  const selected = useAppState(({ selectedNode, selectedLink }) =>
    selectedLink === undefined ? selectedNode : undefined,
  );
  const path = useAppState(personPath);
  const busy = useMemo(
    () => new Map(path === undefined ? [] : busyNodes(path).map((each) => [each.node, each.words])),
    [path],
  );
  const stops = useStops(layout.nodes.size);
  return (
    <g role="toolbar" aria-label="Nodes" onKeyDown={stops.onKeyDown}>
      {[...layout.nodes].map(([node, at], i) => {
        const view = nodes.get(node);
        const replica = replicas?.get(node);
        const behind = entriesBehind(replica, last);
        return (
          <NodeDisc
            key={node}
            node={node}
            at={at}
            radius={layout.nodeRadius}
            state={view?.frozen === true ? 'frozen' : (view?.state ?? 'starting')}
            trouble={diskTrouble(view)}
            replica={replica}
            behind={behind}
            replaying={view?.state === 'recovering' && !view.frozen ? view.recovery.logRecords : 0}
            roles={roles === undefined ? undefined : rolesOf(roles, node)}
            selected={node === selected}
            busy={busy.get(node)}
            label={`${nodeName(node)}. ${nodeWords(view, replica, shard, behind)}`}
            tabIndex={stops.tabIndexOf(i)}
            onFocus={stops.onFocusOf(i)}
            onSelect={onSelect}
          />
        );
      })}
    </g>
  );
}

/** What a person asked for last, while it is under way. */
function personPath({ model, personOperation }: AppState): OperationPath | undefined {
  const path = personOperation === undefined ? undefined : pathOf(model.paths, personOperation);
  return path?.completedUs === undefined ? path : undefined;
}
