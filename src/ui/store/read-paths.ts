import type { FollowedPaths } from '../../core/cluster/operation-path/followed-paths.ts';

/** More events than that are not kept for paths at which nobody looks; they take some 20 ms to be read. */
const UNREAD_MAX = 20_000;

/** How the steps of operations are told, fetched when somebody looks at one. */
export const loadPaths = () => import('../../core/cluster/operation-path/reduce-paths.ts');

/** Reads what has piled up, so that no trace is kept for ever. */
export function keepUp(paths: FollowedPaths): void {
  if (paths.unread < UNREAD_MAX) return;
  loadPaths().then(
    ({ reducePaths }) => paths.read(reducePaths),
    // Without the code the panel that shows them says so.
    () => undefined,
  );
}
