import { must } from '../core/base/assert.ts';
import { type Micros, type ShardId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import { placementOf, shardOfName } from '../core/cluster/placement.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import { groupOf } from '../core/meta/meta-state.ts';
import { type InProcessHosts, runUntil } from './in-process-host.ts';
import type { World } from './world.ts';

/** In so many upper election timeouts. It covers all founding nodes silent one after the other, and as many contact points. */
const TIMEOUTS = 10;

/**
 * At the end of a run, with the cluster at rest: all nodes that have left are switched off, which nobody may miss, and a client that has never asked
 * anything reads a key of each shard that is not lost.
 * @returns the shards of which it was not served in time, in words
 */
export function unservedShards(
  world: World,
  hosts: InProcessHosts,
  config: RunConfig,
  single: boolean,
): readonly string[] {
  const act = (action: Action) => {
    const handle = world.act({ ...world.placeFor(world.nowUs), action });
    runUntil(world, hosts, world.nowUs, single);
    return handle;
  };
  const { nodes } = world.metaState;
  for (const { node, state } of nodes) if (state === 'left') act({ type: 'Kill', node });
  const timeoutUs = TIMEOUTS * config.limits.electionTimeoutUsMax;
  const asked = keysOfShards(config).flatMap((key, at) => {
    const shard = shardId(at);
    if (groupOf(world.metaState, shard).isLost) return [];
    const operation = { type: 'Get', key: encodeUtf8(key) } as const;
    const options = { timeoutUs, via: undefined };
    return [{ shard, handle: act({ type: 'Operate', client: 'fresh', operation, options }) }];
  });
  const endUs = world.nowUs + timeoutUs;
  // All of them have an outcome by then.
  runUntil(world, hosts, endUs + 1, single);
  world.takeTrace();
  return asked.flatMap(({ shard, handle }) => notServed(shard, handle.result, timeoutUs));
}

function notServed(shard: ShardId, result: ActionResult | undefined, timeoutUs: Micros): readonly string[] {
  if (result?.type === 'Completed' && result.outcome.status === 'ok') return [];
  const how = result?.type === 'Completed' && result.outcome.status !== 'ok' ? result.outcome.code : 'no outcome';
  return [`a fresh client got nothing of ${shardName(shard)} within ${timeoutUs / 1000} ms: ${how}`];
}

/** A key of each shard, by its number. */
function keysOfShards(config: RunConfig): readonly string[] {
  const ring = placementOf(config);
  const keys = new Map<ShardId, string>();
  for (let i = 0; keys.size < config.shards; i++) {
    const key = `fresh${i}`;
    const shard = shardOfName(ring, key);
    if (!keys.has(shard)) keys.set(shard, key);
  }
  return Array.from({ length: config.shards }, (_, at) => must(keys.get(shardId(at)), 'just found'));
}
