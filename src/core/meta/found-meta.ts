import { NO_NODE, type NodeId, shardId } from '../base/ids.ts';
import { simpleConfiguration } from '../raft/configuration.ts';
import { type GroupRecord, type GroupReport, META_GROUP, type MetaState, type NodeRecord } from './meta-state.ts';
import { placeGroups } from './place-groups.ts';

export interface FoundedCluster {
  readonly nodes: readonly NodeId[];
  readonly vnodes: number;
  readonly shards: number;
  readonly replicationFactor: number;
}

const NOTHING_REPORTED: GroupReport = {
  confVer: 0,
  configuration: { voters: [], votersOutgoing: [], learners: [] },
  token: 0,
  term: 0,
  leader: NO_NODE,
};

/** Before the first command: all nodes are there, all replicas are where the ring wants them. The same on every node. */
export function foundMeta({ nodes, vnodes, shards, replicationFactor }: FoundedCluster): MetaState {
  const records = [...nodes]
    .sort((a, b) => a - b)
    .map((node): NodeRecord => ({ node, state: 'normal', incarnation: 1 }));
  const unplaced = Array.from({ length: shards + 1 }, (_, s): GroupRecord => {
    const shard = s === shards ? META_GROUP : shardId(s);
    return { shard, desired: [], replicas: [], report: NOTHING_REPORTED, token: 0, move: undefined, isLost: false };
  });
  let nextReplicaId = 1;
  const groups = placeGroups({ nodes: records, vnodes, replicationFactor, groups: unplaced }).map((group) => {
    const configuration = simpleConfiguration({ voters: group.desired, learners: [] });
    const replicas = configuration.voters.map((node) => ({ node, replicaId: nextReplicaId++, incarnation: 1 }));
    return { ...group, replicas, report: { ...group.report, configuration } };
  });
  return {
    ...{ replicationFactor, vnodes, ringEpoch: 1, nodes: records, groups, retired: [], nextReplicaId, nextToken: 1 },
    keyspaces: [{ name: 'default', consistency: 'strong' }],
  };
}
