import { showClock } from '../../console/show.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { CrashFault } from '../../core/cluster/disk-fault.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import type { NodeStanding } from '../../core/meta/node-standing.ts';
import type { NodeView, ReplicaView } from '../store/view-model.ts';

const ROLE = { leader: 'Leader', follower: 'Follower', candidate: 'Candidate', precandidate: 'Pre-candidate' } as const;

/** What a node is and does, in a line. `behind`: entries that its replica lacks after a recovery; `standing`: what it is to the ring. */
export function nodeWords(
  node: NodeView | undefined,
  replica: ReplicaView | undefined,
  shard: ShardId,
  behind: number,
  standing: NodeStanding = 'normal',
): string {
  const clock = node?.clock === undefined ? '' : `, clock ${showClock(node.clock)}`;
  if (node?.frozen === true) return `Frozen: its process stands still, what arrives waits${clock}`;
  switch (node?.state) {
    case undefined:
      return 'starts';
    case 'down':
      return 'Down: killed, its disk keeps what was written';
    case 'crashed':
      return `${node.fault === undefined ? 'Crashed' : 'Down'}: ${crashWords(node)}`;
    case 'recovering':
      return node.recovery.durationUs === 0 ? 'Starts' : `Recovers: replays ${node.recovery.logRecords} log records`;
    case 'up':
      break;
  }
  const trouble = `${diskWords(node.disk)}${clock}`;
  if (replica === undefined)
    return `Up, ${standing === 'normal' ? `holds no copy of ${shardName(shard)}` : standingWord(standing)}${trouble}`;
  const isLearning = replica.role === 'follower' && replica.learns;
  const role = `${isLearning ? 'Learner' : ROLE[replica.role]} of ${shardName(shard)}, term ${replica.term}`;
  const place = standing === 'normal' ? role : `${role}, ${standingWord(standing)}`;
  return `${behind > 0 ? `${place}, catching up: ${behind} behind` : place}${trouble}`;
}

function diskWords({ slowdown, full }: NodeView['disk']): string {
  if (full) return ', disk full, accepts no writes';
  return slowdown > 1 ? `, disk ${slowdown} times as slow` : '';
}

/** What is wrong with its disk, in the two words that a disc has room for; empty: nothing that stops it. */
export function diskTrouble(node: NodeView | undefined): string {
  if (node?.state === 'up') return node.disk.full ? 'disk full' : '';
  return (node?.state === 'crashed' && node.fault !== undefined && TROUBLES[node.fault]) || '';
}

/** What it is to the ring, in a word; empty: simply part of it, or it does not run. */
export const standingSign = (node: NodeView | undefined, standing: NodeStanding): string =>
  node?.state !== 'up' || standing === 'normal' ? '' : standingWord(standing);

/** It is up: "down" would be the one word that it is not. */
const standingWord = (standing: NodeStanding): string =>
  standing === 'unknown' ? 'joining' : standing === 'down' ? 'taken for lost' : standing;

const TROUBLES: Readonly<Partial<Record<CrashFault, string>>> = {
  'disk full': 'disk full',
  'write failed': 'disk failed',
  'mid commit': 'torn write',
  corrupt: 'disk corrupt',
};

/** Why it is down, and what helps. */
export function crashWords({ fault, reason }: Pick<NodeView, 'fault' | 'reason'>): string {
  switch (fault) {
    case 'disk full':
      return 'its disk is full. DISK … ok makes room, then Revive';
    case 'write failed':
      return 'a write was aborted. Revive goes on without it';
    case 'mid commit':
      return 'it ended in the middle of a write. Revive leaves the torn record out';
    case 'corrupt':
      return `${reason}. Only RESET mends that`;
    default:
      return reason;
  }
}

/** Entries that a replica still lacks of its leader's log after its node came back; 0 = none, or nobody knows. */
export const entriesBehind = (replica: ReplicaView | undefined, leaderLast: number): number =>
  replica?.catchingUp === true ? Math.max(0, leaderLast - replica.persistedIndex) : 0;

/** Nodes whose process does not run. */
export const nodesDown = (nodes: ReadonlyMap<NodeId, NodeView>): ReadonlySet<number> =>
  new Set([...nodes].filter(([, { state }]) => state === 'down' || state === 'crashed').map(([node]) => node));
