import { META_GROUP } from '../core/meta/meta-state.ts';
import { isQuorum } from '../core/raft/configuration.ts';
import type { WorldState } from './world-state.ts';

/**
 * Whether the meta group can elect nobody ever again: by no configuration that any of its replicas goes by has a majority of the voters the disk that
 * it voted with. Not said while a node still reads its disk: after a reload that is where the present replicas are known from.
 */
export function isMetaLost(state: WorldState): boolean {
  const { view } = state;
  if (view.leader(META_GROUP) !== undefined || view.nodeSnapshots().some(({ recovering }) => recovering)) return false;
  return view
    .configurationsInForce(META_GROUP)
    .every((configuration) => !isQuorum(configuration, (node) => !state.isBlank(META_GROUP, node)));
}
