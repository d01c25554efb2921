import { type Micros, nodeId, shardId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
const SHARDS = 8;
const KEYS = 24;

/**
 * Rows that change or go without a trace, on one node alone, so that a majority of each shard is right; after some of them the shard is checked by
 * order, after the others by the clock. When the calm has begun every shard is, twice: what the first check could not finish the second one does.
 */
export function drawRowDamage(
  { seed, nodes, shards = SHARDS, replicationFactor = REPLICATION_FACTOR }: ScheduleOptions,
  calmUs: Micros,
): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'rows', 0);
  const all = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
  const ring = new HashRing(all, CLASSROOM.vnodes, shards, replicationFactor);
  const node = nodeId(draw.between(1, nodes));
  const actions: TimedAction[] = [];
  for (let timeUs = 3 * SECOND; timeUs < calmUs; timeUs += draw.between(SECOND / 100, 3 * SECOND)) {
    const key = encodeUtf8(`k${draw.between(0, KEYS - 1)}`);
    const damage = draw.chance(0.5) ? 'change' : 'drop';
    actions.push({ timeUs, action: { type: 'DamageRow', node, key, damage } });
    const checkUs = timeUs + draw.between(1, 2 * SECOND);
    if (draw.chance(0.5) && checkUs < calmUs)
      actions.push({ timeUs: checkUs, action: { type: 'Check', shard: ring.shardOfKey(key) } });
  }
  for (const afterUs of [SECOND, 3 * SECOND]) {
    for (let shard = 0; shard < shards; shard++)
      actions.push({ timeUs: calmUs + afterUs, action: { type: 'Check', shard: shardId(shard) } });
  }
  return actions;
}

/**
 * Logs that nobody falls behind of: a snapshot of a damaged leader would spread what is wrong until a majority has it, which no comparison can tell
 * from the truth. Half of the seeds check by the clock, often.
 */
export function withRowLimits(config: RunConfig, seed: number): RunConfig {
  const draw = createRandomStream(seed, 'row limits', 'world', 0);
  const checkIntervalUs = draw.chance(0.5) ? 0 : draw.between(SECOND / 2, 4 * SECOND);
  return { ...config, limits: { ...config.limits, checkIntervalUs, logKeptEntries: 10_000 } };
}
