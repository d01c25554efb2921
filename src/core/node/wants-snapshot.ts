import type { NodeId } from '../base/ids.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** Whether a follower needs a snapshot: one that has not answered for so many election timeouts is not, and holds up nothing here. */
export function wantsSnapshot(
  { nowUs, limits }: ReplicaEnvironment,
  raft: RaftGroup,
  follower: NodeId,
  electionTimeouts: number,
): boolean {
  const progress = raft.progressOf(follower);
  if (progress === undefined || (progress.mode !== 'snapshot' && progress.snapshotFrom === 0)) return false;
  return nowUs - progress.lastAnswerUs < electionTimeouts * limits.electionTimeoutUsMax;
}
