import { type Micros, nodeId, shardId } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import type { ScheduleOptions } from './schedule.ts';

const MS = 1000;
const SECOND = 1000 * MS;
const SHARDS = 8;
/** Nodes that a run has in all, those among them that have left. */
const IDS_MAX = 9;
const VNODES = [1, 8, 50, 150] as const;

/**
 * A cluster that grows, shrinks and loses disks, from a stream of its own. What makes no sense at its time is refused: a node that left is removed again, a
 * disk is wiped that a shard could not do without. In the calm whoever is left is up.
 */
export function drawChurn(options: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const { seed, nodes, shards = SHARDS } = options;
  const draw = createRandomStream(seed, 'schedule', 'churn', 0);
  const pairs = createRandomStream(seed, 'schedule', 'pairs of wipes', 0);
  const actions: TimedAction[] = [];
  let ids = nodes;
  const at = (timeUs: Micros, action: Action): void => {
    actions.push({ timeUs: Math.min(timeUs, calmUs - 1), action });
  };
  for (let timeUs = 2 * SECOND; timeUs < calmUs; timeUs += draw.between(SECOND / 10, 6 * SECOND)) {
    const node = nodeId(draw.between(1, ids));
    const kind = draw.between(0, 99);
    if (kind < 30 && ids < IDS_MAX) {
      at(timeUs, { type: 'Add' });
      ids++;
    } else if (kind < 50) at(timeUs, { type: 'Remove', node });
    else if (kind < 65) {
      at(timeUs, { type: 'Wipe', node, force: false });
      // Before the meta group hears of the first: whether both may go must not depend on what it has heard.
      const alsoUs = timeUs + pairs.between(MS, 50 * MS);
      if (pairs.chance(0.5)) at(alsoUs, { type: 'Wipe', node: nodeId(pairs.between(1, ids)), force: false });
    } else if (kind < 80) {
      at(timeUs, { type: 'Kill', node });
      at(timeUs + draw.between(SECOND, 12 * SECOND), { type: 'Revive', node });
    } else if (kind < 92) at(timeUs, { type: 'CancelMove', shard: drawGroup(draw, shards) });
    else at(timeUs, { type: 'Configure', name: 'vnodes', value: VNODES[draw.between(0, VNODES.length - 1)] as number });
  }
  for (let node = 1; node <= ids; node++)
    actions.push({ timeUs: calmUs, action: { type: 'Revive', node: nodeId(node) } });
  return actions;
}

const drawGroup = (draw: RandomStream, shards: number) =>
  draw.chance(0.1) ? META_GROUP : shardId(draw.between(0, shards - 1));

/** With a patience that a run of half a minute can exhaust. */
export function withChurnLimits(config: RunConfig, seed: number): RunConfig {
  const draw = createRandomStream(seed, 'churn limits', 'world', 0);
  return { ...config, limits: { ...config.limits, downAfterUs: draw.between(2 * SECOND, 8 * SECOND) } };
}
