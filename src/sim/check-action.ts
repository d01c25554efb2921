import type { Micros, ShardId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { decodeKey } from '../core/cluster/describe.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { membersOf, votersOf } from '../core/raft/configuration.ts';
import { askNow } from './choose-event.ts';
import { standstillOf } from './freeze-node.ts';
import { type Refusal, unknownActor } from './refusal.ts';
import type { WorldState } from './world-state.ts';

type Check = Extract<Action, { readonly type: 'Check' }>;
type DamageRow = Extract<Action, { readonly type: 'DamageRow' }>;

/** Asks the shard's leader, as it is reported, to compare what the replicas hold. Not while a replica is on its way: a move compares by itself. */
export function checkNow(state: WorldState, { shard, keyspace }: Check, timeUs: Micros): Refusal | undefined {
  const name = shardName(shard);
  if (shard >= state.ring.shards) return { code: 'UnknownShard', text: `there is no shard ${name}` };
  if (keyspace === 'eventual') return checkEventualNow(state, shard, timeUs);
  const leader = state.view.leader(shard);
  if (leader === undefined) {
    const text = `${name} has no leader that could compare its replicas. RUN until=leader waits for one`;
    return { code: 'NoLeader', text };
  }
  if (state.view.isMoving(shard)) {
    const text = `a replica of ${name} is on its way, and is compared before it votes. STATUS tells when it has come`;
    return { code: 'MoveUnderWay', text };
  }
  return askNow(state, leader, { type: 'CheckAsked', shard }, timeUs);
}

/** Any of its homes compares its rows with those of the others. */
function checkEventualNow(state: WorldState, shard: ShardId, timeUs: Micros): Refusal | undefined {
  const homes = votersOf(state.view.configuration(shard)).filter((node) => state.slots[node - 1] !== undefined);
  const home = homes.find((node) => standstillOf(state.slot(node)) === undefined);
  if (home !== undefined) return askNow(state, home, { type: 'CheckAsked', shard, keyspace: 'eventual' }, timeUs);
  const text = `none of ${homes.map(nodeName).join(', ')} runs, which hold ${shardName(shard)}. REVIVE or THAW one of them`;
  return { code: 'NoReplica', text };
}

/** Whether anything is stored there the node finds out: what comes of it is an event. */
export function damageRowNow(state: WorldState, { node, key, damage }: DamageRow, timeUs: Micros): Refusal | undefined {
  if (state.slots[node - 1] === undefined) return unknownActor(nodeName(node));
  const shard = state.ring.shardOfKey(key);
  const replicas = membersOf(state.view.configuration(shard));
  if (!replicas.includes(node)) {
    const text = `${nodeName(node)} holds no copy of ${decodeKey(key)}: it is in ${shardName(shard)}, on ${replicas.map(nodeName).join(' ')}`;
    return { code: 'NoReplica', text };
  }
  return askNow(state, node, { type: 'RowDamageAsked', shard, key, damage }, timeUs);
}
