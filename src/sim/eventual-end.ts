import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import { placementOf } from '../core/cluster/placement.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { HashRing } from '../core/ring/hash-ring.ts';
import type { EventualJudge, FinalRow } from './eventual-judge.ts';
import { type InProcessHosts, performRound, runUntil } from './in-process-host.ts';
import type { World } from './world.ts';

/** After everything is healed, homes are compared with each other so often at most until all of them hold the same. */
const ROUNDS_MAX = 8;

/**
 * Lets a run that is over go on until all homes of all keys hold the same.
 * @returns what is wrong with what they hold then, in words, or with what they hold when their time is up
 */
export function judgeEventual(
  judge: EventualJudge,
  world: World,
  hosts: InProcessHosts,
  config: RunConfig,
): readonly string[] {
  const ring = placementOf(config);
  const stepUs = Math.max(1, config.limits.checkIntervalUs);
  const judged = (): readonly string[] =>
    judge.keys.flatMap((key) => judge.end(key, rowsOf(world, hosts, ring, config.nodes, encodeUtf8(key))));
  let found = judged();
  for (let round = 0; round < ROUNDS_MAX && found.length > 0; round++) {
    runUntil(world, hosts, world.nowUs + stepUs, false);
    found = judged();
  }
  return found;
}

/** Of all nodes that serve the key as its homes. */
function rowsOf(
  world: World,
  hosts: InProcessHosts,
  ring: HashRing,
  nodes: number,
  key: Uint8Array,
): readonly FinalRow[] {
  const shard = ring.shardOfKey(key);
  return Array.from({ length: nodes }, (_, i) => nodeId(i + 1)).flatMap((node): readonly FinalRow[] => {
    const round = world.planStorageQuery(node, { type: 'EventualRow', shard, key });
    if (round === undefined) return [];
    performRound(world, hosts, round);
    const answer = world.storageAnswer(node);
    if (answer?.type !== 'EventualRow' || !('standing' in answer.held)) return [];
    const { row, standing, timeUs } = answer.held;
    return row === undefined || standing !== 'complete' ? [] : [{ node, row, timeUs }];
  });
}
