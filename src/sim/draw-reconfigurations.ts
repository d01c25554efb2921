import { type Micros, type NodeId, nodeId, type ShardId, shardId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
const SHARDS = 8;

/** How often everybody is made a voter again in the first half of the calm: just then a shard may have no leader, or a change under way. */
const UNDONE_TIMES = 4;

/**
 * Changes of voters, from a stream of their own: any of a shard's replicas but none at all, also while a change is under way, no leader is there
 * or some of them are down. In the calm all of them become voters again.
 */
export function drawReconfigurations(options: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const { seed, nodes, durationUs, shards = SHARDS } = options;
  const draw = createRandomStream(seed, 'schedule', 'reconfigurations', 0);
  const all = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
  const ring = new HashRing(all, CLASSROOM.vnodes, shards, REPLICATION_FACTOR);
  const actions: TimedAction[] = [];
  const at = (timeUs: Micros, shard: ShardId, voters: readonly NodeId[]): void => {
    const learners = ring.replicas(shard).filter((node) => !voters.includes(node));
    actions.push({ timeUs, action: { type: 'Reconfigure', shard, voters, learners } });
  };
  let timeUs = 2 * SECOND;
  while (timeUs < calmUs) {
    const shard = shardId(draw.between(0, shards - 1));
    const voters = ring.replicas(shard).filter(() => draw.chance(0.6));
    if (voters.length > 0) at(timeUs, shard, voters);
    timeUs += draw.chance(0.3) ? draw.between(1, SECOND / 10) : draw.between(SECOND / 10, 2 * SECOND);
  }
  for (let time = 1; time <= UNDONE_TIMES; time++) {
    const undoneUs = calmUs + Math.floor(((durationUs - calmUs) * time) / (2 * UNDONE_TIMES));
    for (let shard = 0; shard < shards; shard++) at(undoneUs, shardId(shard), ring.replicas(shardId(shard)));
  }
  return actions;
}
