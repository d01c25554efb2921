import type { NodeId } from '../../core/base/ids.ts';
import { type OperationPath, pathOf } from '../../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import { busyNodes } from '../../core/cluster/operation-path/under-way.ts';
import type { AppState } from '../store/app-store.ts';

/** What a person asked for last, while it is under way. */
export function personPath({ model, personOperation }: AppState): OperationPath | undefined {
  if (personOperation === undefined) return undefined;
  const path = pathOf(model.paths.read(reducePaths), personOperation);
  return path?.completedUs === undefined ? path : undefined;
}

/** What each node is busy with for it, in two or three words. */
export const busyWith = (path: OperationPath): ReadonlyMap<NodeId, string> =>
  new Map(busyNodes(path).map(({ node, words }) => [node, words]));
