import { nodeId } from '../../../base/ids.ts';
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { Row } from '../../../replication/row.ts';
import type { SyncEvent } from '../sync-event.ts';
import { MS, type SyncCluster, type SyncNode } from './sync-cluster.ts';

/** One version. */
export const at = (wallUs: number, value: string | undefined, node = 1): Row => [
  {
    stamp: { wallUs, logical: 0, node: nodeId(node) },
    value: value === undefined ? undefined : encodeUtf8(value),
    deadlineUs: undefined,
    clock: undefined,
  },
];

/** All homes have these keys. */
export function filled(cluster: SyncCluster, keys: number): SyncCluster {
  for (const node of cluster.homes) for (let i = 0; i < keys; i++) node.put(`k${i}`, at(i + 1, `v${i}`));
  cluster.run(10 * MS);
  return cluster;
}

/** How often. */
export const told = (node: SyncNode, type: SyncEvent['type']): number =>
  node.events.filter((event) => event.type === type).length;
