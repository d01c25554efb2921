import type { NodeId } from '../base/ids.ts';
import { replicaIdOf } from '../raft/configuration.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** Which replica of the group each other node has: the configuration says so, and where it lags each message does. Numbers only grow. */
export class PeerReplicas {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  /** The largest number that each was known to have, those among them that have left. */
  private readonly known = new Map<NodeId, number>();

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
  }

  /** Whether a message is to be heard: it is for this replica, and not of one that its sender's node had before. */
  hears(from: NodeId, fromReplica: number, toReplica: number): boolean {
    const { scope, known } = this;
    const isForThis = toReplica === 0 || toReplica === scope.replicaId;
    if (isForThis && fromReplica >= this.replicaIdOf(from)) {
      known.set(from, fromReplica);
      return true;
    }
    this.env.events.push({ type: 'LateMessageRejected', shard: scope.shard, from, fromReplica, toReplica });
    return false;
  }

  /** 0: nobody has told. */
  replicaIdOf(node: NodeId): number {
    const { known, raft } = this;
    const replicaId = Math.max(known.get(node) ?? 0, replicaIdOf(raft.configuration, node));
    known.set(node, replicaId);
    return replicaId;
  }
}
