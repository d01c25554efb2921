import { type NodeId, nodeId } from '../base/ids.ts';
import type { TimedAction } from './action.ts';
import { NODES_MAX } from './presets.ts';
import type { RunConfig } from './run.ts';

/** The first so many nodes. */
export const firstNodes = (count: number): readonly NodeId[] => Array.from({ length: count }, (_, i) => nodeId(i + 1));

/** Those that a cluster begins with: the ring is theirs. */
export const foundingNodes = ({ nodes }: Pick<RunConfig, 'nodes'>): readonly NodeId[] => firstNodes(nodes);

/** Every node that a run has had when these actions were taken: an ADD is refused by their number alone, so that its log tells. */
export function nodesAfter(config: Pick<RunConfig, 'nodes'>, actions: readonly TimedAction[]): readonly NodeId[] {
  const added = actions.filter(({ action }) => action.type === 'Add').length;
  return firstNodes(Math.min(NODES_MAX, config.nodes + added));
}
