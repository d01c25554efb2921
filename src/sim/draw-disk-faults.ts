import { type Micros, type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { exceedsDamageBudget } from '../core/cluster/damage-budget.ts';
import { CRASH_POINTS, type CrashPoint, DAMAGED_STORES, type DamagedStore } from '../core/cluster/disk-fault.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
const SHARDS = 8;

type At = (timeUs: Micros, action: Action) => void;

/**
 * Faults of disks, from a stream of their own: with them or without, a seed draws the same faults of all other kinds. Of no shard more than a
 * minority of the replicas is ever damaged. When the calm begins every disk is well, but for flipped bits, and every node is revived.
 */
export function drawDiskFaults(
  { seed, nodes, shards = SHARDS, replicationFactor = REPLICATION_FACTOR }: ScheduleOptions,
  calmUs: Micros,
): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'disks', 0);
  const all = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
  const ring = new HashRing(all, CLASSROOM.vnodes, shards, replicationFactor);
  const replicas = Array.from({ length: shards }, (_, shard) => ring.replicas(shardId(shard)));
  const damaged = new Set<NodeId>();
  const actions: TimedAction[] = [];
  const at: At = (timeUs, action) => {
    actions.push({ timeUs: Math.min(timeUs, calmUs - 1), action });
  };
  for (let timeUs = 2 * SECOND; timeUs < calmUs; timeUs += draw.between(SECOND / 2, 6 * SECOND)) {
    const node = nodeId(draw.between(1, nodes));
    const kind = draw.between(0, 9);
    const wellUs = timeUs + draw.between(SECOND / 20, 3 * SECOND);
    if (kind < 3) at(timeUs, { type: 'Disk', node, fault: { type: 'Slow', factor: draw.between(2, 200) } });
    else if (kind < 5) at(timeUs, { type: 'Disk', node, fault: { type: 'Full' } });
    else if (kind < 7) at(timeUs, { type: 'Disk', node, fault: { type: 'Fail' } });
    else if (kind < 9) at(timeUs, { type: 'CrashAt', node, point: drawPoint(draw, node, timeUs, at) });
    else if (!exceedsDamageBudget(replicas, damaged, node)) {
      damaged.add(node);
      drawDamage(draw, node, timeUs, wellUs, at);
      continue;
    }
    at(wellUs, { type: 'Disk', node, fault: { type: 'Ok' } });
    at(wellUs + 1, { type: 'Revive', node });
  }
  drawRot(seed, all, (node) => damaged.has(node) || !exceedsDamageBudget(replicas, damaged, node), calmUs, at);
  for (const node of all) actions.push({ timeUs: calmUs, action: { type: 'Disk', node, fault: { type: 'Ok' } } });
  for (const node of all) actions.push({ timeUs: calmUs, action: { type: 'Revive', node } });
  return actions;
}

/** One disk, of those that may be damaged, loses a bit of a table again and again, for reads, compactions, recovery and scrubs to find. */
function drawRot(
  seed: number,
  all: readonly NodeId[],
  mayBeDamaged: (node: NodeId) => boolean,
  calmUs: Micros,
  at: At,
): void {
  const draw = createRandomStream(seed, 'schedule', 'rot', 0);
  const candidates = all.filter(mayBeDamaged);
  const node = candidates[draw.between(0, Math.max(0, candidates.length - 1))];
  if (node === undefined || !draw.chance(0.7)) return;
  for (
    let timeUs = draw.between(SECOND, 6 * SECOND);
    timeUs < calmUs;
    timeUs += draw.between(SECOND / 10, 3 * SECOND)
  ) {
    at(timeUs, { type: 'Disk', node, fault: { type: 'Corrupt', store: 'sst', fileNumber: undefined } });
    const kind = draw.between(0, 5);
    if (kind === 0) at(timeUs + draw.between(1, SECOND), { type: 'Scrub', node });
    else if (kind === 1) at(timeUs + draw.between(1, SECOND), { type: 'Compact', node, level: undefined });
  }
  at(calmUs - 1, { type: 'Scrub', node });
}

/** Nobody recovers who was not killed; a flush and a compaction are asked for, where none comes by itself in time. */
function drawPoint(draw: RandomStream, node: NodeId, timeUs: Micros, at: At): CrashPoint {
  const point = CRASH_POINTS[draw.between(0, CRASH_POINTS.length - 1)] as CrashPoint;
  if (point === 'mid recovery') {
    at(timeUs, { type: 'Kill', node });
    at(timeUs + 1, { type: 'Revive', node });
  }
  if (point === 'mid flush') at(timeUs + 1, { type: 'Flush', node });
  if (point === 'mid compaction') at(timeUs + 1, { type: 'Compact', node, level: undefined });
  return point;
}

/** A bit of something, and mostly a restart that must find it; a table's bits may wait for a read. */
function drawDamage(draw: RandomStream, node: NodeId, timeUs: Micros, wellUs: Micros, at: At): void {
  const store = DAMAGED_STORES[draw.between(0, DAMAGED_STORES.length - 1)] as DamagedStore;
  at(timeUs, { type: 'Disk', node, fault: { type: 'Corrupt', store, fileNumber: undefined } });
  if (!draw.chance(0.7)) return;
  at(wellUs, { type: 'Kill', node });
  at(wellUs + 1, { type: 'Revive', node });
}
