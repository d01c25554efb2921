import { type NodeId, nodeId } from '../../core/base/ids.ts';
import { firstNodes } from '../../core/cluster/node-list.ts';
import type { AppState } from './app-store.ts';
import { standingOf } from './standing.ts';

/** How many nodes there were at the moment shown: those that the run began with, and those that were added since, in the order of their numbers. */
export function nodeCount({ run, model }: Pick<AppState, 'model'> & { readonly run: NodesOf | undefined }): number {
  if (run === undefined) return 0;
  let count = run.config.nodes;
  for (const node of model.nodes.keys()) count = Math.max(count, node);
  return count;
}

export const nodesShown = (state: Parameters<typeof nodeCount>[0]): readonly NodeId[] => firstNodes(nodeCount(state));

/** How many have not left. */
export const presentCount = (state: Parameters<typeof nodeCount>[0]): number => nodesPresent(state).length;

/** Those that have not left, as text, so that a change of anything else changes nothing. */
export const presentText = (state: Parameters<typeof nodeCount>[0]): string => nodesPresent(state).join(' ');

/** The nodes of such a text. */
export const presentNodes = (text: string): readonly NodeId[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((id) => nodeId(Number(id)));

export const nodesPresent = ({ run, model }: Parameters<typeof nodeCount>[0]): readonly NodeId[] =>
  run === undefined
    ? []
    : nodesShown({ run, model }).filter((node) => standingOf(run.config, node, model.placement.members) !== 'left');

type NodesOf = { readonly config: { readonly nodes: number } };
