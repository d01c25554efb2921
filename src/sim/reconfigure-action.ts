import type { Micros, NodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { ReconfigurationRefusal } from '../core/node/trace-event.ts';
import { isVoter, membersOf } from '../core/raft/configuration.ts';
import { majority } from '../core/raft/quorum.ts';
import { askNow } from './choose-event.ts';
import type { GrantReply } from './node-host.ts';
import { blankNode, type Refusal, unknownActor } from './refusal.ts';
import type { WorldState } from './world-state.ts';

type Reconfigure = Extract<Action, { readonly type: 'Reconfigure' }>;

/** Asks the shard's leader, as it is reported, for other voters among the nodes that hold a copy. Whether it can be now, the leader says. */
export function reconfigureNow(
  state: WorldState,
  { shard, voters, learners }: Reconfigure,
  timeUs: Micros,
): Refusal | undefined {
  const named = [...voters, ...learners];
  const unknown = named.find((node) => state.slots[node - 1] === undefined);
  if (unknown !== undefined) return unknownActor(nodeName(unknown));
  const name = shardName(shard);
  if (shard >= state.ring.shards) return { code: 'UnknownShard', text: `there is no shard ${name}` };
  const configuration = state.view.configuration(shard);
  const replicas = membersOf(configuration);
  const stranger = named.find((node) => !replicas.includes(node));
  if (stranger !== undefined) {
    const text = `${nodeName(stranger)} holds no copy of ${name}, so it cannot vote there; ${replicas.map(nodeName).join(', ')} can`;
    return { code: 'NoReplica', text };
  }
  const left = replicas.find((node) => !named.includes(node));
  if (left !== undefined)
    return { code: 'BadArgument', text: `${nodeName(left)} holds a copy of ${name}: it has to vote or to learn` };
  const isBlank = (node: NodeId): boolean => state.isBlank(shard, node);
  const blank = voters.find(isBlank);
  const sound = voters.filter((node) => !isBlank(node));
  if (blank !== undefined && (!isVoter(configuration, blank) || sound.length < majority(voters.length)))
    return blankNode(blank, name);
  const leader = state.view.leader(shard);
  if (leader === undefined) {
    const text = `${name} has no leader that could change its voters. RUN until=leader waits for one`;
    return { code: 'NoLeader', text };
  }
  return askNow(state, leader, { type: 'ReconfigureAsked', shard, target: { voters, learners } }, timeUs);
}

/** Why the leader did not begin; undefined: it did. */
export function refusalOf({ shard, voters }: Reconfigure, { steps }: GrantReply): Refusal | undefined {
  for (const { events } of steps) {
    for (const event of events) {
      if (event.type === 'ReconfigurationRefused' && event.shard === shard)
        return { code: event.code, text: whyNot(shardName(shard), voters.map(nodeName), event) };
    }
  }
  return undefined;
}

function whyNot(shard: string, voters: readonly string[], refusal: ReconfigurationRefusal): string {
  switch (refusal.code) {
    case 'NotLeader':
      return `the leader of ${shard} has just lost its leadership`;
    case 'ConfigurationChanged':
      return `${shard} has other voters by now`;
    case 'TransferUnderWay':
      return `the leader of ${shard} is handing its leadership over`;
    case 'ConfigurationPending':
      return `a change of ${shard} is under way, or its leader cannot know yet whether one is: it has committed nothing in its term`;
    case 'QuorumUnreachable':
      return `no majority of ${voters.join(' ')} answers the leader of ${shard}: with these voters it could commit nothing`;
    case 'InvalidConfiguration':
      return refusal.why;
  }
}
