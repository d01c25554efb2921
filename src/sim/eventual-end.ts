import { encodeUtf8 } from '../core/base/utf8.ts';
import { placementOf } from '../core/cluster/placement.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { groupOf } from '../core/meta/meta-state.ts';
import { votersOf } from '../core/raft/configuration.ts';
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
    judge.keys.flatMap((key) => {
      const rows = rowsOf(world, hosts, ring, encodeUtf8(key));
      // The one exception to all promises: no disk of its homes is left.
      return rows === undefined ? [] : judge.end(key, rows);
    });
  let found = judged();
  for (let round = 0; round < ROUNDS_MAX && found.length > 0; round++) {
    runUntil(world, hosts, world.nowUs + stepUs, false);
    found = judged();
  }
  return found;
}

/** Of all homes of the key that are up: a learner holds what it may. Undefined: none is, because nobody can open their disks any more. */
function rowsOf(world: World, hosts: InProcessHosts, ring: HashRing, key: Uint8Array): readonly FinalRow[] | undefined {
  const shard = ring.shardOfKey(key);
  const homes = votersOf(groupOf(world.metaState, shard).report.configuration);
  let isAnyUp = false;
  const rows = [...homes]
    .sort((a, b) => a - b)
    .flatMap((node): readonly FinalRow[] => {
      const round = world.planStorageQuery(node, { type: 'EventualRow', shard, key });
      if (round === undefined) return [];
      isAnyUp = true;
      performRound(world, hosts, round);
      const answer = world.storageAnswer(node);
      if (answer?.type !== 'EventualRow' || !('standing' in answer.held)) return [];
      const { row, standing, timeUs } = answer.held;
      return row === undefined || standing !== 'complete' ? [] : [{ node, row, timeUs }];
    });
  return isAnyUp ? rows : undefined;
}
