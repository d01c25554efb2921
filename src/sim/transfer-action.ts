import type { Micros } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { isVoter, membersOf } from '../core/raft/configuration.ts';
import { askNow } from './choose-event.ts';
import { blankNode, type Refusal, unknownActor } from './refusal.ts';
import type { WorldState } from './world-state.ts';

type Transfer = Extract<Action, { readonly type: 'Transfer' }>;

/** Asks the shard's leader, as it is reported. A target that is down is no reason to refuse: the leader gives up by itself. */
export function transferNow(state: WorldState, { shard, to }: Transfer, timeUs: Micros): Refusal | undefined {
  if (state.slots[to - 1] === undefined) return unknownActor(nodeName(to));
  if (shard >= state.ring.shards) return { code: 'UnknownShard', text: `there is no shard ${shardName(shard)}` };
  const configuration = state.view.configuration(shard);
  const replicas = membersOf(configuration);
  if (!replicas.includes(to)) {
    const text = `${nodeName(to)} holds no copy of ${shardName(shard)}, so it cannot lead it; ${replicas.map(nodeName).join(', ')} can`;
    return { code: 'NotAVoter', text };
  }
  if (state.isBlank(shard, to)) return blankNode(to, shardName(shard));
  const leader = state.view.leader(shard);
  if (leader === undefined) {
    const text = `${shardName(shard)} has no leader that could hand it over. RUN until=leader waits for one`;
    return { code: 'NoLeader', text };
  }
  if (!isVoter(configuration, to)) {
    const text = `${nodeName(to)} is a learner of ${shardName(shard)}: nobody could elect it. VOTERS makes it a voter`;
    return { code: 'NotAVoter', text };
  }
  if (leader === to) return { code: 'AlreadyLeader', text: `${nodeName(to)} leads ${shardName(shard)} already` };
  return askNow(state, leader, { type: 'TransferAsked', shard, to }, timeUs);
}
