import { formatCommand } from '../console/format-command.ts';
import type { NodeId } from '../core/base/ids.ts';
import { nodeName } from '../core/cluster/snapshot.ts';

/** The key that all examples are about. */
export const FIRST_KEY = 'user:42';
/** What waits in the console, and what “Write a key” writes. */
export const FIRST_WRITE = formatCommand('PUT', [FIRST_KEY, 'ada']);

/** The focused shard's leader on its own side: the instructive split. */
export function splitLine(leader: NodeId | 0, nodes: readonly NodeId[]): string {
  const alone = nodes.filter((node) => node === (leader === 0 ? nodes[0] : leader));
  const others = nodes.filter((node) => !alone.includes(node));
  return formatCommand('PARTITION', [...alone.map(nodeName), '|', ...others.map(nodeName)]);
}
