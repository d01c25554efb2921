import type { Breaks } from '../base/breaks.ts';
import { type ShardId, shardId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { TokenArc } from '../merkle/leaves.ts';
import { groupOf, META_GROUP, type MetaState, replicaOn } from '../meta/meta-state.ts';
import { RaftGroup } from '../raft/raft-group.ts';
import type { HashRing } from '../ring/hash-ring.ts';
import { CLOCK_RATE_ERROR_PPM_MAX, type NodeConfig } from './config.ts';
import type { RecoveredReplica } from './node-recovery.ts';
import { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** What a replica is made with, beside what was found of it. */
export interface ReplicaMakings {
  readonly config: NodeConfig;
  readonly founded: MetaState;
  readonly ring: HashRing;
  readonly breaks: Breaks;
  /** This boot's streams of randomness, by what they decide. */
  readonly streamOf: (use: string) => RandomStream;
}

/** One that takes part from now on, told of in the trace. */
export function makeReplica(makings: ReplicaMakings, env: ReplicaEnvironment, recovered: RecoveredReplica): Replica {
  const { config, founded: foundedMeta, ring, breaks, streamOf } = makings;
  const { shard, replicaId, log, machine, isQuarantined, damage } = recovered;
  const { id, limits } = config;
  const founded = groupOf(foundedMeta, shard);
  const isFounder = replicaOn(founded, id)?.replicaId === replicaId;
  const random = streamOf(isFounder ? `election/s${shard}` : `election/s${shard}/${replicaId}`);
  const { hardState, base, entries, replicaId: storageId } = log;
  const { appliedIndex } = machine;
  // Whoever comes later knows of nobody before its snapshot tells: it stands for nothing, and nobody can take it for the one that was here first.
  const began = isFounder
    ? { voters: founded.desired, replicas: founded.replicas.map(({ node, replicaId }) => ({ node, replicaId })) }
    : { voters: [] };
  const clockRateErrorPpmMax = CLOCK_RATE_ERROR_PPM_MAX;
  const options = { ...limits, id, ...began, random, breaks, clockRateErrorPpmMax };
  const mayHavePromised = env.epoch > 1;
  const raft = new RaftGroup(options, { hardState, base, entries, appliedIndex, mayHavePromised }, env.nowUs);
  env.events.push({
    type: 'ReplicaRecovered',
    shard,
    role: raft.role,
    term: raft.currentTerm,
    votedFor: raft.votedFor,
    baseIndex: base.index,
    baseTerm: base.term,
    baseConfiguration: raft.configurationAt(base.index).configuration,
    entries: entries.slice(),
    configuration: raft.configuration,
    commitIndex: raft.commitIndex,
    appliedIndex,
    stateHash: machine.stateHash,
    keys: machine.keys,
    ...(isQuarantined ? { isQuarantined } : {}),
    ...(damage === undefined ? {} : { isDamaged: true as const }),
  });
  if (machine.meta !== undefined && damage === undefined)
    env.events.push({ type: 'MetaFound', index: appliedIndex, state: machine.meta.state });
  return new Replica(env, { id, shard, arc: arcOf(ring, shard), replicaId, storageId }, raft, machine, isQuarantined);
}

/** All that the meta group holds is without a token. */
function arcOf(ring: HashRing, shard: ShardId): TokenArc {
  if (shard === META_GROUP) return { from: 0, to: 2 ** 32 };
  return { from: ring.shardStart(shard), to: ring.shardStart(shardId(shard + 1)) };
}
