import { type Micros, nodeId, shardId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
const SHARDS = 8;

/** Leadership transfers, from a stream of their own: also to nodes that are down or cut off, and on each other's heels. */
export function drawTransfers({ seed, nodes, shards = SHARDS }: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'transfers', 0);
  const actions: TimedAction[] = [];
  let timeUs = 2 * SECOND;
  while (timeUs < calmUs) {
    const shard = shardId(draw.between(0, shards - 1));
    actions.push({ timeUs, action: { type: 'Transfer', shard, to: nodeId(draw.between(1, nodes)) } });
    timeUs += draw.chance(0.3) ? draw.between(1, SECOND / 10) : draw.between(SECOND / 10, 2 * SECOND);
  }
  return actions;
}
