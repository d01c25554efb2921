import type { NodeId, ShardId } from '../../core/base/ids.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import type { NodeView, ReplicaView } from '../store/view-model.ts';

const ROLE = { leader: 'Leader', follower: 'Follower', candidate: 'Candidate', precandidate: 'Pre-candidate' } as const;

/** What a node is and does, in a line. `behind`: entries that its replica lacks after a recovery. */
export function nodeWords(
  node: NodeView | undefined,
  replica: ReplicaView | undefined,
  shard: ShardId,
  behind: number,
): string {
  switch (node?.state) {
    case undefined:
      return 'starts';
    case 'down':
      return 'Down: killed, its disk keeps what was written';
    case 'crashed':
      return `Crashed: ${node.reason}`;
    case 'recovering':
      return `Recovers: replays ${node.recovery.logRecords} log records`;
    case 'up':
      break;
  }
  if (replica === undefined) return `Up, holds no copy of ${shardName(shard)}`;
  const role = `${ROLE[replica.role]} of ${shardName(shard)}, term ${replica.term}`;
  return behind > 0 ? `${role}, catching up: ${behind} behind` : role;
}

/** Entries that a replica still lacks of its leader's log after its node came back; 0 = none, or nobody knows. */
export const entriesBehind = (replica: ReplicaView | undefined, leaderLast: number): number =>
  replica?.catchingUp === true ? Math.max(0, leaderLast - replica.persistedIndex) : 0;

/** Nodes whose process does not run. */
export const nodesDown = (nodes: ReadonlyMap<NodeId, NodeView>): ReadonlySet<number> =>
  new Set([...nodes].filter(([, { state }]) => state === 'down' || state === 'crashed').map(([node]) => node));
